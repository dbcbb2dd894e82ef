import { useLingui } from '@lingui/react/macro';
import {
  ActionIcon,
  Anchor,
  Button,
  Group,
  SegmentedControl,
  Stack,
  Switch,
  Table,
  Text,
  TextInput,
} from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconDownload } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { notifyProblem } from '../../../ui/notify.tsx';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import type { Field } from '../edit.ts';
import {
  activityTypesQuery,
  type DeskSettings,
  deskSettingsQuery,
  readAnew,
  type TimeLogBy,
  timeLogQuery,
} from '../queries.ts';
import { useEditor, useStored } from '../use-editor.ts';
import { AdminPage } from './admin-page.tsx';
import { EditForm } from './edit-form.tsx';
import { Loading } from './loading.tsx';

type Values = Pick<DeskSettings, 'time_accounting' | 'time_accounting_unit'>;
const valuesOf = ({ time_accounting, time_accounting_unit }: DeskSettings): Values => ({
  time_accounting,
  time_accounting_unit,
});

/** Whether agents say how long they worked, at what, and what a month came to. */
export function TimeAccountingPage() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(deskSettingsQuery);
  if (!data && !error) return <Loading />;
  return (
    <AdminPage title={t`Time accounting`}>
      {data ? <Settings settings={data} /> : <Failed error={error} onRetry={() => void refetch()} />}
      <Types />
      <Month />
    </AdminPage>
  );
}

function Settings({ settings }: { settings: DeskSettings }) {
  const { t } = useLingui();
  const stored = useStored(settings, valuesOf);
  const editor = useEditor<Values>({
    stored,
    read: async () => valuesOf(await call('getDeskSettings')),
    write: (_, changed) => call('updateDeskSettings', { body: changed }),
    done: t`The settings were saved.`,
    changes: ['desk-settings'],
  });
  const { values, set } = editor;
  const labels: Record<Field<Values>, string> = {
    time_accounting: t`Agents are asked how long they worked`,
    time_accounting_unit: t`Unit`,
  };
  return (
    <EditForm editor={editor} labels={labels}>
      <Section title={t`Asking for time`} lead={t`Beside each reply and note. Customers never see it.`}>
        <Stack>
          <Switch
            label={labels.time_accounting}
            checked={values.time_accounting}
            onChange={(event) => set({ time_accounting: event.currentTarget.checked })}
          />
          <TextInput
            label={labels.time_accounting_unit}
            description={t`Shown beside the number, as “min”.`}
            maxLength={20}
            w={200}
            value={values.time_accounting_unit}
            onChange={(event) => set({ time_accounting_unit: event.currentTarget.value })}
          />
        </Stack>
      </Section>
    </EditForm>
  );
}

/** Kinds of work; those that were used once are switched off rather than deleted. */
function Types() {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const { data: types = [] } = useQuery(activityTypesQuery);
  const [name, setName] = useState('');
  const { mutate, isPending } = useMutation({
    mutationFn: (deed: () => Promise<unknown>) => deed(),
    onSuccess: () => readAnew(cache, ['activity-types']),
    onError: (problem) => notifyProblem(i18n, t`The change was not saved`, problem),
  });
  const setActive = (id: number, active: boolean) =>
    mutate(() => call('updateTimeAccountingType', { params: { id }, body: { active } }));
  return (
    <Section title={t`Kinds of work`} lead={t`Agents may choose one for the time they spent.`}>
      {types.length > 0 && (
        <ItemList label={t`Kinds of work`}>
          {types.map(({ id, name: kind, note, active }) => (
            <Item key={id} what={kind} facts={note}>
              <Switch
                aria-label={t`${kind} is active`}
                checked={active}
                onChange={(event) => setActive(id, event.currentTarget.checked)}
              />
            </Item>
          ))}
        </ItemList>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          mutate(async () => {
            await call('createTimeAccountingType', { body: { name } });
            setName('');
          });
        }}
      >
        <Group mt="sm" gap="xs">
          <TextInput
            aria-label={t`New kind of work`}
            placeholder={t`New kind of work`}
            maxLength={250}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" loading={isPending} disabled={name.trim() === ''}>
            {t`Add`}
          </Button>
        </Group>
      </form>
    </Section>
  );
}

/** What a month of UTC came to. */
function Month() {
  const { t, i18n } = useLingui();
  const [by, setBy] = useState<TimeLogBy>('ticket');
  const [month, setMonth] = useState(() => {
    const now = new Date();
    return { year: now.getUTCFullYear(), month: now.getUTCMonth() + 1 };
  });
  const { data: rows, error, refetch } = useQuery(timeLogQuery(by, month));
  const first = Date.UTC(month.year, month.month - 1);
  const title = new Intl.DateTimeFormat(i18n.locale, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(first);
  const step = (months: number) => {
    const next = new Date(Date.UTC(month.year, month.month - 1 + months));
    setMonth({ year: next.getUTCFullYear(), month: next.getUTCMonth() + 1 });
  };
  const kinds: Record<TimeLogBy, string> = {
    ticket: t`Tickets`,
    activity: t`Entries`,
    customer: t`Customers`,
    organization: t`Organizations`,
  };
  const file = `/api/v1/time_accounting/log/by_${by}/${month.year}/${month.month}?download=true`;
  return (
    <Section
      title={title}
      lead={t`Time spent in the month, in UTC.`}
      action={
        <Group gap={4} wrap="nowrap">
          <ActionIcon aria-label={t`Previous month`} onClick={() => step(-1)}>
            <IconChevronLeft size={16} aria-hidden />
          </ActionIcon>
          <ActionIcon aria-label={t`Next month`} onClick={() => step(1)}>
            <IconChevronRight size={16} aria-hidden />
          </ActionIcon>
        </Group>
      }
    >
      <Group justify="space-between" mb="sm">
        <SegmentedControl
          size="xs"
          aria-label={t`Added up by`}
          data={Object.entries(kinds).map(([value, label]) => ({ value, label }))}
          value={by}
          onChange={(value) => setBy(value as TimeLogBy)}
        />
        <Group gap="md">
          {Object.entries({ CSV: file, Excel: `${file}&format=xlsx` }).map(([name, href]) => (
            <Anchor
              key={name}
              href={href}
              download
              size="sm"
              display="inline-flex"
              style={{ alignItems: 'center', gap: 4 }}
            >
              <IconDownload size={15} aria-hidden /> {name}
            </Anchor>
          ))}
        </Group>
      </Group>
      {error ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : rows?.length === 0 ? (
        <Text c="dimmed" size="sm">
          {t`No time was noted in this month.`}
        </Text>
      ) : (
        <Table aria-label={title}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{kinds[by]}</Table.Th>
              <Table.Th ta="end">{t`Time`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows?.map(({ key, what, facts, units }) => (
              <Table.Tr key={key}>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>
                  {what}
                  {facts && (
                    <Text c="dimmed" size="xs">
                      {facts}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td ta="end">{units}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}
