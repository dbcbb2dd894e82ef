import type { PbasSettings } from '@helpmesh/contracts';
import { Trans, useLingui } from '@lingui/react/macro';
import { NumberInput, PasswordInput, Select, Stack, Switch, TagsInput, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ChangeEvent } from 'react';
import { Ago } from '../../ui/ago.tsx';
import { Section } from '../../ui/section.tsx';
import { Copyable } from '../../ui/shown-once.tsx';
import { Failed } from '../../ui/state-messages.tsx';
import { AdminPage } from '../admin/components/admin-page.tsx';
import { AskButton } from '../admin/components/ask-button.tsx';
import { EditForm } from '../admin/components/edit-form.tsx';
import { Loading } from '../admin/components/loading.tsx';
import type { Field } from '../admin/edit.ts';
import { useEditor, useStored } from '../admin/use-editor.ts';
import { pbasQuery, readPbas, writePbas } from './queries.ts';

type Chosen = Omit<PbasSettings, 'secret_set' | 'previous_secret_until'>;
/** The phrase is written and never read back: empty leaves what is there. */
type Values = Chosen & { secret: string };

const schemes: Record<PbasSettings['scheme'], string> = {
  'hmac-sha256': 'HMAC-SHA256',
  'hmac-sha1': 'HMAC-SHA1',
  'hmac-md5': 'HMAC-MD5',
  'md5-secret-body': 'MD5 (secret + body)',
  'md5-body-secret': 'MD5 (body + secret)',
  ...{ plain: 'plain', auto: '' },
};

function valuesOf({ secret_set: _, previous_secret_until: __, ...chosen }: PbasSettings): Values {
  return { ...chosen, secret: '' };
}

/** The helpdesk that a PBA-S control panel talks to. */
export function PbasPage() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(pbasQuery);
  if (!data && !error) return <Loading />;
  return (
    <AdminPage title={t`PBA-S control panel`} up="federation">
      {data ? <Settings settings={data} /> : <Failed error={error} onRetry={() => void refetch()} />}
    </AdminPage>
  );
}

function Settings({ settings }: { settings: PbasSettings }) {
  const { t } = useLingui();
  const editor = useEditor<Values>({
    stored: useStored(settings, valuesOf),
    read: async () => valuesOf(await readPbas()),
    write: (_, { secret, ...changed }) => writePbas({ ...changed, ...(secret && { secret }) }),
    done: t`The settings were saved.`,
    changes: ['federation'],
  });
  const { values, set } = editor;
  const labels: Record<Field<Values>, string> = {
    ...{ active: t`Active`, secret: t`Secret phrase`, scheme: t`How the header is made` },
    ...{ header_names: t`Headers that may carry it`, timestamp_header: t`Header with the time` },
    ...{ replay_window_seconds: t`An envelope is good for, seconds`, allowed_networks: t`Networks that may call` },
    ...{ bind_address: t`Sign-in links are for one address`, count_unchanged: t`Count contacts that did not change` },
    greeting: t`Greeting`,
  };
  const flag = (field: 'active' | 'bind_address' | 'count_unchanged') => ({
    label: labels[field],
    checked: values[field],
    onChange: (event: ChangeEvent<HTMLInputElement>) => set({ [field]: event.currentTarget.checked }),
  });
  const text = (field: 'timestamp_header' | 'greeting', maxLength: number) => ({
    ...{ label: labels[field], maxLength, autoComplete: 'off', value: values[field] },
    onChange: (event: ChangeEvent<HTMLInputElement>) => set({ [field]: event.currentTarget.value }),
  });
  const { previous_secret_until: until } = settings;
  return (
    <EditForm editor={editor} labels={labels}>
      <Stack>
        <Section title={t`Connection`} lead={t`What is entered in the control panel, and what it has to prove.`}>
          <Stack>
            <Switch {...flag('active')} />
            <Copyable
              label={t`Address for the control panel`}
              value={`${window.location.origin}/soap/external-helpdesk`}
            />
            <PasswordInput
              label={labels.secret}
              description={
                settings.secret_set
                  ? t`One is set. Leave this empty to keep it; a new one leaves the old one good for a day.`
                  : t`The same as in the control panel, 8 characters at least.`
              }
              autoComplete="new-password"
              minLength={8}
              maxLength={500}
              visibilityToggleButtonProps={{ 'aria-label': t`Show the secret phrase` }}
              value={values.secret}
              onChange={(event) => set({ secret: event.currentTarget.value })}
            />
            {until && (
              <div>
                <Text size="sm" mb={6}>
                  <Trans>
                    The phrase before this one still works. It ends <Ago at={until} />.
                  </Trans>
                </Text>
                <AskButton
                  size="compact-sm"
                  label={t`End it now`}
                  question={t`A control panel that still has the old phrase is refused at once.`}
                  done={t`The old phrase does not work any more.`}
                  deed={() => writePbas({ forget_previous_secret: true })}
                  changes={['federation']}
                />
              </div>
            )}
            <Select
              label={labels.scheme}
              allowDeselect={false}
              data={Object.entries(schemes).map(([value, name]) => ({
                value,
                label: value === 'auto' ? t`Find out with the first call` : name,
              }))}
              value={values.scheme}
              onChange={(scheme) => scheme && set({ scheme: scheme as Values['scheme'] })}
            />
            <TagsInput
              label={labels.header_names}
              description={t`The first that is there counts.`}
              maxTags={10}
              value={values.header_names}
              onChange={(header_names) => set({ header_names })}
            />
            <TextInput {...text('timestamp_header', 64)} description={t`Empty: the panel sends none.`} />
            <NumberInput
              label={labels.replay_window_seconds}
              description={t`0 does not look at it.`}
              w={260}
              min={0}
              max={86_400}
              allowDecimal={false}
              value={values.replay_window_seconds}
              onChange={(seconds) => set({ replay_window_seconds: Number(seconds) || 0 })}
            />
            <TagsInput
              label={labels.allowed_networks}
              description={t`192.0.2.7 or 192.0.2.0/24. Empty: all.`}
              maxTags={100}
              value={values.allowed_networks}
              onChange={(allowed_networks) => set({ allowed_networks })}
            />
          </Stack>
        </Section>
        <Section title={t`Contacts`}>
          <Stack>
            <Switch
              {...flag('bind_address')}
              description={t`A link works only from the public address that it was asked for.`}
            />
            <Switch {...flag('count_unchanged')} />
            <TextInput {...text('greeting', 200)} description={t`Empty: the product and the host.`} />
          </Stack>
        </Section>
      </Stack>
    </EditForm>
  );
}
