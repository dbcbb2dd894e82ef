import type { CanonicalPriority, CanonicalState } from '@helpmesh/contracts';
import type { MessageDescriptor } from '@lingui/core';
import { useLingui } from '@lingui/react/macro';
import {
  Alert,
  Button,
  Fieldset,
  Group,
  NumberInput,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { IconCircleCheck, IconCircleX, IconPlugConnected } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Ago } from '../../ui/ago.tsx';
import { problemText } from '../../ui/problem.ts';
import { Item, ItemList, Section } from '../../ui/section.tsx';
import { Failed } from '../../ui/state-messages.tsx';
import { AdminPage } from '../admin/components/admin-page.tsx';
import { EditForm } from '../admin/components/edit-form.tsx';
import { Loading } from '../admin/components/loading.tsx';
import { NoSuch } from '../admin/components/no-such.tsx';
import type { Field } from '../admin/edit.ts';
import { useEditor, useStored } from '../admin/use-editor.ts';
import { FormProblem } from '../session/components/entry-page.tsx';
import { queueHints, softwareNames, stateLabels, wordLabels } from './labels.ts';
import classes from './peer.module.css';
import { KeepToken } from './peer-pages.tsx';
import {
  type Adapter,
  type AdapterKind,
  adapterKindsQuery,
  adapterQuery,
  adapterRows,
  type Peer,
  peersQuery,
} from './queries.ts';

type Values = Pick<Adapter, 'kind' | 'queue' | 'account' | 'sign_in' | 'poll_seconds' | 'states' | 'priorities'>;

const untold: Values = {
  ...{ kind: 'rt', queue: '', account: '', sign_in: 'token', poll_seconds: 30, states: {}, priorities: {} },
};
const valuesOf = (text: string) => JSON.parse(text) as Values;
const plain = ({ kind, queue, account, sign_in, poll_seconds, states, priorities }: Values): Values => ({
  ...{ kind, queue, account, sign_in, poll_seconds, states, priorities },
});

/** How a helpdesk is spoken to that does not speak our protocol. */
export function SoftwarePage({ id }: { id: number }) {
  const { t } = useLingui();
  const peers = useQuery(peersQuery);
  const software = peers.data?.find((each) => each.id === id)?.software;
  const adapter = useQuery({ ...adapterQuery(id), enabled: Boolean(software) });
  const kinds = useQuery(adapterKindsQuery);
  const error = peers.error ?? adapter.error ?? kinds.error;
  if (peers.data && (adapter.data || !software) && kinds.data) {
    const peer = peers.data.find((each) => each.id === id);
    const connected = software ? (adapter.data ?? null) : null;
    return peer ? <Software peer={peer} adapter={connected} kinds={kinds.data} /> : <NoSuch up="federation" />;
  }
  if (!error) return <Loading />;
  const again = () => void Promise.all([peers.refetch(), adapter.refetch(), kinds.refetch()]);
  return (
    <AdminPage title={t`Software`} up="federation">
      <Failed error={error} onRetry={again} />
    </AdminPage>
  );
}

function Software({ peer, adapter, kinds }: { peer: Peer; adapter: Adapter | null; kinds: AdapterKind[] }) {
  const { t } = useLingui();
  const { id, name } = peer;
  return (
    <AdminPage title={t`Software of ${name}`} up="federation">
      <Settings peer={peer} adapter={adapter} kinds={kinds} />
      <Section
        title={t`Secret`}
        lead={t`What our account there signs in with: a token, an API key or a password. It is kept sealed and not shown again.`}
      >
        <KeepToken peer={peer} label={t`Token or password of our account there`} />
      </Section>
      {adapter && <Trial id={id} polledAt={adapter.polled_at} />}
    </AdminPage>
  );
}

