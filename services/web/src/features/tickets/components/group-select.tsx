import { useLingui } from '@lingui/react/macro';
import { Select, Text } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { groupsQuery, servicesQuery } from '../queries.ts';
import type { TicketValues } from '../use-open-ticket.ts';

/** Who is to help: whoever offers what is asked for, else a group; chosen already when there is one only. */
export function GroupSelect({ form }: { form: UseFormReturnType<TicketValues> }) {
  const { t } = useLingui();
  const { data: groups = [] } = useQuery(groupsQuery);
  const { data: services = [] } = useQuery(servicesQuery);
  const { setFieldValue } = form;
  const { group, service } = form.values;
  useEffect(() => {
    const only = groups.length === 1 ? groups[0] : undefined;
    if (only && group === null) setFieldValue('group', String(only.id));
  }, [groups, group, setFieldValue]);
  const summaryOf = (id: string | null) => services.find((one) => String(one.id) === id)?.summary;
  return (
    <>
      {services.length > 0 && (
        <Select
          label={t`Service`}
          placeholder={t`Something else`}
          description={summaryOf(service)}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          searchable
          clearable
          clearButtonProps={{ 'aria-label': t`Something else` }}
          nothingFoundMessage={t`No such service`}
          data={services.map((one) => ({ value: String(one.id), label: one.name }))}
          renderOption={({ option }) => (
            <div>
              <Text size="sm">{option.label}</Text>
              {summaryOf(option.value) && (
                <Text size="xs" c="dimmed">
                  {summaryOf(option.value)}
                </Text>
              )}
            </div>
          )}
          value={service}
          onChange={(id) => {
            setFieldValue('service', id);
            const chosen = services.find((one) => String(one.id) === id);
            setFieldValue('group', chosen ? String(chosen.group_id) : null);
          }}
          data-field="service"
        />
      )}
      {service === null && (
        <Select
          label={t`Group`}
          placeholder={t`Choose a group`}
          searchable
          nothingFoundMessage={t`No such group`}
          data={groups.map((each) => ({ value: String(each.id), label: each.name }))}
          data-field="group"
          {...form.getInputProps('group')}
        />
      )}
    </>
  );
}
