import { useLingui } from '@lingui/react/macro';
import { Badge, Button } from '@mantine/core';
import { IconAffiliate, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Item } from '../../../ui/section.tsx';
import { useMe } from '../../session/use-me.ts';
import { communitiesQuery, groupsQuery } from '../queries.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { RecordList } from './record-list.tsx';

/** All communities; those that one administers for who does not administer the desk. */
export function CommunitiesPage() {
  const { t, i18n } = useLingui();
  const { may } = useMe();
  const { data, error, refetch } = useQuery(communitiesQuery);
  const { data: groups = [] } = useQuery(groupsQuery);
  const namesOf = (ids: readonly number[]) =>
    new Intl.ListFormat(i18n.locale).format(groups.filter(({ id }) => ids.includes(id)).map(({ name }) => name));
  return (
    <AdminPage
      title={t`Communities`}
      action={
        may('admin') && (
          <Button component={Link} to="/admin/communities/new" leftSection={<IconPlus size={16} aria-hidden />}>
            {t`New community`}
          </Button>
        )
      }
    >
      <RecordList
        label={t`Communities`}
        icon={IconAffiliate}
        records={data}
        error={error}
        onRetry={() => void refetch()}
        narrowed={false}
        none={t`There are no communities`}
      >
        {({ id, name, active, group_ids }) => (
          <Item
            key={id}
            what={
              <>
                <Link to="/admin/communities/$id" params={{ id: String(id) }} className={classes.link}>
                  {name}
                </Link>{' '}
                {!active && (
                  <Badge size="sm" variant="light" color="gray">
                    {t`Inactive`}
                  </Badge>
                )}
              </>
            }
            facts={group_ids.length > 0 ? namesOf(group_ids) : t`No groups`}
          />
        )}
      </RecordList>
    </AdminPage>
  );
}
