import { useLingui } from '@lingui/react/macro';
import {
  Badge,
  Button,
  Checkbox,
  Group,
  NumberInput,
  Select,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { IconCalendarRepeat, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { Ago } from '../../../ui/ago.tsx';
import { problemText } from '../../../ui/problem.ts';
import { Item, Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { absoluteTime } from '../../../ui/time.ts';
import { agentsQuery, nameOf } from '../../people/queries.ts';
import { priorityLabel } from '../../tickets/labels.ts';
import { groupsQuery, prioritiesQuery } from '../../tickets/queries.ts';
import type { Field } from '../edit.ts';
import { type RecurringTicket, recurringPreviewQuery, recurringTicketsQuery } from '../queries.ts';
import { choiceOf, type RuleChoice, ruleOf, weekdays } from '../recurring.ts';
import { type Editor, useEditor, useStored } from '../use-editor.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { DeleteButton } from './delete-button.tsx';
import { EditForm } from './edit-form.tsx';
import { Loading } from './loading.tsx';
import { PersonField } from './person-field.tsx';
import { RecordList } from './record-list.tsx';

interface Values {
  name: string;
  active: boolean;
  rrule: string;
  starts_at: string;
  timezone: string;
  catch_up: 'each' | 'once' | 'skip';
  title: string;
  group_id: number | null;
  customer_id: number | null;
  priority_id: number | null;
  owner_id: number | null;
  tags: string;
  body: string;
  /** What the form does not show, as others have set it. */
  rest: Partial<RecurringTicket['ticket']>;
}

const changes = ['recurring'];
const dayPlace = '#{day}';
const text = (value: unknown) => (typeof value === 'string' ? value : '');
const id = (value: unknown) => (typeof value === 'number' ? value : null);

function valuesOf({ name, active, rrule, starts_at, timezone, catch_up, ticket }: RecurringTicket): Values {
  const article = (ticket.article ?? {}) as { body?: unknown };
  return {
    ...{ name, active, rrule, starts_at, timezone, catch_up },
    ...{ title: ticket.title, group_id: ticket.group_id, customer_id: ticket.customer_id },
    ...{ priority_id: id(ticket.priority_id), owner_id: id(ticket.owner_id) },
    ...{ tags: text(ticket.tags), body: text(article.body), rest: ticket },
  };
}

function bodyOf(values: Values) {
  const { title, group_id, customer_id, priority_id, owner_id, tags, body, rest, ...plan } = values;
  const { article: known, ...others } = rest;
  const article = { type: 'note', internal: true, ...(known as object | undefined), body };
  return {
    ...plan,
    ticket: {
      ...others,
      tags,
      ...{ title, group_id: group_id ?? 0, customer_id: customer_id ?? 0, priority_id, owner_id },
      ...(body.trim() && { article }),
    },
  };
}

/** Tickets that are opened again and again. */
export function RecurringTicketsPage() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(recurringTicketsQuery);
  return (
    <AdminPage
      title={t`Recurring tickets`}
      action={
        <Button component={Link} to="/admin/recurring/new" leftSection={<IconPlus size={16} aria-hidden />}>
          {t`New recurring ticket`}
        </Button>
      }
    >
      <RecordList
        label={t`Recurring tickets`}
        icon={IconCalendarRepeat}
        records={data}
        error={error}
        onRetry={() => void refetch()}
        narrowed={false}
        none={t`No ticket is opened again and again`}
      >
        {(row) => (
          <Item
            key={row.id}
            what={
              <>
                <Link to="/admin/recurring/$id" params={{ id: String(row.id) }} className={classes.link}>
                  {row.name}
                </Link>{' '}
                {!row.active && (
                  <Badge size="sm" variant="light" color="gray">
                    {t`Inactive`}
                  </Badge>
                )}
                {row.last_error && (
                  <Badge size="sm" variant="light" color="red">
                    {t`Refused`}
                  </Badge>
                )}
              </>
            }
            facts={
              row.last_error ??
              (row.next_at ? (
                <>
                  {t`Next`} <Ago at={row.next_at} />
                </>
              ) : (
                t`Never again`
              ))
            }
          />
        )}
      </RecordList>
    </AdminPage>
  );
}

export function RecurringTicketPage() {
  const { t } = useLingui();
  const rowId = Number(useParams({ from: '/app/admin/recurring/$id' }).id);
  const query = useQuery({
    queryKey: [...recurringTicketsQuery.queryKey, rowId],
    queryFn: ({ signal }) => call('getRecurringTicket', { params: { id: rowId }, signal }),
  });
  if (query.error) {
    return (
      <AdminPage title={t`Recurring ticket`} up="recurring">
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      </AdminPage>
    );
  }
  return query.data ? <Edit key={rowId} row={query.data} /> : <Loading />;
}

function Edit({ row }: { row: RecurringTicket }) {
  const { t } = useLingui();
  const { name } = row;
  const stored = useStored(row, valuesOf);
  const editor = useEditor<Values>({
    stored,
    read: async () => valuesOf(await call('getRecurringTicket', { params: { id: row.id } })),
    write: (values) => call('updateRecurringTicket', { params: { id: row.id }, body: bodyOf(values) }),
    done: t`The recurring ticket was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={name}
      up="recurring"
      action={
        <DeleteButton
          question={t`${name} will be gone for good. The tickets that it opened stay.`}
          done={t`The recurring ticket was deleted.`}
          deed={() => call('deleteRecurringTicket', { params: { id: row.id } })}
          back="/admin/recurring"
          changes={changes}
        />
      }
    >
      {row.last_error && (
        <Text c="red" role="alert">
          {t`The last one was refused: ${row.last_error}`}
        </Text>
      )}
      <RecurringForm editor={editor} />
    </AdminPage>
  );
}

export function NewRecurringTicketPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const [fresh] = useState<Values>(() => {
    const day = new Date(Date.now() + 86_400_000);
    const two = (value: number) => String(value).padStart(2, '0');
    return {
      ...{ name: '', active: true, rrule: 'FREQ=WEEKLY;BYDAY=MO', catch_up: 'once' as const },
      starts_at: `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}T08:00`,
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      ...{ title: '', group_id: null, customer_id: null, priority_id: null, owner_id: null, tags: '', body: '' },
      rest: {},
    };
  });
  const editor = useEditor<Values, RecurringTicket>({
    stored: fresh,
    write: (values) => call('createRecurringTicket', { body: bodyOf(values) }),
    onSaved: (row) => void navigate({ to: '/admin/recurring/$id', params: { id: String(row.id) }, replace: true }),
    done: t`The recurring ticket was created.`,
    changes,
  });
  return (
    <AdminPage title={t`New recurring ticket`} up="recurring">
      <RecurringForm editor={editor} saveLabel={t`Create the recurring ticket`} />
    </AdminPage>
  );
}

function RecurringForm({ editor, saveLabel }: { editor: Editor<Values>; saveLabel?: string }) {
  const { t, i18n } = useLingui();
  const { values, set } = editor;
  const { data: groups = [] } = useQuery(groupsQuery);
  const { data: priorities = [] } = useQuery(prioritiesQuery);
  const { data: agents = [] } = useQuery(agentsQuery);
  const labels: Record<Field<Values>, string> = {
    ...{ name: t`Name`, active: t`Active`, rrule: t`Rule`, starts_at: t`First day and time`, timezone: t`Time zone` },
    ...{ catch_up: t`When some were missed`, title: t`Title`, group_id: t`Group`, customer_id: t`Customer` },
    ...{ priority_id: t`Priority`, owner_id: t`Owner`, tags: t`Tags`, body: t`Internal note`, rest: t`The ticket` },
  };
  const choose = (field: 'group_id' | 'priority_id' | 'owner_id', data: { value: string; label: string }[]) => (
    <Select
      label={labels[field]}
      data={data}
      searchable
      clearable={field !== 'group_id'}
      clearButtonProps={{ 'aria-label': t`Choose nothing` }}
      value={values[field] === null ? null : String(values[field])}
      onChange={(chosen) => set({ [field]: chosen === null ? null : Number(chosen) })}
    />
  );
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Stack>
        <Section title={t`When`} lead={t`A ticket is opened at this time of each of these days.`}>
          <Stack>
            <TextInput
              label={labels.name}
              required
              withAsterisk={false}
              maxLength={250}
              value={values.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
            <RuleFields label={labels.rrule} rrule={values.rrule} onChange={(rrule) => set({ rrule })} />
            <Group grow align="flex-start">
              <TextInput
                type="datetime-local"
                label={labels.starts_at}
                required
                withAsterisk={false}
                value={values.starts_at}
                onChange={(event) => set({ starts_at: event.currentTarget.value })}
              />
              <Select
                label={labels.timezone}
                // Browsers leave UTC out of what they know.
                data={[...new Set(['UTC', values.timezone, ...Intl.supportedValuesOf('timeZone')])]}
                searchable
                allowDeselect={false}
                limit={50}
                value={values.timezone}
                onChange={(timezone) => timezone && set({ timezone })}
              />
            </Group>
            <Next {...values} />
            <Select
              label={labels.catch_up}
              allowDeselect={false}
              data={[
                { value: 'once', label: t`Open one for all of them` },
                { value: 'each', label: t`Open each of them` },
                { value: 'skip', label: t`Leave them out` },
              ]}
              value={values.catch_up}
              onChange={(chosen) => set({ catch_up: chosen as Values['catch_up'] })}
            />
            <Switch
              label={labels.active}
              checked={values.active}
              onChange={(event) => set({ active: event.currentTarget.checked })}
            />
          </Stack>
        </Section>
        <Section title={t`The ticket`} lead={t`In the title and the note, ${dayPlace} is the day it is opened for.`}>
          <Stack>
            <TextInput
              label={labels.title}
              required
              withAsterisk={false}
              maxLength={250}
              value={values.title}
              onChange={(event) => set({ title: event.currentTarget.value })}
            />
            <PersonField
              label={labels.customer_id}
              value={values.customer_id}
              onChange={(customer_id) => set({ customer_id })}
            />
            <Group grow align="flex-start">
              {choose(
                'group_id',
                groups.map((group) => ({ value: String(group.id), label: group.name })),
              )}
              {choose(
                'priority_id',
                priorities.map((one) => ({ value: String(one.id), label: priorityLabel(i18n, one.name) })),
              )}
              {choose(
                'owner_id',
                agents.map((agent) => ({ value: String(agent.id), label: nameOf(agent) })),
              )}
            </Group>
            <TextInput
              label={labels.tags}
              maxLength={1000}
              value={values.tags}
              onChange={(event) => set({ tags: event.currentTarget.value })}
            />
            <Textarea
              label={labels.body}
              autosize
              minRows={3}
              maxRows={12}
              value={values.body}
              onChange={(event) => set({ body: event.currentTarget.value })}
            />
          </Stack>
        </Section>
      </Stack>
    </EditForm>
  );
}

function RuleFields({ label, rrule, onChange }: { label: string; rrule: string; onChange: (rrule: string) => void }) {
  const { t, i18n } = useLingui();
  const [choice, setChoice] = useState(() => choiceOf(rrule));
  const shown = ruleOf(choice) === rrule ? choice : choiceOf(rrule);
  const change = (part: Partial<RuleChoice>) => {
    const next = { ...shown, ...part };
    if (part.freq === 'own') next.own = rrule;
    setChoice(next);
    onChange(ruleOf(next));
  };
  // 2024 began with a Monday.
  const dayName = (index: number) =>
    new Intl.DateTimeFormat(i18n.locale, { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2024, 0, 1 + index));
  return (
    <>
      <Group align="flex-end">
        <NumberInput
          label={t`Every`}
          w={90}
          min={1}
          max={99}
          allowDecimal={false}
          disabled={shown.freq === 'own'}
          value={shown.interval}
          onChange={(interval) => change({ interval: Number(interval) || 1 })}
        />
        <Select
          aria-label={label}
          allowDeselect={false}
          data={[
            { value: 'DAILY', label: t`days` },
            { value: 'WEEKLY', label: t`weeks` },
            { value: 'MONTHLY', label: t`months` },
            { value: 'YEARLY', label: t`years` },
            { value: 'own', label: t`by a rule of one’s own` },
          ]}
          value={shown.freq}
          onChange={(freq) => change({ freq: freq as RuleChoice['freq'] })}
        />
      </Group>
      {shown.freq === 'WEEKLY' && (
        <Checkbox.Group label={t`On these days`} value={shown.days} onChange={(days) => change({ days })}>
          <Group mt={6}>
            {weekdays.map((day, index) => (
              <Checkbox key={day} value={day} label={dayName(index)} />
            ))}
          </Group>
        </Checkbox.Group>
      )}
      {shown.freq === 'own' && (
        <TextInput
          label={t`Rule of a calendar (RRULE)`}
          placeholder="FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"
          value={shown.own}
          onChange={(event) => change({ own: event.currentTarget.value })}
        />
      )}
    </>
  );
}

/** What the rule comes to. */
function Next({ rrule, starts_at, timezone }: Pick<Values, 'rrule' | 'starts_at' | 'timezone'>) {
  const { t, i18n } = useLingui();
  const { data, error } = useQuery(recurringPreviewQuery({ rrule, starts_at, timezone }));
  if (error) {
    return (
      <Text size="sm" c="red" role="alert">
        {problemText(i18n, error)}
      </Text>
    );
  }
  const times = data?.times.slice(0, 5).map((at) => absoluteTime(i18n.locale, Date.parse(at)));
  return (
    <Text size="sm" c="dimmed" aria-live="polite">
      {times?.length === 0 ? t`This never comes.` : t`Next: ${times?.join(' · ') ?? '…'}`}
    </Text>
  );
}
