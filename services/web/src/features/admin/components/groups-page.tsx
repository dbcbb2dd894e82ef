import { useLingui } from '@lingui/react/macro';
import { Badge, Button } from '@mantine/core';
import { IconFolderPlus, IconFolders } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Item } from '../../../ui/section.tsx';
import { asTree } from '../group-tree.ts';
import { useOwnGroups } from '../own-groups.ts';
import { groupsQuery } from '../queries.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { RecordList } from './record-list.tsx';

/** The whole tree: groups are few, and where each stands is what one looks for. */
export function GroupsPage() {
  const { t, i18n } = useLingui();
  const { data, error, refetch } = useQuery(groupsQuery);
  const { groups } = useOwnGroups('admin.group');
  return (
    <AdminPage
      title={t`Groups`}
      action={
        <Button component={Link} to="/admin/groups/new" leftSection={<IconFolderPlus size={16} aria-hidden />}>
          {t`New group`}
        </Button>
      }
    >
      <RecordList
        label={t`Groups`}
        icon={IconFolders}
        records={data && asTree(groups, i18n.locale)}
        error={error}
        onRetry={() => void refetch()}
        narrowed={false}
        none={t`There are no groups`}
      >
        {({ group, depth }) => (
          <Item
            key={group.id}
            depth={depth}
            what={
              <>
                <Link
                  to="/admin/groups/$id"
                  params={{ id: String(group.id) }}
                  className={classes.link}
                  aria-label={group.name}
                >
                  {group.name_last}
                </Link>{' '}
                {!group.active && (
                  <Badge size="sm" variant="light" color="gray">
                    {t`Inactive`}
                  </Badge>
                )}
              </>
            }
            facts={[typeof group.email === 'string' ? group.email : '', group.note].filter(Boolean).join(' · ')}
          />
        )}
      </RecordList>
    </AdminPage>
  );
}
