import { useLingui } from '@lingui/react/macro';
import { Badge, Button } from '@mantine/core';
import { IconApps, IconAppWindow } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Item } from '../../../ui/section.tsx';
import { applicationsQuery } from '../queries.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { RecordList } from './record-list.tsx';

/** Programs of others that people may let act for them. */
export function ApplicationsPage() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(applicationsQuery);
  return (
    <AdminPage
      title={t`Applications`}
      action={
        <Button component={Link} to="/admin/applications/new" leftSection={<IconAppWindow size={16} aria-hidden />}>
          {t`New application`}
        </Button>
      }
    >
      <RecordList
        label={t`Applications`}
        icon={IconApps}
        records={data}
        error={error}
        onRetry={() => void refetch()}
        narrowed={false}
        none={t`No program of others may act for people here`}
      >
        {({ id, name, confidential, redirect_uris, scopes }) => (
          <Item
            key={id}
            what={
              <>
                <Link to="/admin/applications/$id" params={{ id: String(id) }} className={classes.link}>
                  {name}
                </Link>{' '}
                {!confidential && (
                  <Badge size="sm" variant="light" color="gray">
                    {t`Public`}
                  </Badge>
                )}
              </>
            }
            facts={[scopes.join(', '), redirect_uris.join(', ')].join(' · ')}
          />
        )}
      </RecordList>
    </AdminPage>
  );
}
