import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Alert, Button, Chip, Group, Input, MultiSelect, Select, Stack, Text } from '@mantine/core';
import { IconCalendarTime, IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { call } from '../../app/api.ts';
import { Ago } from '../../ui/ago.tsx';
import { problemText } from '../../ui/problem.ts';
import { Section } from '../../ui/section.tsx';
import { absoluteTime } from '../../ui/time.ts';
import { AdminPage } from '../admin/components/admin-page.tsx';
import { AskButton } from '../admin/components/ask-button.tsx';
import { DeleteButton } from '../admin/components/delete-button.tsx';
import { EditForm } from '../admin/components/edit-form.tsx';
import { RecordList } from '../admin/components/record-list.tsx';
import { RecordPage } from '../admin/components/record-page.tsx';
import type { Field } from '../admin/edit.ts';
import { type Editor, useEditor, useStored } from '../admin/use-editor.ts';
import { ConditionEditor } from '../conditions/condition-editor.tsx';
import type { Scope, Selector } from '../conditions/selector.ts';
import { FormProblem } from '../session/components/entry-page.tsx';
import { useMe } from '../session/use-me.ts';
import { ActionsEditor } from './actions-editor.tsx';
import type { Perform, Performer } from './perform.ts';
import { type Schedule, scheduleQuery, schedulesQuery } from './queries.ts';
import { NameField, newRule, RestFields, type RuleValues, ruleValuesOf, TimezoneField } from './rule-fields.tsx';
import { RuleItem } from './rule-list.tsx';
import { ObjectProspects, Prospects, RunLog } from './rule-sections.tsx';
import { choosing, chosen, days, hours, minutes, neverRuns, type Timeplan } from './timeplan.ts';

interface Values extends RuleValues {
  object: string;
  timeplan: Timeplan;
  condition: Selector;
  perform: Perform;
}

const weekdays = { Mon: true, Tue: true, Wed: true, Thu: true, Fri: true };
/** On working days at six, by the clock of whoever makes it. */
const newSchedule = (): Values => ({
  ...newRule,
  object: 'Ticket',
  timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  timeplan: { days: weekdays, hours: { 6: true }, minutes: { 0: true } },
  ...{ condition: {}, perform: {} },
});
const valuesOf = (schedule: Schedule): Values => ({
  ...ruleValuesOf(schedule),
  object: schedule.object,
  ...{ timeplan: schedule.timeplan, condition: schedule.condition, perform: schedule.perform },
});
const changes = ['schedules'];

export function SchedulesPage() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(schedulesQuery);
  return (
    <AdminPage
      title={t`Schedules`}
      action={
        <Button component={Link} to="/admin/schedules/new" leftSection={<IconPlus size={16} aria-hidden />}>
          {t`New schedule`}
        </Button>
      }
    >
      <Text c="dimmed" size="sm">
        {t`Each does something to tickets, people or organizations at certain times.`}
      </Text>
      <RecordList
        label={t`Schedules`}
        icon={IconCalendarTime}
        records={data?.toSorted((a, b) => a.name.localeCompare(b.name))}
        error={error}
        onRetry={() => void refetch()}
        narrowed={false}
        none={t`There are no schedules`}
      >
        {(schedule) => (
          <RuleItem key={schedule.id} kind="schedules" rule={schedule} facts={<Facts schedule={schedule} />} />
        )}
      </RecordList>
    </AdminPage>
  );
}

function Facts({ schedule }: { schedule: Schedule }) {
  const { t } = useLingui();
  return schedule.problem ? t`It does nothing as it is stored` : <Times schedule={schedule} />;
}

function Times({ schedule: { next_run_at: next, last_run_at: last, running } }: { schedule: Schedule }) {
  const { t } = useLingui();
  if (running) return <>{t`Running now`}</>;
  return (
    <>
      {next ? (
        <Trans>
          Next run <Ago at={next} />
        </Trans>
      ) : (
        t`No next run`
      )}
      {last && (
        <>
          {' · '}
          <Trans>
            last run <Ago at={last} />
          </Trans>
        </>
      )}
    </>
  );
}

export function SchedulePage() {
  const { t } = useLingui();
  const id = Number(useParams({ from: '/app/admin/schedules/$id' }).id);
  return (
    <RecordPage query={useQuery(scheduleQuery(id))} id={id} up="schedules" title={t`Schedule`}>
      {(schedule) => <Edit schedule={schedule} />}
    </RecordPage>
  );
}

