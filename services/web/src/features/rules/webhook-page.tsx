import { Trans, useLingui } from '@lingui/react/macro';
import {
  Alert,
  Badge,
  Button,
  Group,
  JsonInput,
  Modal,
  PasswordInput,
  Select,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlugOff, IconPlus, IconWebhook } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { type CallInput, call } from '../../app/api.ts';
import { Ago } from '../../ui/ago.tsx';
import { notifyProblem } from '../../ui/notify.tsx';
import { problemText } from '../../ui/problem.ts';
import { Item, Section } from '../../ui/section.tsx';
import { ShownOnce } from '../../ui/shown-once.tsx';
import classes from '../admin/components/admin-page.module.css';
import { AdminPage } from '../admin/components/admin-page.tsx';
import { DeleteButton } from '../admin/components/delete-button.tsx';
import { EditForm } from '../admin/components/edit-form.tsx';
import { RecordList } from '../admin/components/record-list.tsx';
import { RecordPage } from '../admin/components/record-page.tsx';
import type { Field } from '../admin/edit.ts';
import { readAnew } from '../admin/queries.ts';
import { type Editor, useEditor, useStored } from '../admin/use-editor.ts';
import { FormProblem } from '../session/components/entry-page.tsx';
import { Deliveries } from './webhook-deliveries.tsx';
import { type Webhook, webhookQuery, webhooksQuery } from './webhook-queries.ts';

type Body = NonNullable<CallInput<'updateWebhook'>['body']>;

interface Values {
  name: string;
  endpoint: string;
  http_method: Webhook['http_method'];
  /** Secrets: stars stand for the one that is stored. */
  signature_token: string;
  basic_auth_username: string;
  basic_auth_password: string;
  bearer_token: string;
  ssl_verify: boolean;
  customized_payload: boolean;
  custom_payload: string;
  note: string;
  active: boolean;
}

const newWebhook: Values = {
  ...{ name: '', endpoint: '', http_method: 'post', signature_token: '', basic_auth_username: '' },
  ...{ basic_auth_password: '', bearer_token: '', ssl_verify: true, customized_payload: false, custom_payload: '' },
  ...{ note: '', active: true },
};
const valuesOf = (webhook: Webhook): Values => ({
  ...{ name: webhook.name, endpoint: webhook.endpoint, http_method: webhook.http_method },
  signature_token: webhook.signature_token ?? '',
  basic_auth_username: webhook.basic_auth_username ?? '',
  basic_auth_password: webhook.basic_auth_password ?? '',
  bearer_token: webhook.bearer_token ?? '',
  ...{ ssl_verify: webhook.ssl_verify, customized_payload: webhook.customized_payload },
  custom_payload: webhook.custom_payload ?? '',
  note: webhook.note ?? '',
  active: webhook.active,
});

const nullable = [
  ...(['signature_token', 'basic_auth_username', 'basic_auth_password', 'bearer_token'] as const),
  ...(['custom_payload', 'note'] as const),
];
/** Empty is none. */
function bodyOf(values: Partial<Values>): Body {
  const body: Body = { ...values };
  for (const name of nullable) if (values[name] === '') body[name] = null;
  return body;
}
const changes = ['webhooks'];

export function WebhooksPage() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(webhooksQuery);
  return (
    <AdminPage
      title={t`Webhooks`}
      action={
        <Button component={Link} to="/admin/webhooks/new" leftSection={<IconPlus size={16} aria-hidden />}>
          {t`New webhook`}
        </Button>
      }
    >
      <Text c="dimmed" size="sm">
        {t`Addresses that triggers and schedules call with the ticket they run for.`}
      </Text>
      <RecordList
        label={t`Webhooks`}
        icon={IconWebhook}
        records={data?.toSorted((a, b) => a.name.localeCompare(b.name))}
        error={error}
        onRetry={() => void refetch()}
        narrowed={false}
        none={t`There are no webhooks`}
      >
        {(webhook) => (
          <Item
            key={webhook.id}
            what={
              <Link to="/admin/webhooks/$id" params={{ id: String(webhook.id) }} className={classes.link}>
                {webhook.name}
              </Link>
            }
            facts={webhook.endpoint}
          >
            <WebhookState webhook={webhook} />
          </Item>
        )}
      </RecordList>
    </AdminPage>
  );
}

function WebhookState({ webhook: { active, failing_since: failing, disabled_reason: reason } }: { webhook: Webhook }) {
  const { t } = useLingui();
  if (!active) {
    return (
      <Badge size="sm" variant="default">
        {reason ? t`Switched off by itself` : t`Off`}
      </Badge>
    );
  }
  return (
    <Badge size="sm" variant={failing ? 'default' : 'light'}>
      {failing ? t`Failing` : t`Active`}
    </Badge>
  );
}

