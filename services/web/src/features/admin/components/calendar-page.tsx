import { useLingui } from '@lingui/react/macro';
import { ActionIcon, Button, Checkbox, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { Section } from '../../../ui/section.tsx';
import {
  type CalendarValues,
  calendarBody,
  calendarValues,
  type Holiday,
  newCalendar,
  type Span,
  type Weekday,
  weekdayNames,
  weekdays,
} from '../calendar.ts';
import type { Field } from '../edit.ts';
import { type Calendar, calendarsQuery } from '../queries.ts';
import { type Editor, useEditor, useStored } from '../use-editor.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import calendarClasses from './calendar.module.css';
import { NextOpenTimes } from './calendar-preview.tsx';
import { DeleteButton } from './delete-button.tsx';
import { EditForm } from './edit-form.tsx';
import { NationalHolidays } from './national-holidays.tsx';
import { RecordPage } from './record-page.tsx';

const changes = ['calendars', 'slas'];
const zones = ['UTC', ...Intl.supportedValuesOf('timeZone')];

export function CalendarPage() {
  const { t } = useLingui();
  const id = Number(useParams({ from: '/app/admin/calendars/$id' }).id);
  return (
    <RecordPage query={useQuery(calendarsQuery)} id={id} up="calendars" title={t`Calendar`}>
      {(calendar) => <Edit calendar={calendar} />}
    </RecordPage>
  );
}

function Edit({ calendar }: { calendar: Calendar }) {
  const { t } = useLingui();
  const { id, name } = calendar;
  const stored = useStored(calendar, calendarValues);
  const editor = useEditor<CalendarValues>({
    stored,
    read: async () => calendarValues(await call('getCalendar', { params: { id } })),
    write: (_, changed) => call('updateCalendar', { params: { id }, body: calendarBody(changed) }),
    done: t`The calendar was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={name}
      up="calendars"
      action={
        calendar.default ? undefined : (
          <DeleteButton
            question={t`${name} will be gone for good. One that an SLA uses cannot be deleted.`}
            done={t`The calendar was deleted.`}
            deed={() => call('deleteCalendar', { params: { id } })}
            back="/admin/calendars"
            changes={changes}
          />
        )
      }
    >
      <CalendarForm editor={editor} stored={calendar} />
    </AdminPage>
  );
}

export function NewCalendarPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const [first] = useState(() => newCalendar(Intl.DateTimeFormat().resolvedOptions().timeZone));
  const editor = useEditor<CalendarValues, Calendar>({
    stored: first,
    write: (values) => call('createCalendar', { body: calendarBody(values) }),
    onSaved: ({ id }) => void navigate({ to: '/admin/calendars/$id', params: { id: String(id) }, replace: true }),
    done: t`The calendar was created.`,
    changes,
  });
  return (
    <AdminPage title={t`New calendar`} up="calendars">
      <CalendarForm editor={editor} saveLabel={t`Create the calendar`} />
    </AdminPage>
  );
}

interface FormProps {
  editor: Editor<CalendarValues>;
  /** Absent for a new one. */
  stored?: Calendar;
  saveLabel?: string;
}

function CalendarForm({ editor, stored, saveLabel }: FormProps) {
  const { t, i18n } = useLingui();
  const { values, set } = editor;
  const labels: Record<Field<CalendarValues>, string> = {
    ...{ name: t`Name`, timezone: t`Time zone`, default: t`Default` },
    ...{ hours: t`Business hours`, holidays: t`Days off`, ical_url: t`Feed of days off` },
  };
  const names = weekdayNames(i18n.locale);
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Stack>
        <Section title={t`Calendar`} lead={t`Due times of open tickets follow a change within seconds.`}>
          <Stack>
            <div className={classes.columns}>
              <TextInput
                label={labels.name}
                required
                withAsterisk={false}
                maxLength={250}
                value={values.name}
                onChange={(event) => set({ name: event.currentTarget.value })}
              />
              <Select
                label={labels.timezone}
                searchable
                allowDeselect={false}
                limit={100}
                data={zones.includes(values.timezone) ? zones : [values.timezone, ...zones]}
                value={values.timezone}
                onChange={(timezone) => timezone && set({ timezone })}
              />
            </div>
            <Switch
              label={labels.default}
              description={t`What an SLA uses that names no other one.`}
              // The default moves by another calendar becoming it.
              disabled={stored?.default === true}
              checked={values.default}
              onChange={(event) => set({ default: event.currentTarget.checked })}
            />
          </Stack>
        </Section>
        <Section title={labels.hours} lead={t`An end of 00:00 is the end of the day.`}>
          {weekdays.map((day) => (
            <Day
              key={day}
              day={day}
              name={names[day]}
              value={values.hours[day]}
              onChange={(next) => set({ hours: { ...values.hours, [day]: next } })}
            />
          ))}
        </Section>
        <Section title={labels.holidays} lead={t`Days of the calendar's own place on which nobody works.`}>
          <TextInput
            label={labels.ical_url}
            description={t`An address in iCalendar, read every day.`}
            placeholder="https://example.org/holidays.ics"
            error={stored?.last_log}
            maxLength={2_000}
            mb="sm"
            value={values.ical_url}
            onChange={(event) => set({ ical_url: event.currentTarget.value })}
          />
          <Holidays value={values.holidays} onChange={(holidays) => set({ holidays })} />
          <NationalHolidays
            value={values.holidays}
            onAdd={(days) => set({ holidays: [...values.holidays, ...days].sort((a, b) => (a.day < b.day ? -1 : 1)) })}
          />
        </Section>
        <Section title={t`Next open times`} lead={t`By what stands above, on the calendar's own clock.`}>
          <NextOpenTimes values={values} />
        </Section>
      </Stack>
    </EditForm>
  );
}

interface DayProps {
  day: Weekday;
  name: string;
  value: CalendarValues['hours'][Weekday];
  onChange: (value: CalendarValues['hours'][Weekday]) => void;
}

function Day({ day, name, value: { active, spans }, onChange }: DayProps) {
  const { t } = useLingui();
  const change = (next: readonly Span[]) => onChange({ active, spans: next });
  return (
    <fieldset className={calendarClasses.day} aria-label={name}>
      <Switch
        label={name}
        checked={active}
        onChange={(event) => {
          const on = event.currentTarget.checked;
          onChange({ active: on, spans: on && spans.length === 0 ? [['09:00', '17:00']] : spans });
        }}
      />
      {active ? (
        <div className={calendarClasses.spans}>
          {spans.map(([from, to], i) => {
            const place = i + 1;
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: a span is what stands at its place
              <div key={`${day}-${i}`} className={calendarClasses.span}>
                <TextInput
                  type="time"
                  aria-label={t`${name}, from (${place})`}
                  value={from}
                  onChange={(event) => change(spans.with(i, [event.currentTarget.value, to]))}
                />
                <span aria-hidden>–</span>
                <TextInput
                  type="time"
                  aria-label={t`${name}, to (${place})`}
                  value={to}
                  onChange={(event) => change(spans.with(i, [from, event.currentTarget.value]))}
                />
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={t`${name}: remove ${from}–${to}`}
                  onClick={() => change(spans.toSpliced(i, 1))}
                >
                  <IconX size={16} aria-hidden />
                </ActionIcon>
              </div>
            );
          })}
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<IconPlus size={14} aria-hidden />}
            aria-label={t`${name}: add hours`}
            onClick={() => change([...spans, [spans.at(-1)?.[1] ?? '09:00', '17:00']])}
          >
            {t`Add hours`}
          </Button>
        </div>
      ) : (
        <Text size="sm" c="dimmed">{t`Closed`}</Text>
      )}
    </fieldset>
  );
}

