import { Skeleton, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { ItemList } from '../../ui/section.tsx';
import { Failed } from '../../ui/state-messages.tsx';

interface RowsProps<R> {
  label: string;
  rows: readonly R[] | undefined;
  error: unknown;
  onRetry: () => void;
  none: string;
  children: (row: R) => ReactNode;
}

/** A list inside a section, in whatever state it is. */
export function Rows<R>({ label, rows, error, onRetry, none, children }: RowsProps<R>) {
  if (!rows && error) return <Failed error={error} onRetry={onRetry} />;
  if (!rows) return <Skeleton height={56} aria-busy />;
  if (rows.length === 0) return <Text size="sm">{none}</Text>;
  return <ItemList label={label}>{rows.map(children)}</ItemList>;
}

/** What went wrong, in the words of whoever refused. */
export function Trouble({ children }: { children: ReactNode }) {
  return (
    <Text size="sm" c="red.9" component="span" style={{ overflowWrap: 'anywhere' }}>
      <IconAlertTriangle size={14} aria-hidden style={{ verticalAlign: '-2px' }} /> {children}
    </Text>
  );
}