export function WebhookPage() {
  const { t } = useLingui();
  const id = Number(useParams({ from: '/app/admin/webhooks/$id' }).id);
  return (
    <RecordPage query={useQuery(webhookQuery(id))} id={id} up="webhooks" title={t`Webhook`}>
      {(webhook) => <Edit webhook={webhook} />}
    </RecordPage>
  );
}

function Edit({ webhook }: { webhook: Webhook }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const { id, name, failing_since: failing, disabled_reason: reason } = webhook;
  const [shown, setShown] = useState<string | null>(null);
  const stored = useStored(webhook, valuesOf);
  const editor = useEditor<Values>({
    stored,
    read: async () => valuesOf(await call('getWebhook', { params: { id } })),
    write: (_, changed) => call('updateWebhook', { params: { id }, body: bodyOf(changed) }),
    done: t`The webhook was saved.`,
    changes,
  });
  const test = useMutation({
    mutationFn: () => call('testWebhook', { params: { id } }),
    onSuccess: ({ id: delivery }) => setShown(delivery),
    onError: (error) => notifyProblem(i18n, t`It was not called`, error),
    onSettled: () => readAnew(cache, changes),
  });
  return (
    <AdminPage
      title={name}
      up="webhooks"
      action={
        <Group gap="xs">
          <Button variant="default" loading={test.isPending} disabled={editor.dirty} onClick={() => test.mutate()}>
            {t`Test call`}
          </Button>
          <DeleteButton
            question={t`${name} will be gone for good, with the log of its calls. Rules that name it call nobody.`}
            done={t`The webhook was deleted.`}
            deed={() => call('deleteWebhook', { params: { id } })}
            gone={webhookQuery(id).queryKey}
            back="/admin/webhooks"
            changes={changes}
          />
        </Group>
      }
    >
      {!webhook.active && reason && (
        <Alert color="red" variant="light" icon={<IconPlugOff aria-hidden />} title={t`Switched off by itself`}>
          <Trans>
            {reason} What waited was given up. Make it active again below when its receiver is well; failed calls can be
            sent once more.
          </Trans>
        </Alert>
      )}
      {webhook.active && failing && (
        <Alert color="yellow" variant="light" title={t`Failing`}>
          <Trans>
            No call got through since <Ago at={failing} />. After days of nothing but failures it switches itself off.
          </Trans>
        </Alert>
      )}
      <WebhookForm editor={editor} />
      <SigningKey id={id} name={name} />
      <Deliveries webhookId={id} shown={shown} onShow={setShown} />
    </AdminPage>
  );
}

/** What calls are signed with: only a new one can be shown. */
function SigningKey({ id, name }: { id: number; name: string }) {
  const { t, i18n } = useLingui();
  const [open, dialog] = useDisclosure(false);
  const [secret, setSecret] = useState<string | null>(null);
  const rotate = useMutation({
    mutationFn: () => call('rotateWebhookSecret', { params: { id } }),
    onSuccess: ({ signing_secret }) => setSecret(signing_secret),
  });
  const close = () => {
    dialog.close();
    setSecret(null);
    rotate.reset();
  };
  return (
    <Section
      title={t`Signing key`}
      lead={t`Every call is signed as Standard Webhooks describe it, so that a receiver knows it came from here.`}
      action={
        <Button variant="default" onClick={dialog.open}>
          {t`New key`}
        </Button>
      }
    >
      <KeyDialog opened={open} title={t`New key`} secret={secret} onClose={close}>
        <FormProblem>{rotate.isError && problemText(i18n, rotate.error)}</FormProblem>
        <Stack>
          <Text>{t`For a day the calls of ${name} are signed with both keys, then with the new one alone.`}</Text>
          <Group justify="flex-end">
            <Button variant="default" data-autofocus onClick={close}>
              {t`Cancel`}
            </Button>
            <Button loading={rotate.isPending} onClick={() => rotate.mutate()}>
              {t`Make a new key`}
            </Button>
          </Group>
        </Stack>
      </KeyDialog>
    </Section>
  );
}

interface KeyDialogProps {
  opened: boolean;
  title: string;
  secret: string | null;
  onClose: () => void;
  children?: React.ReactNode;
}

/** While it shows the key nothing closes it but its button. */
function KeyDialog({ opened, title, secret, onClose, children }: KeyDialogProps) {
  const { t } = useLingui();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      closeOnClickOutside={false}
      closeOnEscape={secret === null}
      withCloseButton={secret === null}
      closeButtonProps={{ 'aria-label': t`Close` }}
    >
      {secret === null ? (
        children
      ) : (
        <ShownOnce
          note={t`Copy the key now: it is not shown again.`}
          values={[{ label: t`Signing key`, value: secret }]}
          onClose={onClose}
        />
      )}
    </Modal>
  );
}

