import { useLingui } from '@lingui/react/macro';
import { Button, Center, Skeleton, Stack } from '@mantine/core';
import type { TablerIcon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { ItemList } from '../../../ui/section.tsx';
import { Empty, Failed } from '../../../ui/state-messages.tsx';
import classes from './admin-page.module.css';

interface Props<R> {
  label: string;
  icon: TablerIcon;
  /** Undefined while the first page is on its way. */
  records: readonly R[] | undefined;
  error: unknown;
  onRetry: () => void;
  /** Whether words or filters narrow the list. */
  narrowed: boolean;
  /** Shown when there is nothing at all. */
  none: string;
  /** Absent: there is no further page. */
  more?: { load: () => void; busy: boolean } | undefined;
  children: (record: R) => ReactNode;
}

/** A list with all its states: on its way, failed, empty, no match, more to come. */
export function RecordList<R>({ label, icon, records, error, onRetry, narrowed, none, more, children }: Props<R>) {
  const { t } = useLingui();
  if (!records && error) return <Failed error={error} onRetry={onRetry} />;
  if (!records) {
    return (
      <Stack gap={6} aria-busy>
        {[1, 2, 3, 4].map((line) => (
          <Skeleton key={line} height={56} />
        ))}
      </Stack>
    );
  }
  if (records.length === 0) {
    return (
      <Empty icon={icon} title={narrowed ? t`Nothing matches` : none}>
        {narrowed && t`Try fewer words or other filters.`}
      </Empty>
    );
  }
  return (
    <>
      <div className={classes.card}>
        <ItemList label={label}>{records.map(children)}</ItemList>
      </div>
      {more && (
        <Center>
          <Button variant="default" loading={more.busy} onClick={more.load}>
            {t`Show more`}
          </Button>
        </Center>
      )}
    </>
  );
}
