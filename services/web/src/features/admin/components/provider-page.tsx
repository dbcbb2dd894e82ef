import { Trans, useLingui } from '@lingui/react/macro';
import { Alert, Button, Code, PasswordInput, Stack, Switch, TagsInput, Text, TextInput } from '@mantine/core';
import { IconPlugConnected } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { ApiError, type CallInput, call } from '../../../app/api.ts';
import { problemText } from '../../../ui/problem.ts';
import { Section } from '../../../ui/section.tsx';
import { FormProblem } from '../../session/components/entry-page.tsx';
import type { Field } from '../edit.ts';
import { type Provider, providersQuery } from '../queries.ts';
import { type Editor, useEditor, useStored } from '../use-editor.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { DeleteButton } from './delete-button.tsx';
import { EditForm } from './edit-form.tsx';
import { RecordPage } from './record-page.tsx';

type Body = NonNullable<CallInput<'createOpenIdProvider'>['body']>;

interface Values {
  name: string;
  title: string;
  issuer: string;
  client_id: string;
  /** Written and never read back: empty leaves what is there. */
  client_secret: string;
  scopes: readonly string[];
  enabled: boolean;
  trusts_email: boolean;
  creates_accounts: boolean;
}

const newProvider: Values = {
  name: '',
  title: '',
  issuer: '',
  client_id: '',
  client_secret: '',
  scopes: ['profile', 'email'],
  enabled: true,
  trusts_email: false,
  creates_accounts: true,
};

function valuesOf(provider: Provider): Values {
  const { name, title, issuer, client_id, scopes, enabled, trusts_email, creates_accounts } = provider;
  return { name, title, issuer, client_id, client_secret: '', scopes, enabled, trusts_email, creates_accounts };
}

const changes = ['sign-in'];

export function ProviderPage() {
  const { t } = useLingui();
  const id = Number(useParams({ from: '/app/admin/sign-in/providers/$id' }).id);
  return (
    <RecordPage query={useQuery(providersQuery)} id={id} up="sign-in" title={t`Provider`}>
      {(provider) => <Edit provider={provider} />}
    </RecordPage>
  );
}