function Holidays({ value, onChange }: { value: readonly Holiday[]; onChange: (value: readonly Holiday[]) => void }) {
  const { t } = useLingui();
  return (
    <>
      {value.length === 0 && <Text size="sm" c="dimmed">{t`There are none.`}</Text>}
      {value.map((holiday, i) => {
        const place = i + 1;
        const change = (part: Partial<Holiday>) => onChange(value.with(i, { ...holiday, ...part }));
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a day off is what stands at its place
          <div key={i} className={calendarClasses.holiday}>
            <TextInput
              type="date"
              aria-label={t`Day off ${place}: date`}
              disabled={holiday.feed !== undefined}
              value={holiday.day}
              onChange={(event) => change({ day: event.currentTarget.value })}
            />
            <TextInput
              aria-label={t`Day off ${place}: name`}
              placeholder={t`Name`}
              maxLength={250}
              disabled={holiday.feed !== undefined}
              value={holiday.summary}
              onChange={(event) => change({ summary: event.currentTarget.value })}
            />
            <Checkbox
              label={t`closed`}
              aria-label={t`Day off ${place}: closed`}
              checked={holiday.active}
              onChange={(event) => change({ active: event.currentTarget.checked })}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t`Remove day off ${place}`}
              disabled={holiday.feed !== undefined}
              onClick={() => onChange(value.toSpliced(i, 1))}
            >
              <IconX size={16} aria-hidden />
            </ActionIcon>
          </div>
        );
      })}
      <Button
        mt="xs"
        variant="default"
        size="compact-sm"
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={() => onChange([...value, { day: '', summary: '', active: true }])}
      >
        {t`Add a day off`}
      </Button>
    </>
  );
}