function Edit({ schedule }: { schedule: Schedule }) {
  const { t } = useLingui();
  const { id, name, running } = schedule;
  const stored = useStored(schedule, valuesOf);
  const editor = useEditor<Values>({
    stored,
    read: async () => valuesOf(await call('getJob', { params: { id } })),
    write: (_, changed) => call('updateJob', { params: { id }, body: changed }),
    done: t`The schedule was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={name}
      up="schedules"
      action={
        <Group gap="xs">
          {!running && (
            <AskButton
              label={t`Run now`}
              question={<RunNow id={id} dirty={editor.dirty} stored={stored} />}
              done={t`It is running.`}
              deed={() => call('runJob', { params: { id } })}
              changes={changes}
            />
          )}
          <DeleteButton
            question={t`${name} will be gone for good. A run that is under way ends. What it did stays.`}
            done={t`The schedule was deleted.`}
            deed={() => call('deleteJob', { params: { id } })}
            gone={scheduleQuery(id).queryKey}
            back="/admin/schedules"
            changes={changes}
          />
        </Group>
      }
    >
      {schedule.problem && (
        <Alert color="red" variant="light" title={t`It does nothing as it is stored`}>
          {schedule.problem}
        </Alert>
      )}
      <Progress schedule={schedule} />
      <ScheduleForm editor={editor} />
      <DryRun values={editor.values} />
      <RunLog kind="schedules" id={id} />
    </AdminPage>
  );
}

/** How many tickets it would be for, before somebody says so. */
function RunNow({ id, dirty, stored }: { id: number; dirty: boolean; stored: Values }) {
  const { t } = useLingui();
  const { data } = useQuery({
    queryKey: ['admin', 'schedules', id, 'preview'],
    queryFn: ({ signal }) => call('previewJob', { body: stored, signal }),
    staleTime: 0,
    gcTime: 0,
  });
  return (
    <>
      {data ? <ItIsFor object={stored.object} count={data.matching} /> : t`Counting …`}{' '}
      {dirty && t`Your changes on this page are not saved: it runs as it is stored.`}
    </>
  );
}

function ItIsFor({ object, count }: { object: string; count: number }) {
  if (object === 'User') return <Plural value={count} one="It is for # person now." other="It is for # people now." />;
  if (object === 'Organization') {
    return <Plural value={count} one="It is for # organization now." other="It is for # organizations now." />;
  }
  return <Plural value={count} one="It is for # ticket now." other="It is for # tickets now." />;
}

function Progress({ schedule }: { schedule: Schedule }) {
  const { running, processed, matching, last_run_at: last } = schedule;
  return (
    <Text size="sm" c="dimmed" role="status">
      <Times schedule={schedule} />
      {(running || last) && (
        <>
          {' · '}
          <Trans>
            {processed} of {matching} done
          </Trans>
        </>
      )}
    </Text>
  );
}

export function NewSchedulePage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const [first] = useState(newSchedule);
  const editor = useEditor<Values, Schedule>({
    stored: first,
    write: (values) => call('createJob', { body: values }),
    onSaved: ({ id }) => void navigate({ to: '/admin/schedules/$id', params: { id: String(id) }, replace: true }),
    done: t`The schedule was created.`,
    changes,
  });
  return (
    <AdminPage title={t`New schedule`} up="schedules">
      <ScheduleForm editor={editor} saveLabel={t`Create the schedule`} />
      <DryRun values={editor.values} />
    </AdminPage>
  );
}

const scopes: Record<string, Scope> = { User: 'people', Organization: 'organizations' };
const performers: Record<string, Performer> = { User: 'people', Organization: 'organizations' };

function ScheduleForm({ editor, saveLabel }: { editor: Editor<Values>; saveLabel?: string }) {
  const { t } = useLingui();
  const { values, set } = editor;
  const { may } = useMe();
  const labels: Record<Field<Values>, string> = {
    ...{ name: t`Name`, active: t`Active`, note: t`Note`, timezone: t`By the clock of` },
    ...{ localization: t`Language of what it writes`, disable_notification: t`Agents are not told of what it does` },
    ...{ timeplan: t`When it runs`, condition: t`For which ones`, perform: t`What it does` },
    object: t`What it is for`,
  };
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Stack>
        <Section title={t`Schedule`}>
          <Stack>
            <NameField values={values} set={set} />
            <Select
              label={labels.object}
              allowDeselect={false}
              data={[
                { value: 'Ticket', label: t`Tickets` },
                ...(may('admin.user') ? [{ value: 'User', label: t`People` }] : []),
                ...(may('admin.organization') ? [{ value: 'Organization', label: t`Organizations` }] : []),
              ]}
              value={values.object}
              // What one kind is picked by, and what is done to it, means nothing for another.
              onChange={(object) => object && set({ object, condition: {}, perform: {} })}
            />
          </Stack>
        </Section>
        <Section title={labels.timeplan}>
          <Stack>
            <PlanFields plan={values.timeplan} onChange={(timeplan) => set({ timeplan })} />
            <TimezoneField values={values} set={set} label={labels.timezone} />
          </Stack>
        </Section>
        <Section
          title={labels.condition}
          lead={
            values.object === 'Ticket'
              ? t`A run takes up to 2,000, the oldest first.`
              : t`A run takes all of them, the oldest first.`
          }
        >
          <ConditionEditor
            key={values.object}
            scope={scopes[values.object] ?? 'schedules'}
            value={values.condition}
            onChange={(condition) => set({ condition })}
          />
        </Section>
        <Section title={labels.perform}>
          <ActionsEditor
            performer={performers[values.object] ?? 'schedule'}
            value={values.perform}
            onChange={(perform) => set({ perform })}
          />
        </Section>
        <Section title={t`More`}>
          <Stack>
            <RestFields values={values} set={set} />
          </Stack>
        </Section>
      </Stack>
    </EditForm>
  );
}

/** A Monday: the names of days follow from dates. */
const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

function PlanFields({ plan, onChange }: { plan: Timeplan; onChange: (plan: Timeplan) => void }) {
  const { t, i18n } = useLingui();
  const dayLabel = useId();
  const dayNames = new Intl.DateTimeFormat(i18n.locale, { weekday: 'short', timeZone: 'UTC' });
  const two = (value: string) => value.padStart(2, '0');
  const minutesOf = (value: string) => `:${two(value)}`;
  return (
    <>
      <div>
        <Input.Label id={dayLabel} labelElement="div" mb={4}>
          {t`Days`}
        </Input.Label>
        <Chip.Group multiple value={chosen(plan, 'days')} onChange={(names) => onChange(choosing(plan, 'days', names))}>
          <Group gap={6} role="group" aria-labelledby={dayLabel}>
            {days.map((day, i) => (
              <Chip key={day} value={day} size="sm">
                {dayNames.format(MONDAY + i * DAY_MS)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      </div>
      <MultiSelect
        label={t`Hours`}
        data={hours.map((hour) => ({ value: hour, label: two(hour) }))}
        value={chosen(plan, 'hours')}
        onChange={(names) => onChange(choosing(plan, 'hours', names))}
      />
      <MultiSelect
        label={t`Minutes`}
        data={minutes.map((minute) => ({ value: minute, label: minutesOf(minute) }))}
        value={chosen(plan, 'minutes')}
        onChange={(names) => onChange(choosing(plan, 'minutes', names))}
      />
      {neverRuns(plan) && (
        <Text size="sm" c="var(--hm-warn)" role="status">
          {t`Without a day, an hour and a minute it never runs by itself.`}
        </Text>
      )}
    </>
  );
}

/** What it would run for now, by what stands in the form. */
function DryRun({ values }: { values: Values }) {
  const { t, i18n } = useLingui();
  const tried = useMutation({
    mutationFn: () => call('previewJob', { body: { ...values, name: values.name || '-' } }),
  });
  const { data } = tried;
  return (
    <Section
      title={t`Dry run`}
      lead={t`What it would run for now, by what stands above. Nothing is changed, and nobody is told.`}
      action={
        <Button variant="default" loading={tried.isPending} onClick={() => tried.mutate()}>
          {t`Try it`}
        </Button>
      }
    >
      <FormProblem>{tried.isError && problemText(i18n, tried.error)}</FormProblem>
      <div role="status">
        {data && (
          <Text size="sm">
            <ItIsFor object={values.object} count={data.matching} />{' '}
            {data.more && t`There are more, for the run after it.`}{' '}
            {data.next_run_at
              ? t`Next run: ${absoluteTime(i18n.locale, Date.parse(data.next_run_at))}.`
              : t`It does not run by itself.`}
          </Text>
        )}
      </div>
      {data && <Prospects examples={data.examples} />}
      {data && <ObjectProspects examples={data.objects} />}
    </Section>
  );
}
