import { useLingui } from '@lingui/react/macro';
import { Badge, Button } from '@mantine/core';
import { IconLayoutList, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Item } from '../../../ui/section.tsx';
import { overviewsQuery } from '../../overviews/queries.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { RecordList } from './record-list.tsx';

/** The overviews that are shared, in the order in which everybody sees them; and one's own. */
export function OverviewsPage() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(overviewsQuery);
  return (
    <AdminPage
      title={t`Overviews`}
      action={
        <Button component={Link} to="/overviews/new" leftSection={<IconPlus size={16} aria-hidden />}>
          {t`New overview`}
        </Button>
      }
    >
      <RecordList
        label={t`Overviews`}
        icon={IconLayoutList}
        records={data}
        error={error}
        onRetry={() => void refetch()}
        narrowed={false}
        none={t`There are no overviews`}
      >
        {({ id, name, active, personal, link }) => (
          <Item
            key={id}
            what={
              <>
                <Link to="/overviews/$id" params={{ id: String(id) }} className={classes.link}>
                  {name}
                </Link>{' '}
                {personal && (
                  <Badge size="sm" variant="light">
                    {t`Only for me`}
                  </Badge>
                )}
                {!active && (
                  <Badge size="sm" variant="light" color="gray">
                    {t`Inactive`}
                  </Badge>
                )}
              </>
            }
            facts={link}
          />
        )}
      </RecordList>
    </AdminPage>
  );
}
