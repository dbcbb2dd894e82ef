import { useLingui } from '@lingui/react/macro';
import { Select } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../../../app/api.ts';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import { Section } from '../../../ui/section.tsx';
import { ownDeskSettingsQuery } from '../../tickets/held.ts';
import { deskSettingsQuery } from '../../tickets/queries.ts';
import { useUndoChoices } from '../../tickets/use-undo-choices.ts';

/** For how long an agent can take back what they sent. */
export function Sending() {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const { data: own } = useQuery(ownDeskSettingsQuery);
  const { data: desk } = useQuery(deskSettingsQuery);
  const choices = useUndoChoices(own?.undo_send_seconds);
  const { mutate, isPending } = useMutation({
    mutationFn: (undo_send_seconds: number | null) => call('updateOwnDeskSettings', { body: { undo_send_seconds } }),
    onSuccess: (now) => {
      cache.setQueryData(ownDeskSettingsQuery.queryKey, now);
      notifyDone(t`The settings were saved.`);
    },
    onError: (error) => notifyProblem(i18n, t`The change was not saved`, error),
  });
  if (!own || !desk) return null;
  const usual = choices.find(({ value }) => value === String(desk.undo_send_seconds))?.label;
  return (
    <Section title={t`Sending`} lead={t`What you send waits so long, and you can take it back.`}>
      <Select
        label={t`Time to take a reply back`}
        maw={320}
        disabled={isPending}
        allowDeselect={false}
        data={[{ value: 'desk', label: t`As the desk has it: ${usual ?? `${desk.undo_send_seconds} s`}` }, ...choices]}
        value={own.undo_send_seconds === null ? 'desk' : String(own.undo_send_seconds)}
        onChange={(value) => mutate(value === 'desk' ? null : Number(value))}
      />
    </Section>
  );
}