function Settings({ peer: { id }, adapter, kinds }: { peer: Peer; adapter: Adapter | null; kinds: AdapterKind[] }) {
  const { t, i18n } = useLingui();
  const stored = useStored(JSON.stringify(plain(adapter ?? untold)), valuesOf);
  const editor = useEditor<Values>({
    stored,
    ...(adapter && { read: async () => plain(await adapterRows.get(id)) }),
    write: (values) => adapterRows.update(id, values),
    done: t`The settings were saved.`,
    changes: ['federation'],
  });
  const { values, set } = editor;
  const { kind, queue, account, sign_in, poll_seconds, states, priorities } = values;
  const info = kinds.find((one) => one.kind === kind);
  const labels: Record<Field<Values>, string> = {
    ...{ kind: t`Software`, queue: t`Where shared tickets lie there`, account: t`Login of our account there` },
    ...{
      sign_in: t`Sign-in`,
      poll_seconds: t`Ask every so many seconds`,
      states: t`States`,
      priorities: t`Priorities`,
    },
  };
  return (
    <EditForm editor={editor} labels={labels} {...(!adapter && { saveLabel: t`Connect`, fresh: true })}>
      <Stack gap="md">
        <Section
          title={t`How it is spoken to`}
          lead={t`A helpdesk that runs Helpmesh, or speaks its protocol, needs nothing of this.`}
        >
          <Stack>
            <Select
              label={labels.kind}
              allowDeselect={false}
              maw={360}
              data={kinds.map((one) => ({ value: one.kind, label: softwareNames[one.kind] }))}
              value={kind}
              onChange={(next) => next && set({ kind: next as Values['kind'] })}
            />
            <TextInput
              label={labels.queue}
              description={i18n._(queueHints[kind])}
              required
              withAsterisk={false}
              maxLength={200}
              value={queue}
              onChange={(event) => set({ queue: event.currentTarget.value })}
            />
            <div>
              <Text size="sm" fw={500} id="sign-in">
                {labels.sign_in}
              </Text>
              <SegmentedControl
                aria-labelledby="sign-in"
                data={[
                  { value: 'token', label: t`Token or API key` },
                  { value: 'password', label: t`Login and password` },
                ]}
                value={sign_in}
                onChange={(next) => set({ sign_in: next as Values['sign_in'] })}
              />
            </div>
            <TextInput
              label={labels.account}
              description={t`Nobody else should use it: what it writes is taken to be ours, and does not come back.`}
              required={sign_in === 'password' || (info?.needs_account ?? false)}
              withAsterisk={false}
              maxLength={200}
              autoComplete="off"
              value={account}
              onChange={(event) => set({ account: event.currentTarget.value })}
            />
            <NumberInput
              label={labels.poll_seconds}
              w={220}
              min={10}
              max={3600}
              allowDecimal={false}
              value={poll_seconds}
              onChange={(next) => set({ poll_seconds: Number(next) || 30 })}
            />
          </Stack>
        </Section>
        <Section
          title={t`Words`}
          lead={t`What states and priorities are called there. An empty field stands for the word that is shown in it, as the software is installed.`}
        >
          <Stack>
            <Words<CanonicalState>
              legend={labels.states}
              names={stateLabels}
              usual={info?.states}
              said={states}
              onChange={(next) => set({ states: next })}
            />
            <Words<CanonicalPriority>
              legend={labels.priorities}
              names={wordLabels}
              usual={info?.priorities}
              said={priorities}
              onChange={(next) => set({ priorities: next })}
            />
          </Stack>
        </Section>
      </Stack>
    </EditForm>
  );
}

interface WordsProps<K extends string> {
  legend: string;
  names: Record<K, MessageDescriptor>;
  usual: Partial<Record<K, string>> | undefined;
  said: Partial<Record<K, string>>;
  onChange: (said: Partial<Record<K, string>>) => void;
}

function Words<K extends string>({ legend, names, usual, said, onChange }: WordsProps<K>) {
  const { i18n } = useLingui();
  const change = (name: K, word: string) => {
    const { [name]: _, ...others } = said;
    onChange((word === '' ? others : { ...said, [name]: word }) as Partial<Record<K, string>>);
  };
  return (
    <Fieldset legend={legend}>
      <div className={classes.facts}>
        {(Object.keys(names) as K[]).map((name) => (
          <TextInput
            key={name}
            label={i18n._(names[name])}
            placeholder={usual?.[name] ?? ''}
            maxLength={100}
            value={said[name] ?? ''}
            onChange={(event) => change(name, event.currentTarget.value)}
          />
        ))}
      </div>
    </Fieldset>
  );
}

/** Calls it with what is saved, and says how far one gets; nothing is changed on either side. */
function Trial({ id, polledAt }: { id: number; polledAt: string | null }) {
  const { t, i18n } = useLingui();
  const trial = useMutation({ mutationFn: () => adapterRows.verify(id) });
  const names = {
    connect: t`Connection`,
    'sign-in': t`Sign-in`,
    queue: t`Where shared tickets lie there`,
    changes: t`Reading what has changed`,
  };
  return (
    <Section
      title={t`Test`}
      lead={t`Calls the helpdesk with what is saved. Nothing is changed there. What would be sent of a ticket is shown with the agreement.`}
    >
      <Stack>
        <Group>
          <Button
            variant="default"
            leftSection={<IconPlugConnected size={16} aria-hidden />}
            loading={trial.isPending}
            onClick={() => trial.mutate()}
          >
            {t`Test the connection`}
          </Button>
          <Text size="sm" c="dimmed">
            {t`Last looked at`}: {polledAt ? <Ago at={polledAt} /> : t`never`}
          </Text>
        </Group>
        <FormProblem>{trial.isError && problemText(i18n, trial.error)}</FormProblem>
        <div role="status">
          {trial.data && (
            <Stack gap="xs">
              {trial.data.ok && (
                <Alert
                  color="mesh"
                  variant="light"
                  title={[trial.data.product, trial.data.version].filter(Boolean).join(' ')}
                >
                  {t`We are ${trial.data.account} there.`}
                </Alert>
              )}
              <ItemList label={trial.data.ok ? t`Everything works` : t`It does not work yet`}>
                {trial.data.steps.map(({ step, ok, detail }) => (
                  <Item
                    key={step}
                    what={
                      <Group gap={6} wrap="nowrap">
                        {ok ? (
                          <IconCircleCheck size={18} color="var(--mantine-color-green-7)" aria-label={t`Works`} />
                        ) : (
                          <IconCircleX size={18} color="var(--mantine-color-red-7)" aria-label={t`Failed`} />
                        )}
                        {names[step]}
                      </Group>
                    }
                    facts={detail ?? ''}
                  />
                ))}
              </ItemList>
            </Stack>
          )}
        </div>
      </Stack>
    </Section>
  );
}
