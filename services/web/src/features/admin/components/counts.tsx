import { useLingui } from '@lingui/react/macro';
import { Text } from '@mantine/core';
import { kindLabel } from '../erasure-labels.ts';
import classes from './admin-page.module.css';

/** How many things of each kind; what there is none of is not told. */
export function Counts({ counts, none }: { counts: Record<string, number>; none: string }) {
  const { i18n } = useLingui();
  const present = Object.entries(counts).filter(([, count]) => count > 0);
  const number = new Intl.NumberFormat(i18n.locale);
  if (present.length === 0) return <Text size="sm">{none}</Text>;
  return (
    <ul className={classes.counts}>
      {present.map(([kind, count]) => (
        <li key={kind}>
          {i18n._(kindLabel(kind))}: {number.format(count)}
        </li>
      ))}
    </ul>
  );
}
