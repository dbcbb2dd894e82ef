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
