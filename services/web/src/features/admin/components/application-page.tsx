import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Group, List, Modal, Stack, Switch, TagsInput, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { problemText } from '../../../ui/problem.ts';
import { Section } from '../../../ui/section.tsx';
import { Copyable, ShownOnce } from '../../../ui/shown-once.tsx';
import { scopeText } from '../../oauth/scope-text.ts';
import { FormProblem } from '../../session/components/entry-page.tsx';
import type { Field } from '../edit.ts';
import { type Application, applicationsQuery, permissionsQuery } from '../queries.ts';
import { type Editor, useEditor, useStored } from '../use-editor.ts';
import { AdminPage } from './admin-page.tsx';
import { DeleteButton } from './delete-button.tsx';
import { EditForm } from './edit-form.tsx';
import { RecordPage } from './record-page.tsx';

interface Values {
  name: string;
  redirect_uris: string[];
  scopes: string[];
  confidential: boolean;
}

type Made = Application & { secret: string | null };

const newApplication: Values = { name: '', redirect_uris: [], scopes: [], confidential: true };

const valuesOf = ({ name, redirect_uris, scopes, confidential }: Application): Values => ({
  name,
  redirect_uris,
  scopes,
  confidential,
});

const changes = ['applications'];

export function ApplicationPage() {
  const { t } = useLingui();
  const id = Number(useParams({ from: '/app/admin/applications/$id' }).id);
  return (
    <RecordPage query={useQuery(applicationsQuery)} id={id} up="applications" title={t`Application`}>
      {(application) => <Edit application={application} />}
    </RecordPage>
  );
}

