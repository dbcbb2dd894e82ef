import { Plural, useLingui } from '@lingui/react/macro';
import { Badge, Button, Group } from '@mantine/core';
import { IconBuilding, IconBuildingPlus } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { ListSearch } from '../../../ui/list-search.tsx';
import { Item } from '../../../ui/section.tsx';
import { organizationsQuery } from '../queries.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { ImportRows } from './import-rows.tsx';
import { RecordList } from './record-list.tsx';

export function OrganizationsPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const { q = '' } = useSearch({ from: '/app/admin/organizations' });
  const list = useInfiniteQuery(organizationsQuery(q));
  return (
    <AdminPage
      title={t`Organizations`}
      action={
        <Group gap="sm">
          <ImportRows of="organizations" />
          <Button
            component={Link}
            to="/admin/organizations/new"
            leftSection={<IconBuildingPlus size={16} aria-hidden />}
          >
            {t`New organization`}
          </Button>
        </Group>
      }
    >
      <search className={classes.tools}>
        <ListSearch
          value={q}
          onChange={(words) =>
            void navigate({ to: '/admin/organizations', search: words ? { q: words } : {}, replace: true })
          }
        />
      </search>
      <RecordList
        label={t`Organizations`}
        icon={IconBuilding}
        records={list.data?.pages.flat()}
        error={list.error}
        onRetry={() => void list.refetch()}
        narrowed={q !== ''}
        none={t`There are no organizations`}
        more={list.hasNextPage ? { load: () => void list.fetchNextPage(), busy: list.isFetchingNextPage } : undefined}
      >
        {({ id, name, active, shared, domain, member_ids = [] }) => (
          <Item
            key={id}
            what={
              <>
                <Link to="/admin/organizations/$id" params={{ id: String(id) }} className={classes.link}>
                  {name}
                </Link>{' '}
                {!active && (
                  <Badge size="sm" variant="light" color="gray">
                    {t`Inactive`}
                  </Badge>
                )}
              </>
            }
            facts={
              <>
                <Plural value={member_ids.length} one="# member" other="# members" />
                {[shared ? t`shared` : '', domain].filter(Boolean).map((fact) => ` · ${fact}`)}
              </>
            }
          />
        )}
      </RecordList>
    </AdminPage>
  );
}
