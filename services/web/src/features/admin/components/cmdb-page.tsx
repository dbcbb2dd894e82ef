import type { CmdbSettings as Settings } from '@helpmesh/contracts';
import { useLingui } from '@lingui/react/macro';
import { Alert, Button, PasswordInput, Stack, Switch, TextInput } from '@mantine/core';
import { IconPlugConnected } from '@tabler/icons-react';
import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import type { ChangeEvent } from 'react';
import { request } from '../../../app/api.ts';
import { problemText } from '../../../ui/problem.ts';
import { Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { FormProblem } from '../../session/components/entry-page.tsx';
import type { Field } from '../edit.ts';
import { useEditor, useStored } from '../use-editor.ts';
import { AdminPage } from './admin-page.tsx';
import { EditForm } from './edit-form.tsx';
import { Loading } from './loading.tsx';

/** By address: these routes are for few, and the table of routes is loaded by all. */
const address = '/api/v1/cmdb_settings';
const read = () => request('GET', address) as Promise<Settings>;
const cmdbSettingsQuery = queryOptions({ queryKey: ['cmdb-settings'], queryFn: read });

interface Values {
  active: boolean;
  url: string;
  /** Written and never read back: empty leaves what is there. */
  api_key: string;
  user: string;
  password: string;
  tenant: string;
  logbook: boolean;
}

function valuesOf({ active, url, user, tenant, logbook }: Settings): Values {
  return { active, url, api_key: '', user, password: '', tenant, logbook };
}

/** The connection to the CMDB i-doit. */
export function CmdbPage() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(cmdbSettingsQuery);
  if (!data && !error) return <Loading />;
  return (
    <AdminPage title={t`CMDB`}>
      {data ? <Connection settings={data} /> : <Failed error={error} onRetry={() => void refetch()} />}
    </AdminPage>
  );
}

function Connection({ settings }: { settings: Settings }) {
  const { t } = useLingui();
  const stored = useStored(settings, valuesOf);
  const editor = useEditor<Values>({
    stored,
    read: async () => valuesOf(await read()),
    write: (_, changed) => request('PUT', address, changed),
    done: t`The connection was saved.`,
    changes: ['cmdb-settings', 'cmdb'],
  });
  const { values, set } = editor;
  const labels: Record<Field<Values>, string> = {
    active: t`Active`,
    url: t`Address`,
    api_key: t`API key`,
    user: t`User name`,
    password: t`Password`,
    tenant: t`Client`,
    logbook: t`Write the logbooks of objects`,
  };
  const text = (field: 'url' | 'user' | 'tenant' | 'api_key' | 'password') => ({
    label: labels[field],
    autoComplete: field === 'password' || field === 'api_key' ? 'new-password' : 'off',
    value: values[field],
    onChange: (event: ChangeEvent<HTMLInputElement>) => set({ [field]: event.currentTarget.value }),
  });
  const flag = (field: 'active' | 'logbook') => ({
    label: labels[field],
    checked: values[field],
    onChange: (event: ChangeEvent<HTMLInputElement>) => set({ [field]: event.currentTarget.checked }),
  });
  const keep = t`One is set. Leave this empty to keep it.`;
  return (
    <EditForm editor={editor} labels={labels}>
      <Stack>
        <Section
          title="i-doit"
          lead={t`Agents pick the objects that a ticket is about, and see what and where they are.`}
        >
          <Stack>
            <Switch {...flag('active')} />
            <TextInput
              {...text('url')}
              type="url"
              placeholder="https://cmdb.example.org/i-doit"
              description={t`Its web page. Another address forgets the key and the password.`}
              maxLength={500}
            />
            <PasswordInput
              {...text('api_key')}
              description={settings.api_key_set ? keep : undefined}
              visibilityToggleButtonProps={{ 'aria-label': t`Show the API key` }}
              maxLength={500}
            />
            <TextInput {...text('user')} description={t`Only where i-doit wants one beside the key.`} maxLength={100} />
            <PasswordInput
              {...text('password')}
              description={settings.password_set ? keep : undefined}
              visibilityToggleButtonProps={{ 'aria-label': t`Show the password` }}
              maxLength={500}
            />
            <TextInput
              {...text('tenant')}
              description={t`How tickets name the client of i-doit, where it has several.`}
              maxLength={100}
            />
            <Trial values={values} />
          </Stack>
        </Section>
        <Section title={t`Logbook`}>
          <Switch
            {...flag('logbook')}
            description={t`When a ticket about them is opened, and when its state changes.`}
          />
        </Section>
      </Stack>
    </EditForm>
  );
}

/** Tries what is in the form; nothing of it is kept. */
function Trial({ values }: { values: Values }) {
  const { t, i18n } = useLingui();
  const { url, api_key, user, password } = values;
  const shown = JSON.stringify([url, api_key, user, password]);
  const trial = useMutation({
    mutationFn: (_tried: string) =>
      request('POST', `${address}/verify`, {
        url,
        user,
        ...(api_key && { api_key }),
        ...(password && { password }),
      }) as Promise<{
        version: string;
        tenant: string;
      }>,
  });
  // An answer about other values than those in the form says nothing any more.
  const current = trial.variables === shown;
  const version = trial.data?.version;
  return (
    <div>
      <Button
        variant="default"
        leftSection={<IconPlugConnected size={16} aria-hidden />}
        loading={trial.isPending}
        disabled={!URL.canParse(url)}
        onClick={() => trial.mutate(shown)}
      >
        {t`Test the connection`}
      </Button>
      <FormProblem>{current && trial.isError && problemText(i18n, trial.error)}</FormProblem>
      <div role="status">
        {current && trial.data && (
          <Alert color="mesh" variant="light" mt="sm" title={t`i-doit answers`}>
            {t`Version ${version ?? ''}`}
            {trial.data.tenant && `, ${trial.data.tenant}`}
          </Alert>
        )}
      </div>
    </div>
  );
}
