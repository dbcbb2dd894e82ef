import { useLingui } from '@lingui/react/macro';
import { Badge, Button } from '@mantine/core';
import { IconAddressBook } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Item } from '../../../ui/section.tsx';
import { directoriesQuery } from '../queries.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { RecordList } from './record-list.tsx';

/** Directories of communities, which make, change and close accounts by SCIM. */
export function DirectoriesPage() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(directoriesQuery);
  return (
    <AdminPage
      title={t`Directories`}
      action={
        <Button component={Link} to="/admin/directories/new" leftSection={<IconAddressBook size={16} aria-hidden />}>
          {t`New directory`}
        </Button>
      }
    >
      <RecordList
        label={t`Directories`}
        icon={IconAddressBook}
        records={data}
        error={error}
        onRetry={() => void refetch()}
        narrowed={false}
        none={t`No directory provisions people here`}
      >
        {({ id, name, domains, enabled }) => (
          <Item
            key={id}
            what={
              <>
                <Link to="/admin/directories/$id" params={{ id: String(id) }} className={classes.link}>
                  {name}
                </Link>{' '}
                {!enabled && (
                  <Badge size="sm" variant="light" color="gray">
                    {t`Off`}
                  </Badge>
                )}
              </>
            }
            facts={domains.join(', ')}
          />
        )}
      </RecordList>
    </AdminPage>
  );
}
