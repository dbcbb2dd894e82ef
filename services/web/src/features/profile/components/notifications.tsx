import type { NoticeEvent, NoticeMatrix, NoticeRow } from '@helpmesh/contracts';
import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { Button, Checkbox, Group, MultiSelect, Select, Stack, Switch, Table, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { savePreferences } from '../../../app/preferences.ts';
import { notifyDone } from '../../../ui/notify.tsx';
import { problemText } from '../../../ui/problem.ts';
import { Section } from '../../../ui/section.tsx';
import { FormProblem } from '../../session/components/entry-page.tsx';
import { useMe } from '../../session/use-me.ts';
import { groupsQuery } from '../../tickets/queries.ts';
import { noticeDefaults } from '../notice-defaults.ts';

const events: Record<NoticeEvent, MessageDescriptor> = {
  create: msg`New ticket`,
  update: msg`Change or message`,
  reminder_reached: msg`Reminder reached`,
  escalation: msg`Escalation`,
};
const criteria: Record<keyof NoticeRow['criteria'], MessageDescriptor> = {
  owned_by_me: msg`My tickets`,
  owned_by_nobody: msg`Tickets of nobody`,
  subscribed: msg`Subscribed tickets`,
  no: msg`All tickets`,
};
const channels: Record<keyof NoticeRow['channel'], MessageDescriptor> = {
  email: msg`By e-mail`,
  online: msg`Here`,
};

const namesOf = <K extends string>(labels: Record<K, unknown>) => Object.keys(labels) as K[];
const [noticeEvents, noticeCriteria, noticeChannels] = [namesOf(events), namesOf(criteria), namesOf(channels)];

interface Config {
  matrix?: Partial<NoticeMatrix>;
  group_ids?: (string | number)[];
  quiet?: { from?: string; until?: string; weekends?: boolean } | null;
  digest?: 'hourly' | 'daily' | null;
  digest_at?: string | null;
}

/** When mails are wanted. */
interface Times {
  quiet: boolean;
  from: string;
  until: string;
  weekends: boolean;
  digest: 'no' | 'hourly' | 'daily';
  digestAt: string;
}

const anyTime: Times = { quiet: false, from: '20:00', until: '07:00', weekends: true, digest: 'no', digestAt: '08:00' };

function timesOf({ quiet, digest, digest_at: at }: Config): Times {
  return {
    ...anyTime,
    ...(quiet && { quiet: true, ...quiet }),
    digest: digest ?? 'no',
    digestAt: at ?? anyTime.digestAt,
  };
}

function timesBody({ quiet, from, until, weekends, digest, digestAt }: Times): Config {
  return {
    quiet: quiet ? { from, until, weekends } : null,
    digest: digest === 'no' ? null : digest,
    digest_at: digest === 'daily' ? digestAt : null,
  };
}

/** Of what one is told, and how. */
export function Notifications() {
  const { t, i18n } = useLingui();
  const { me } = useMe();
  const chosen = (me.preferences as { notification_config?: Config }).notification_config ?? {};
  const [matrix, setMatrix] = useState<NoticeMatrix>(() => ({ ...noticeDefaults, ...chosen.matrix }));
  const [groups, setGroups] = useState(() => (chosen.group_ids ?? []).map(String).filter((id) => id !== '-'));
  const [times, setTimes] = useState(() => timesOf(chosen));
  const change = (part: Partial<Times>) => setTimes((now) => ({ ...now, ...part }));
  const { data: names = [], error } = useQuery(groupsQuery);
  const save = useMutation({
    mutationFn: (config: Config | null) => savePreferences({ notification_config: config as never }),
    onSuccess: () => notifyDone(t`The settings were saved.`),
  });
  const set = (event: NoticeEvent, part: 'criteria' | 'channel', name: string, on: boolean) =>
    setMatrix((now) => ({ ...now, [event]: { ...now[event], [part]: { ...now[event][part], [name]: on } } }));
  const cell = (event: NoticeEvent, part: 'criteria' | 'channel', name: string, label: MessageDescriptor) => (
    <Table.Td key={name}>
      <Checkbox
        aria-label={`${i18n._(events[event])}: ${i18n._(label)}`}
        checked={(matrix[event][part] as Record<string, boolean>)[name] ?? false}
        onChange={({ currentTarget }) => set(event, part, name, currentTarget.checked)}
      />
    </Table.Td>
  );

  return (
    <Section
      title={t`Notifications`}
      lead={t`What others do to tickets that you see. You are never told of what you did yourself.`}
    >
      <form
        id="notifications"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate({ matrix, group_ids: groups.length === 0 ? ['-'] : groups.map(Number), ...timesBody(times) });
        }}
      >
        <FormProblem>{save.isError && problemText(i18n, save.error)}</FormProblem>
        <Stack>
          <Table.ScrollContainer minWidth={560}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">{t`Event`}</Table.Th>
                  {noticeCriteria.map((name) => (
                    <Table.Th key={name} scope="col">
                      {i18n._(criteria[name])}
                    </Table.Th>
                  ))}
                  {noticeChannels.map((name) => (
                    <Table.Th key={name} scope="col">
                      {i18n._(channels[name])}
                    </Table.Th>
                  ))}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {noticeEvents.map((event) => (
                  <Table.Tr key={event}>
                    <Table.Th scope="row">{i18n._(events[event])}</Table.Th>
                    {noticeCriteria.map((name) => cell(event, 'criteria', name, criteria[name]))}
                    {noticeChannels.map((name) => cell(event, 'channel', name, channels[name]))}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
          <MultiSelect
            label={t`Only of these groups`}
            description={t`Your own tickets and those you subscribed to are told of in any case. Nothing chosen means all groups.`}
            data={names.map(({ id, name }) => ({ value: String(id), label: name }))}
            value={groups}
            onChange={setGroups}
            searchable
            clearable
            error={error && problemText(i18n, error)}
          />
          <Select
            label={t`E-mails about tickets`}
            description={t`Gathered, they name each ticket once; what you have seen here meanwhile is left out.`}
            allowDeselect={false}
            data={[
              { value: 'no', label: t`each at once` },
              { value: 'hourly', label: t`together, every hour` },
              { value: 'daily', label: t`together, once a day` },
            ]}
            value={times.digest}
            onChange={(value) => value && change({ digest: value as Times['digest'] })}
          />
          {times.digest === 'daily' && (
            <TextInput
              type="time"
              required
              withAsterisk={false}
              label={t`Once a day at`}
              value={times.digestAt}
              onChange={(event) => change({ digestAt: event.currentTarget.value })}
            />
          )}
          <Switch
            label={t`Quiet hours`}
            description={t`No e-mails about tickets meanwhile, by your time zone; afterwards one with what happened.`}
            checked={times.quiet}
            onChange={(event) => change({ quiet: event.currentTarget.checked })}
          />
          {times.quiet && (
            <Group align="end">
              <TextInput
                type="time"
                required
                withAsterisk={false}
                label={t`From`}
                value={times.from}
                onChange={(event) => change({ from: event.currentTarget.value })}
              />
              <TextInput
                type="time"
                required
                withAsterisk={false}
                label={t`Until`}
                value={times.until}
                onChange={(event) => change({ until: event.currentTarget.value })}
              />
              <Checkbox
                label={t`All of Saturday and Sunday as well`}
                checked={times.weekends}
                onChange={(event) => change({ weekends: event.currentTarget.checked })}
              />
            </Group>
          )}
          <Group>
            <Button type="submit" variant="default" loading={save.isPending}>
              {t`Save`}
            </Button>
            <Button
              variant="subtle"
              onClick={() => {
                setMatrix(noticeDefaults);
                setGroups([]);
                setTimes(anyTime);
                save.mutate(null);
              }}
            >
              {t`As everybody has it`}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
