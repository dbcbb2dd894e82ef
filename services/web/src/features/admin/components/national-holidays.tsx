import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { Button, Group, Modal, ScrollArea, Select, Skeleton, Stack, Text } from '@mantine/core';
import { IconWorld } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { problemText } from '../../../ui/problem.ts';
import { Failed } from '../../../ui/state-messages.tsx';
import type { Holiday } from '../calendar.ts';
import { holidayPlacesQuery, holidaysQuery } from '../queries.ts';
import calendarClasses from './calendar.module.css';

interface Props {
  value: readonly Holiday[];
  onAdd: (days: readonly Holiday[]) => void;
}

/** Public holidays of a place, looked at and then taken among the days off of the form; nothing is saved by it. */
export function NationalHolidays({ value, onAdd }: Props) {
  const { t } = useLingui();
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button
        mt="xs"
        variant="default"
        size="compact-sm"
        leftSection={<IconWorld size={14} aria-hidden />}
        onClick={() => setOpened(true)}
      >
        {t`Add public holidays`}
      </Button>
      <Modal
        opened={opened}
        onClose={() => setOpened(false)}
        title={t`Public holidays`}
        closeButtonProps={{ 'aria-label': t`Close` }}
      >
        <Choice
          value={value}
          onAdd={(days) => {
            onAdd(days);
            setOpened(false);
          }}
        />
      </Modal>
    </>
  );
}

const options = (places: readonly { code: string; name: string }[]) =>
  places.map(({ code, name }) => ({ value: code, label: name }));

function Choice({ value, onAdd }: Props) {
  const { t, i18n } = useLingui();
  const thisYear = new Date().getFullYear();
  const [place, setPlace] = useState<{ country: string | null; state: string | null; region: string | null }>({
    ...{ country: null, state: null, region: null },
  });
  const [until, setUntil] = useState(thisYear + 1);
  const { data: places, error, refetch } = useQuery(holidayPlacesQuery);
  const { country, state, region } = place;
  const years = Array.from({ length: until - thisYear + 1 }, (_, i) => thisYear + i);
  const found = useQuery(holidaysQuery(country === null ? null : { country, state, region, years }));
  if (error) return <Failed error={error} onRetry={() => void refetch()} />;
  if (!places) return <Skeleton height={180} aria-label={t`Loading`} />;
  const states = places.find(({ code }) => code === country)?.parts ?? [];
  const regions = states.find(({ code }) => code === state)?.parts ?? [];
  const days = found.data?.days ?? [];
  const present = new Set(value.map(({ day }) => day));
  const added = days.filter(({ day }) => !present.has(day));
  const kept = days.length - added.length;
  const format = new Intl.DateTimeFormat(i18n.locale, { dateStyle: 'medium', timeZone: 'UTC' });
  return (
    <Stack>
      <Select
        label={t`Country`}
        data-autofocus
        searchable
        limit={100}
        data={options(places)}
        value={country}
        onChange={(next) => setPlace({ country: next, state: null, region: null })}
      />
      {states.length > 0 && (
        <Select
          label={t`State or province`}
          searchable
          clearable
          placeholder={t`Only what is off everywhere`}
          data={options(states)}
          value={state}
          onChange={(next) => setPlace({ country, state: next, region: null })}
        />
      )}
      {regions.length > 0 && (
        <Select
          label={t`Region`}
          searchable
          clearable
          placeholder={t`Only what is off everywhere`}
          data={options(regions)}
          value={region}
          onChange={(next) => setPlace({ country, state, region: next })}
        />
      )}
      <Select
        label={t`Until the end of`}
        allowDeselect={false}
        data={Array.from({ length: 5 }, (_, i) => String(thisYear + i))}
        value={String(until)}
        onChange={(next) => next && setUntil(Number(next))}
      />
      {found.error && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {problemText(i18n, found.error)}
        </Text>
      )}
      {country !== null && found.isPending && <Skeleton height={90} aria-label={t`Loading`} />}
      {found.data && (
        <div role="status">
          <Text size="sm" mb={4}>
            {plural(added.length, {
              0: 'There is no day to be added.',
              one: '# day would be added:',
              other: '# days would be added:',
            })}
          </Text>
          {added.length > 0 && (
            <ScrollArea.Autosize
              mah={220}
              type="auto"
              viewportProps={{ tabIndex: 0, role: 'group', 'aria-label': t`Public holidays` }}
            >
              <ul className={calendarClasses.times}>
                {added.map(({ day, summary }) => (
                  <li key={day}>
                    {format.format(Date.parse(day))} · {summary}
                  </li>
                ))}
              </ul>
            </ScrollArea.Autosize>
          )}
          {kept > 0 && (
            <Text size="sm" c="dimmed" mt={4}>
              {plural(kept, {
                one: '# day is there already and stays as it is.',
                other: '# days are there already and stay as they are.',
              })}
            </Text>
          )}
        </div>
      )}
      <Text size="xs" c="dimmed">
        {t`Holidays by the project date-holidays (CC BY 3.0), without warranty. What you add can be changed like any day off.`}
      </Text>
      <Group justify="flex-end">
        <Button
          disabled={added.length === 0}
          onClick={() => onAdd(added.map(({ day, summary }) => ({ day, summary, active: true })))}
        >
          {t`Add these days`}
        </Button>
      </Group>
    </Stack>
  );
}
