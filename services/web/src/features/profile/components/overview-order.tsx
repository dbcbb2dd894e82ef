import { useLingui } from '@lingui/react/macro';
import { ActionIcon, Button, Group, Text, VisuallyHidden } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { overviewLabel } from '../../overviews/labels.ts';
import { listed, moved } from '../../overviews/order.ts';
import { ticketOverviewsQuery } from '../../overviews/queries.ts';

/** The order in which one's overviews stand in the navigation. */
export function OverviewOrder() {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const { queryKey } = ticketOverviewsQuery;
  const { data: overviews = [] } = useQuery(ticketOverviewsQuery);
  const [said, setSaid] = useState('');
  const { mutate: sort, isPending } = useMutation({
    mutationFn: (ids: readonly number[]) =>
      call('sortOverviews', { body: { prios: ids.map((id, i): [number, number] => [id, i]) } }),
    // An answer that is on its way shows the order of before.
    onMutate: () => cache.cancelQueries({ queryKey }),
    onError: (error) => notifyProblem(i18n, t`The change was not saved`, error),
    onSettled: () => cache.invalidateQueries({ queryKey }),
  });
  const lines = listed(overviews);
  const move = (id: number, by: -1 | 1) => {
    const next = moved(overviews, id, by);
    cache.setQueryData(queryKey, next);
    const now = listed(next);
    const place = now.findIndex((one) => one.id === id) + 1;
    setSaid(t`${overviewLabel(i18n, now[place - 1])}: place ${place} of ${now.length}`);
    sort(next.map((one) => one.id));
  };
  const button = (id: number, by: -1 | 1, label: string, last: boolean) => (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={label}
      // The focus stays where it is when there is nothing further.
      aria-disabled={last || undefined}
      data-disabled={last}
      onClick={() => !last && move(id, by)}
    >
      {by === -1 ? <IconArrowUp size={16} aria-hidden /> : <IconArrowDown size={16} aria-hidden />}
    </ActionIcon>
  );
  return (
    <div id="overviews">
      <Section
        title={t`Order of overviews`}
        lead={t`As they stand in the navigation, for you alone.`}
        action={
          <Button
            variant="default"
            size="xs"
            loading={isPending}
            onClick={() => sort([], { onSuccess: () => notifyDone(t`The overviews stand as the desk has them.`) })}
          >
            {t`As the desk has it`}
          </Button>
        }
      >
        {lines.length === 0 ? (
          <Text c="dimmed" size="sm">{t`There are no overviews`}</Text>
        ) : (
          <ItemList label={t`Order of overviews`}>
            {lines.map((overview, i) => {
              const name = overviewLabel(i18n, overview);
              return (
                <Item key={overview.id} what={name} facts={null}>
                  <Group gap={2} wrap="nowrap">
                    {button(overview.id, -1, t`Move up: ${name}`, i === 0)}
                    {button(overview.id, 1, t`Move down: ${name}`, i === lines.length - 1)}
                  </Group>
                </Item>
              );
            })}
          </ItemList>
        )}
        <VisuallyHidden role="status">{said}</VisuallyHidden>
      </Section>
    </div>
  );
}
