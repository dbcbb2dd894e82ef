import { useLingui } from '@lingui/react/macro';
import { Select } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../../../app/api.ts';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import { Section } from '../../../ui/section.tsx';
import { keyOf, settingsQuery } from '../queries.ts';

const zones = ['UTC', ...Intl.supportedValuesOf('timeZone')];

/** Where the desk is, for everything that names no other place. Written at once: there is nothing else to fill in. */
export function DeskZone() {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const { data } = useQuery(settingsQuery);
  const update = useMutation({
    mutationFn: ({ id, value }: { id: number; value: string }) =>
      call('updateSetting', { params: { id }, body: { state_current: { value } } }),
    onSuccess: () => notifyDone(t`The setting was saved.`),
    onError: (error) => notifyProblem(i18n, t`Nothing was changed`, error),
    onSettled: () => cache.invalidateQueries({ queryKey: keyOf('sign-in', 'settings') }),
  });
  const setting = data?.find(({ name }) => name === 'timezone_default');
  if (!setting) return null;
  const zone = String(setting.state_current.value);
  return (
    <Section
      title={t`Where the desk is`}
      lead={t`Rules, schedules, reports and mails tell times by it, unless they or their readers say otherwise.`}
    >
      <Select
        label={t`Time zone`}
        placeholder={t`As the default calendar`}
        maw={320}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': t`As the default calendar` }}
        limit={60}
        disabled={update.isPending}
        data={zone === '' || zones.includes(zone) ? zones : [zone, ...zones]}
        value={zone || null}
        onChange={(value) => update.mutate({ id: setting.id, value: value ?? '' })}
      />
    </Section>
  );
}
