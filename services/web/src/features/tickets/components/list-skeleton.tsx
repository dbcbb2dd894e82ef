import { useLingui } from '@lingui/react/macro';
import { Skeleton } from '@mantine/core';
import classes from './list-skeleton.module.css';

const rows = [62, 48, 71, 55, 40, 66, 52, 45];

export function ListSkeleton() {
  const { t } = useLingui();
  return (
    <div role="status" aria-label={t`Loading tickets`}>
      {rows.map((width) => (
        <div key={width} className={classes.row}>
          <Skeleton height={12} width={`${width}%`} maw={560} />
          <Skeleton height={9} width={`${width / 3}%`} mt={8} />
        </div>
      ))}
    </div>
  );
}

export function PaneSkeleton() {
  const { t } = useLingui();
  return (
    <div role="status" aria-label={t`Loading the ticket`} className={classes.pane}>
      <Skeleton height={22} width="55%" mb="sm" />
      <Skeleton height={12} width="30%" mb="xl" />
      <Skeleton height={110} mb="md" />
      <Skeleton height={150} />
    </div>
  );
}
