import { useLingui } from '@lingui/react/macro';
import { Button, Group, Select, Stack, Switch, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { notifyDone } from '../../../ui/notify.tsx';
import { problemText } from '../../../ui/problem.ts';
import { Section } from '../../../ui/section.tsx';
import { agentsQuery, nameOf } from '../../people/queries.ts';
import { FormProblem } from '../../session/components/entry-page.tsx';
import { type Me, meQuery } from '../../session/queries.ts';
import { useMe } from '../../session/use-me.ts';

interface Away {
  out_of_office?: boolean;
  out_of_office_start_at?: string | null;
  out_of_office_end_at?: string | null;
  out_of_office_replacement_id?: number | null;
}

/** When one is away, and who finds one's tickets in their own overview meanwhile. */
export function Absence() {
  const { t, i18n } = useLingui();
  const { me } = useMe();
  const cache = useQueryClient();
  const away = me as Me & Away;
  const [on, setOn] = useState(away.out_of_office ?? false);
  const [from, setFrom] = useState(away.out_of_office_start_at ?? '');
  const [until, setUntil] = useState(away.out_of_office_end_at ?? '');
  const [replacement, setReplacement] = useState<number | null>(away.out_of_office_replacement_id ?? null);
  const { data: agents = [], error } = useQuery(agentsQuery);
  const save = useMutation({
    mutationFn: () =>
      call('updateOutOfOffice', {
        body: {
          out_of_office: on,
          out_of_office_start_at: from,
          out_of_office_end_at: until,
          out_of_office_replacement_id: replacement,
        },
      }),
    onSuccess: () => {
      notifyDone(on ? t`Your absence is saved.` : t`You are not away.`);
      return cache.invalidateQueries({ queryKey: meQuery.queryKey });
    },
  });
  return (
    <Section title={t`Out of office`} lead={t`Meanwhile, whoever stands in has an overview of your tickets.`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <FormProblem>{save.isError && problemText(i18n, save.error)}</FormProblem>
        <Stack maw={420}>
          <Switch label={t`I am away`} checked={on} onChange={(event) => setOn(event.currentTarget.checked)} />
          <Group grow align="flex-start">
            <TextInput
              label={t`First day`}
              type="date"
              required={on}
              withAsterisk={false}
              value={from}
              onChange={(event) => setFrom(event.currentTarget.value)}
            />
            <TextInput
              label={t`Last day`}
              type="date"
              required={on}
              withAsterisk={false}
              min={from}
              value={until}
              onChange={(event) => setUntil(event.currentTarget.value)}
            />
          </Group>
          <Select
            label={t`Stands in`}
            data={agents.filter(({ id }) => id !== me.id).map((user) => ({ value: `${user.id}`, label: nameOf(user) }))}
            value={replacement === null ? null : String(replacement)}
            onChange={(id) => setReplacement(id === null ? null : Number(id))}
            searchable
            required={on}
            withAsterisk={false}
            nothingFoundMessage={t`Nobody matches`}
            error={error && problemText(i18n, error)}
          />
          <Group>
            <Button type="submit" variant="default" loading={save.isPending}>
              {t`Save`}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