function Edit({ provider }: { provider: Provider }) {
  const { t } = useLingui();
  const { id, title } = provider;
  const stored = useStored(provider, valuesOf);
  const editor = useEditor<Values>({
    stored,
    read: async () => valuesOf(await call('getOpenIdProvider', { params: { id } })),
    write: (_, changed) => call('updateOpenIdProvider', { params: { id }, body: changed as Partial<Body> }),
    done: t`The provider was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={title}
      up="sign-in"
      action={
        <DeleteButton
          question={t`Nobody can sign in by ${title} any more. Its mappings and the rights that they gave go with it; accounts stay.`}
          done={t`The provider was deleted.`}
          deed={() => call('deleteOpenIdProvider', { params: { id } })}
          back="/admin/sign-in"
          changes={changes}
        />
      }
    >
      <ProviderForm editor={editor} provider={provider} />
    </AdminPage>
  );
}

export function NewProviderPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<Values, Provider>({
    stored: newProvider,
    write: ({ client_secret, ...values }) =>
      call('createOpenIdProvider', { body: { ...values, ...(client_secret && { client_secret }) } as Body }),
    onSaved: ({ id }) =>
      void navigate({ to: '/admin/sign-in/providers/$id', params: { id: String(id) }, replace: true }),
    done: t`The provider was created.`,
    changes,
  });
  return (
    <AdminPage title={t`New provider`} up="sign-in">
      <ProviderForm editor={editor} saveLabel={t`Create the provider`} />
    </AdminPage>
  );
}

function ProviderForm({
  editor,
  provider,
  saveLabel,
}: {
  editor: Editor<Values>;
  provider?: Provider;
  saveLabel?: string;
}) {
  const { t } = useLingui();
  const { values, set } = editor;
  const labels: Record<Field<Values>, string> = {
    name: t`Name in addresses`,
    title: t`Title`,
    issuer: t`Issuer`,
    client_id: t`Client id`,
    client_secret: t`Client secret`,
    scopes: t`Scopes`,
    enabled: t`People may sign in by it`,
    trusts_email: t`Its verified addresses are believed`,
    creates_accounts: t`Whoever has no account gets one`,
  };
  const text = (field: 'name' | 'title' | 'issuer' | 'client_id') => ({
    label: labels[field],
    required: true,
    withAsterisk: false,
    autoComplete: 'off',
    value: values[field],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => set({ [field]: event.currentTarget.value }),
  });
  const flag = (field: 'enabled' | 'trusts_email' | 'creates_accounts') => ({
    label: labels[field],
    checked: values[field],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => set({ [field]: event.currentTarget.checked }),
  });
  // Part of the addresses at the provider, and of whom accounts belong to.
  const fixed = provider ? ({ readOnly: true, variant: 'filled' } as const) : {};
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Stack>
        <Section title={t`Provider`}>
          <Stack>
            <div className={classes.columns}>
              <TextInput {...text('title')} description={t`What its button says.`} maxLength={100} />
              <TextInput
                {...text('name')}
                description={t`Small letters, digits and hyphens. It cannot be changed later.`}
                pattern="[a-z][a-z0-9\-]{0,39}"
                {...fixed}
              />
            </div>
            <TextInput
              {...text('issuer')}
              type="url"
              description={t`To the letter as the provider writes it. It cannot be changed later.`}
              placeholder="https://aai.example.org/auth/realms/core"
              maxLength={500}
              {...fixed}
            />
            <Discovery issuer={values.issuer} />
            <div className={classes.columns}>
              <TextInput {...text('client_id')} description={t`As the provider gave it.`} maxLength={255} />
              <PasswordInput
                label={labels.client_secret}
                description={
                  provider?.client_secret_set
                    ? t`One is set. Leave this empty to keep it.`
                    : t`Empty: none, with PKCE alone.`
                }
                autoComplete="new-password"
                maxLength={1000}
                visibilityToggleButtonProps={{ 'aria-label': t`Show the secret` }}
                value={values.client_secret}
                onChange={(event) => set({ client_secret: event.currentTarget.value })}
              />
            </div>
            <TagsInput
              label={labels.scopes}
              description={t`Beside “openid”. Press Enter after each.`}
              value={[...values.scopes]}
              onChange={(scopes) => set({ scopes })}
              clearable={false}
            />
          </Stack>
        </Section>
        <Section title={t`Accounts`}>
          <Stack>
            <Switch {...flag('enabled')} description={t`Switching it off ends the sessions that it opened.`} />
            <Switch {...flag('creates_accounts')} />
            <Switch
              {...flag('trusts_email')}
              description={t`A customer who is known here by such an address is signed in to that account. Only for providers that really check addresses.`}
            />
          </Stack>
        </Section>
        {provider && (
          <Section title={t`To register at the provider`}>
            <Stack gap="xs">
              <Address label={t`Redirect URI`} value={provider.redirect_uri} />
              <Address label={t`Back-channel logout URI`} value={provider.backchannel_logout_uri} />
            </Stack>
          </Section>
        )}
      </Stack>
    </EditForm>
  );
}

function Address({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <Text size="sm" fw={600}>
        {label}
      </Text>
      <Code style={{ overflowWrap: 'anywhere' }}>{value}</Code>
    </div>
  );
}

/** Asks the provider for its description: a wrong issuer shows here, and not to the first person who signs in. */
function Discovery({ issuer }: { issuer: string }) {
  const { t, i18n } = useLingui();
  const check = useMutation({
    mutationFn: (asked: string) => call('checkOpenIdProvider', { body: { issuer: asked } }),
  });
  // An answer about another issuer than the one in the field says nothing any more.
  const asked = check.variables === issuer;
  const current = asked ? check.data : undefined;
  const silent = check.error instanceof ApiError && check.error.code === 'openid.provider-unavailable';
  const problem = silent ? t`No provider of this name answers there.` : problemText(i18n, check.error);
  return (
    <div>
      <Button
        variant="default"
        leftSection={<IconPlugConnected size={16} aria-hidden />}
        loading={check.isPending}
        disabled={!URL.canParse(issuer)}
        onClick={() => check.mutate(issuer)}
      >
        {t`Test the issuer`}
      </Button>
      <FormProblem>{asked && check.isError && problem}</FormProblem>
      <div role="status">
        {current && (
          <Alert color="mesh" variant="light" mt="sm" title={t`The provider answers`}>
            <Trans>People will be sent to {current.authorization_endpoint}.</Trans>{' '}
            {current.scopes_supported.length > 0 && (
              <Trans>It knows the scopes {current.scopes_supported.join(', ')}.</Trans>
            )}
          </Alert>
        )}
      </div>
    </div>
  );
}