function Edit({ application }: { application: Application }) {
  const { t } = useLingui();
  const { id, name, uid, confidential } = application;
  const stored = useStored(application, valuesOf);
  const editor = useEditor<Values>({
    stored,
    read: async () => valuesOf(await call('getApplication', { params: { id } })),
    write: (_, { confidential: __, ...changed }) => call('updateApplication', { params: { id }, body: changed }),
    done: t`The application was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={name}
      up="applications"
      action={
        <DeleteButton
          question={t`${name} can act for nobody any more, at once and for good.`}
          done={t`The application was deleted.`}
          deed={() => call('deleteApplication', { params: { id } })}
          back="/admin/applications"
          changes={changes}
        />
      }
    >
      <ApplicationForm editor={editor} fixed />
      <Section
        title={t`To enter in the application`}
        action={confidential && <NewSecret application={application} />}
        lead={
          confidential
            ? t`Its secret was shown when it was made. Who lost it makes a new one.`
            : t`It has no secret: it runs where others could read it.`
        }
      >
        <Stack gap="xs">
          <Copyable label={t`Client id`} value={uid} />
          <Copyable label={t`Address of this desk`} value={window.location.origin} />
        </Stack>
      </Section>
    </AdminPage>
  );
}

/** Asks, and then shows what it made: both in one dialog, as there is no second time. */
function NewSecret({ application: { id, name, uid } }: { application: Application }) {
  const { t, i18n } = useLingui();
  const [open, setOpen] = useState(false);
  const renew = useMutation({ mutationFn: () => call('renewApplicationSecret', { params: { id } }) });
  const secret = renew.data?.secret ?? null;
  const close = () => {
    setOpen(false);
    renew.reset();
  };
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        {t`New secret`}
      </Button>
      <SecretDialog opened={open} title={t`New secret`} onClose={close} secret={secret} uid={uid}>
        <FormProblem>{renew.isError && problemText(i18n, renew.error)}</FormProblem>
        <Stack>
          <Text>{t`The secret that ${name} has now stops working at once.`}</Text>
          <Group justify="flex-end">
            <Button variant="default" data-autofocus onClick={close}>
              {t`Cancel`}
            </Button>
            <Button color="red.9" loading={renew.isPending} onClick={() => renew.mutate()}>
              {t`Make a new secret`}
            </Button>
          </Group>
        </Stack>
      </SecretDialog>
    </>
  );
}

interface SecretDialogProps {
  opened: boolean;
  title: string;
  onClose: () => void;
  /** Null: not there yet. */
  secret: string | null;
  uid: string;
  children?: React.ReactNode;
}

/** While it shows the secret nothing closes it but its button. */
function SecretDialog({ opened, title, onClose, secret, uid, children }: SecretDialogProps) {
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
          note={t`Copy the secret now: it is not shown again.`}
          values={[
            { label: t`Client id`, value: uid },
            { label: t`Client secret`, value: secret },
          ]}
          onClose={onClose}
        />
      )}
    </Modal>
  );
}

export function NewApplicationPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const [made, setMade] = useState<Made | null>(null);
  const show = (id: number) =>
    void navigate({ to: '/admin/applications/$id', params: { id: String(id) }, replace: true });
  const editor = useEditor<Values, Made>({
    stored: newApplication,
    write: (values) => call('createApplication', { body: values }),
    onSaved: (application) => (application.secret === null ? show(application.id) : setMade(application)),
    done: t`The application was registered.`,
    changes,
  });
  return (
    <AdminPage title={t`New application`} up="applications">
      <ApplicationForm editor={editor} saveLabel={t`Register the application`} />
      <SecretDialog
        opened={made !== null}
        title={made?.name ?? ''}
        onClose={() => made && show(made.id)}
        secret={made?.secret ?? null}
        uid={made?.uid ?? ''}
      />
    </AdminPage>
  );
}

interface FormProps {
  editor: Editor<Values>;
  /** Registered: whether it keeps a secret is decided. */
  fixed?: boolean;
  saveLabel?: string;
}

function ApplicationForm({ editor, fixed = false, saveLabel }: FormProps) {
  const { t } = useLingui();
  const { values, set } = editor;
  // Suggestions alone: whoever may not read the list types the names.
  const { data: permissions = [] } = useQuery(permissionsQuery);
  const labels: Record<Field<Values>, string> = {
    name: t`Name`,
    redirect_uris: t`Redirect URIs`,
    scopes: t`Scopes`,
    confidential: t`It can keep a secret`,
  };
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Stack>
        <Section
          title={t`Application`}
          lead={t`A program of others. People see its name when they let it act for them.`}
        >
          <Stack>
            <TextInput
              label={labels.name}
              required
              withAsterisk={false}
              maxLength={100}
              autoComplete="off"
              value={values.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
            <TagsInput
              label={labels.redirect_uris}
              description={t`Where people are sent back to, to the letter. Press Enter after each.`}
              placeholder={values.redirect_uris.length === 0 ? 'https://planner.example/desk' : ''}
              value={values.redirect_uris}
              onChange={(redirect_uris) => set({ redirect_uris })}
              acceptValueOnBlur
              splitChars={[' ']}
              maxTags={20}
              clearable={false}
            />
            <Switch
              label={labels.confidential}
              description={t`Off for what runs on people’s machines or in a browser. It cannot be changed later.`}
              checked={values.confidential}
              disabled={fixed}
              onChange={(event) => set({ confidential: event.currentTarget.checked })}
            />
          </Stack>
        </Section>
        <Section
          title={labels.scopes}
          lead={t`What it may ask people for. They give no more than they may do themselves.`}
        >
          <TagsInput
            aria-label={labels.scopes}
            description={t`Names of permissions. Press Enter after each.`}
            data={[...permissions.map(({ name }) => name).filter(isScope), 'community']}
            value={values.scopes}
            onChange={(scopes) => set({ scopes })}
            acceptValueOnBlur
            splitChars={[' ', ',']}
            maxDropdownHeight={260}
            clearable={false}
          />
          <Could scopes={values.scopes} />
        </Section>
      </Stack>
    </EditForm>
  );
}

/** Applications never get what changes how somebody signs in. */
const isScope = (name: string) =>
  !/^user_preferences($|\.(access_token|device|linked_accounts|password|two_factor_authentication)$)/.test(name);

/** As people will read it. */
function Could({ scopes }: { scopes: readonly string[] }) {
  const { i18n } = useLingui();
  if (scopes.length === 0) return null;
  return (
    <>
      <Text size="sm" mt="md" mb={4}>
        <Trans>People will read: it could</Trans>
      </Text>
      <List size="sm">
        {scopes.map((scope) => (
          <List.Item key={scope}>{i18n._({ ...scopeText(scope), values: { scope } })}</List.Item>
        ))}
      </List>
    </>
  );
}
