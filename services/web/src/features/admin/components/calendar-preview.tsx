import { useLingui } from '@lingui/react/macro';
import { Badge, Skeleton, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Fragment, useState } from 'react';
import { problemText } from '../../../ui/problem.ts';
import { instantOf, localTime } from '../../custom/values.ts';
import { type CalendarValues, calendarBody } from '../calendar.ts';
import { calendarPreviewQuery } from '../queries.ts';
import calendarClasses from './calendar.module.css';

const PAUSE_MS = 300;

/** Asked when what was written rests; as text, because the object is another one at every look. */
function usePreview(body: Parameters<typeof calendarPreviewQuery>[0]) {
  const [asked] = useDebouncedValue(JSON.stringify(body), PAUSE_MS);
  return useQuery(calendarPreviewQuery(JSON.parse(asked)));
}

function useClock(timeZone: string) {
  const { i18n } = useLingui();
  try {
    return new Intl.DateTimeFormat(i18n.locale, { dateStyle: 'full', timeStyle: 'short', timeZone });
  } catch {
    // The server knows zones that this browser does not.
    return new Intl.DateTimeFormat(i18n.locale, { dateStyle: 'full', timeStyle: 'short', timeZone: 'UTC' });
  }
}

/** When work would be done next, by a calendar as it stands in its form. */
export function NextOpenTimes({ values }: { values: Pick<CalendarValues, 'timezone' | 'hours' | 'holidays'> }) {
  const { t, i18n } = useLingui();
  const { timezone, hours, holidays } = values;
  const { data, error } = usePreview(calendarBody({ timezone, hours, holidays }));
  const clock = useClock(timezone);
  if (error) return <Refused why={problemText(i18n, error)} />;
  if (!data) return <Skeleton height={120} aria-label={t`Loading`} />;
  return (
    <div role="status">
      <Badge variant={data.is_open ? 'light' : 'default'} mb="xs">
        {data.is_open ? t`Open now` : t`Closed now`}
      </Badge>
      <ul className={calendarClasses.times}>
        {data.open.map(({ from, to }) => (
          <li key={from}>{clock.formatRange(new Date(from), new Date(to))}</li>
        ))}
      </ul>
    </div>
  );
}

interface SimulatorProps {
  calendar: Pick<CalendarValues, 'timezone' | 'hours' | 'holidays'>;
  promises: readonly { label: string; minutes: number }[];
}

/** When each promise would be due for a ticket that comes in at a time of one's choice. */
export function DueSimulator({ calendar, promises }: SimulatorProps) {
  const { t, i18n } = useLingui();
  const [from, setFrom] = useState(() => new Date().toISOString());
  const { timezone, hours, holidays } = calendar;
  const minutes = promises.map((promise) => promise.minutes);
  const { data, error } = usePreview({ ...calendarBody({ timezone, hours, holidays }), from, minutes });
  const clock = useClock(timezone);
  const dueOf = (count: number) => data?.due.find((one) => one.minutes === count)?.at;
  return (
    <>
      <TextInput
        type="datetime-local"
        label={t`A ticket that comes in at`}
        maw={260}
        value={localTime(from)}
        onChange={(event) => {
          const instant = instantOf(event.currentTarget.value);
          if (instant) setFrom(instant);
        }}
      />
      {promises.length === 0 && <Text size="sm" c="dimmed" mt="xs">{t`Nothing is promised yet.`}</Text>}
      {error ? (
        <Refused why={problemText(i18n, error)} />
      ) : (
        <div role="status">
          <dl className={calendarClasses.due}>
            {promises.map((promise) => {
              const at = dueOf(promise.minutes);
              return (
                <Fragment key={promise.label}>
                  <dt>{promise.label}</dt>
                  <dd>{at ? `${clock.format(new Date(at))} (${timezone})` : '–'}</dd>
                </Fragment>
              );
            })}
          </dl>
        </div>
      )}
    </>
  );
}

function Refused({ why }: { why: string }) {
  return (
    <Text size="sm" c="var(--mantine-color-error)" role="status" mt="xs">
      {why}
    </Text>
  );
}