export function NewWebhookPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const [made, setMade] = useState<{ id: number; name: string; signing_secret: string } | null>(null);
  const editor = useEditor<Values, { id: number; name: string; signing_secret: string }>({
    stored: newWebhook,
    write: (values) => call('createWebhook', { body: bodyOf(values) }),
    onSaved: setMade,
    done: t`The webhook was created.`,
    changes,
  });
  return (
    <AdminPage title={t`New webhook`} up="webhooks">
      <WebhookForm editor={editor} saveLabel={t`Create the webhook`} />
      <KeyDialog
        opened={made !== null}
        title={made?.name ?? ''}
        secret={made?.signing_secret ?? null}
        onClose={() =>
          made && void navigate({ to: '/admin/webhooks/$id', params: { id: String(made.id) }, replace: true })
        }
      />
    </AdminPage>
  );
}

function WebhookForm({ editor, saveLabel }: { editor: Editor<Values>; saveLabel?: string }) {
  const { t } = useLingui();
  const { values, set } = editor;
  const labels: Record<Field<Values>, string> = {
    ...{ name: t`Name`, endpoint: t`Address`, http_method: t`Method`, note: t`Note`, active: t`Active` },
    ...{ signature_token: t`Secret of X-Hub-Signature`, bearer_token: t`Bearer token` },
    ...{ basic_auth_username: t`User name`, basic_auth_password: t`Password` },
    ...{ ssl_verify: t`Its certificate must be valid`, customized_payload: t`A body of its own` },
    custom_payload: t`Body`,
  };
  const text = (name: 'name' | 'endpoint' | 'basic_auth_username') => ({
    label: labels[name],
    value: values[name],
    autoComplete: 'off',
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => set({ [name]: event.currentTarget.value }),
  });
  const secret = (name: 'signature_token' | 'basic_auth_password' | 'bearer_token') => ({
    label: labels[name],
    value: values[name],
    autoComplete: 'new-password',
    visibilityToggleButtonProps: { 'aria-label': t`Show what is typed` },
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => set({ [name]: event.currentTarget.value }),
  });
  const [ticket, person] = ['#{ticket.title}', '#{ticket.customer.firstname}'];
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Stack>
        <Section title={t`Webhook`}>
          <Stack>
            <TextInput {...text('name')} required withAsterisk={false} maxLength={250} />
            <div className={classes.columns}>
              <TextInput
                {...text('endpoint')}
                type="url"
                required
                withAsterisk={false}
                maxLength={2000}
                placeholder="https://hooks.example.org/desk"
              />
              <Select
                label={labels.http_method}
                allowDeselect={false}
                data={['post', 'put', 'patch', 'delete', 'get'].map((value) => ({
                  value,
                  label: value.toUpperCase(),
                }))}
                value={values.http_method}
                onChange={(method) => method && set({ http_method: method as Values['http_method'] })}
              />
            </div>
            <Textarea
              label={labels.note}
              autosize
              maxLength={250}
              value={values.note}
              onChange={(event) => set({ note: event.currentTarget.value })}
            />
            <Switch
              label={labels.active}
              description={t`Switched off, what waits to be sent is given up.`}
              checked={values.active}
              onChange={(event) => set({ active: event.currentTarget.checked })}
            />
          </Stack>
        </Section>
        <Section
          title={t`Authentication`}
          lead={t`As the receiver asks for it. Stars stand for a secret that is stored.`}
        >
          <Stack>
            <PasswordInput {...secret('signature_token')} />
            <PasswordInput {...secret('bearer_token')} />
            <div className={classes.columns}>
              <TextInput {...text('basic_auth_username')} />
              <PasswordInput {...secret('basic_auth_password')} />
            </div>
            <Switch
              label={labels.ssl_verify}
              checked={values.ssl_verify}
              onChange={(event) => set({ ssl_verify: event.currentTarget.checked })}
            />
          </Stack>
        </Section>
        <Section title={t`What it is sent`}>
          <Stack>
            <Switch
              label={labels.customized_payload}
              description={t`Otherwise the ticket and the message that started it, as JSON.`}
              checked={values.customized_payload}
              onChange={(event) => set({ customized_payload: event.currentTarget.checked })}
            />
            {values.customized_payload && (
              <JsonInput
                label={labels.custom_payload}
                description={t`JSON; in its texts variables such as ${ticket} or ${person} are filled in.`}
                placeholder={'{ "text": "#{ticket.title}" }'}
                validationError={t`This is no JSON.`}
                autosize
                minRows={4}
                maxRows={20}
                value={values.custom_payload}
                onChange={(custom_payload) => set({ custom_payload })}
              />
            )}
          </Stack>
        </Section>
      </Stack>
    </EditForm>
  );
}
