import { useLingui } from '@lingui/react/macro';
import { NumberInput, Select, Stack, Switch } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../../../app/api.ts';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import { Section } from '../../../ui/section.tsx';
import { keyOf, settingsQuery } from '../queries.ts';

const byDay = 'Ticket::Number::Date';
const byCounter = 'Ticket::Number::Increment';

interface Options {
  checksum: boolean;
  min_size?: number;
}

/** How tickets are numbered from the next one on. Each choice is written at once: it stands for itself. */
export function NumberScheme() {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const { data } = useQuery(settingsQuery);
  const update = useMutation({
    mutationFn: ({ id, value }: { id: number; value: unknown }) =>
      call('updateSetting', { params: { id }, body: { state_current: { value } } }),
    onSuccess: () => notifyDone(t`The setting was saved.`),
    onError: (error) => notifyProblem(i18n, t`Nothing was changed`, error),
    onSettled: () => cache.invalidateQueries({ queryKey: keyOf('sign-in', 'settings') }),
  });
  const named = (wanted: string) => data?.find(({ name }) => name === wanted);
  const generator = named('ticket_number');
  const dated = generator?.state_current.value === byDay;
  const more = named(dated ? 'ticket_number_date' : 'ticket_number_increment');
  if (!generator || !more) return null;
  const options = more.state_current.value as Options;
  const change = (part: Partial<Options>) => update.mutate({ id: more.id, value: { ...options, ...part } });
  return (
    <Section
      title={t`Ticket numbers`}
      lead={t`From the next ticket on; those that there are keep their numbers, and are found by them.`}
    >
      <Stack>
        <Select
          label={t`Numbered`}
          maw={320}
          allowDeselect={false}
          disabled={update.isPending}
          data={[
            { value: byCounter, label: t`One after another: 10001` },
            { value: byDay, label: t`By the day: 2026112210001` },
          ]}
          value={dated ? byDay : byCounter}
          onChange={(value) => update.mutate({ id: generator.id, value })}
        />
        {options.min_size !== undefined && (
          <NumberInput
            label={t`Digits at least`}
            maw={320}
            min={1}
            max={20}
            allowDecimal={false}
            disabled={update.isPending}
            key={options.min_size}
            defaultValue={options.min_size}
            onBlur={({ currentTarget: { value } }) => {
              const size = Number(value);
              if (size >= 1 && size <= 20 && size !== options.min_size) change({ min_size: size });
            }}
          />
        )}
        <Switch
          label={t`A digit at the end that proves the others`}
          checked={options.checksum}
          disabled={update.isPending}
          onChange={(event) => change({ checksum: event.currentTarget.checked })}
        />
      </Stack>
    </Section>
  );
}
