import { useLingui } from '@lingui/react/macro';
import { Select } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { groupsQuery } from '../queries.ts';
import type { TicketValues } from '../use-open-ticket.ts';

/** Who is to help; chosen already when there is one group only. */
export function GroupSelect({ form }: { form: UseFormReturnType<TicketValues> }) {
  const { t } = useLingui();
  const { data: groups = [] } = useQuery(groupsQuery);
  const { setFieldValue } = form;
  const { group } = form.values;
  useEffect(() => {
    const only = groups.length === 1 ? groups[0] : undefined;
    if (only && group === null) setFieldValue('group', String(only.id));
  }, [groups, group, setFieldValue]);
  return (
    <Select
      label={t`Group`}
      placeholder={t`Choose a group`}
      searchable
      nothingFoundMessage={t`No such group`}
      data={groups.map((each) => ({ value: String(each.id), label: each.name }))}
      data-field="group"
      {...form.getInputProps('group')}
    />
  );
}
