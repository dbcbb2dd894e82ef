import { useLingui } from '@lingui/react/macro';
import { Button, Group, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import { customerSearchQuery, nameOf } from '../../people/queries.ts';
import { readAnew } from '../queries.ts';

/** Adds somebody whose first organization this becomes. */
export function MemberField({ organizationId }: { organizationId: number }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [words, setWords] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const [settled] = useDebouncedValue(words.trim(), 180);
  const { data: people = [] } = useQuery({ ...customerSearchQuery(settled), enabled: settled.length >= 2 });
  const add = useMutation({
    mutationFn: (id: number) => call('updateUser', { params: { id }, body: { organization_id: organizationId } }),
    onSuccess: () => {
      setChosen(null);
      setWords('');
      notifyDone(t`The member was added.`);
    },
    onError: (error) => notifyProblem(i18n, t`Nothing was changed`, error),
    onSettled: () => readAnew(cache, ['organizations', 'users']),
  });
  const options = people
    .filter((user) => user.organization_id !== organizationId)
    .map((user) => ({ value: String(user.id), label: [nameOf(user), user.organization].filter(Boolean).join(' · ') }));
  return (
    <Group align="flex-end" gap="xs" mb="xs">
      <Select
        label={t`Add a member`}
        placeholder={t`Name or e-mail address`}
        flex="1 1 200px"
        data={options}
        // The server searched; what it found is shown as it is.
        filter={({ options: found }) => found}
        value={chosen}
        onChange={setChosen}
        searchable
        searchValue={words}
        onSearchChange={setWords}
        nothingFoundMessage={settled.length >= 2 ? t`Nobody matches` : undefined}
      />
      <Button
        variant="default"
        disabled={chosen === null}
        loading={add.isPending}
        onClick={() => add.mutate(Number(chosen))}
      >
        {t`Add`}
      </Button>
    </Group>
  );
}
