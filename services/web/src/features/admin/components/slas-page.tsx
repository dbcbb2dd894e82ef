import { useLingui } from '@lingui/react/macro';
import { Badge, Button } from '@mantine/core';
import { IconAlarm, IconAlarmPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Item } from '../../../ui/section.tsx';
import { slasQuery } from '../queries.ts';
import { usePromises } from '../sla-promises.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { RecordList } from './record-list.tsx';
import { SlaProgress } from './sla-progress.tsx';

/** What is promised to whom, in the order in which a ticket gets one. */
export function SlasPage() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(slasQuery);
  const promisesOf = usePromises();
  return (
    <AdminPage
      title={t`SLAs`}
      action={
        <Button component={Link} to="/admin/slas/new" leftSection={<IconAlarmPlus size={16} aria-hidden />}>
          {t`New SLA`}
        </Button>
      }
    >
      <SlaProgress />
      <RecordList
        label={t`SLAs`}
        icon={IconAlarm}
        records={data}
        error={error}
        onRetry={() => void refetch()}
        narrowed={false}
        none={t`There are no SLAs: nothing is promised to anybody`}
      >
        {(sla) => (
          <Item
            key={sla.id}
            what={
              <>
                <Link to="/admin/slas/$id" params={{ id: String(sla.id) }} className={classes.link}>
                  {sla.name}
                </Link>{' '}
                {Object.keys(sla.condition).length === 0 && (
                  <Badge size="sm" variant="light">
                    {t`For all others`}
                  </Badge>
                )}
              </>
            }
            facts={[
              ...promisesOf(sla).map(({ label, minutes }) => `${label} ${hoursAndMinutes(minutes)}`),
              sla.calendar ?? '',
            ].join(' · ')}
          />
        )}
      </RecordList>
    </AdminPage>
  );
}

const hoursAndMinutes = (minutes: number) => `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')} h`;
