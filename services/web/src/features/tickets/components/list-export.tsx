import { useLingui } from '@lingui/react/macro';
import { ActionIcon, Tooltip } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import type { ListState } from '../list-state.ts';

/** The list as it stands, from its first ticket to its last, as a file. */
export function ListExport({ state: { view, overview, sort, order, q, group } }: { state: ListState }) {
  const { t } = useLingui();
  const query = new URLSearchParams({
    ...{ view: overview ?? view, sort, order },
    ...(q.trim() !== '' && { query: q.trim() }),
    ...(group !== null && { group_id: String(group) }),
  });
  return (
    <Tooltip label={t`Download this list (CSV)`}>
      <ActionIcon
        component="a"
        href={`/api/v1/tickets/export?${query}`}
        download
        variant="subtle"
        color="gray"
        aria-label={t`Download this list (CSV)`}
      >
        <IconDownload size={16} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
