import { Trans, useLingui } from '@lingui/react/macro';
import { Badge, Button, Group, Select } from '@mantine/core';
import { IconUserPlus, IconUsers } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Ago } from '../../../ui/ago.tsx';
import { ListSearch } from '../../../ui/list-search.tsx';
import { Item } from '../../../ui/section.tsx';
import { nameOf, nobody } from '../../people/queries.ts';
import { rolesQuery, usersQuery } from '../queries.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { ImportRows } from './import-rows.tsx';
import { RecordList } from './record-list.tsx';

export function UsersPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const { q = '', role } = useSearch({ from: '/app/admin/users' });
  const list = useInfiniteQuery(usersQuery({ q, role: role ? Number(role) : null }));
  const { data: roles = [] } = useQuery(rolesQuery);
  const show = (part: { q?: string; role?: string }) => {
    const { q: words, role: chosen } = { q, ...(role && { role }), ...part };
    const search = { ...(words && { q: words }), ...(chosen && { role: chosen }) };
    void navigate({ to: '/admin/users', search, replace: true });
  };
  return (
    <AdminPage
      title={t`Users`}
      action={
        <Group gap="sm">
          <ImportRows of="users" />
          <Button component={Link} to="/admin/users/new" leftSection={<IconUserPlus size={16} aria-hidden />}>
            {t`New user`}
          </Button>
        </Group>
      }
    >
      <search className={classes.tools}>
        <ListSearch value={q} onChange={(words) => show({ q: words })} />
        <Select
          aria-label={t`Role`}
          placeholder={t`All roles`}
          data={roles.map(({ id, name }) => ({ value: String(id), label: name }))}
          value={role ?? null}
          onChange={(value) => show({ role: value ?? '' })}
          clearable
          clearButtonProps={{ 'aria-label': t`All roles` }}
          allowDeselect
        />
      </search>
      <RecordList
        label={t`Users`}
        icon={IconUsers}
        // The system itself has an account, which nobody signs in to.
        records={list.data?.pages.flat().filter(({ id }) => id !== nobody)}
        error={list.error}
        onRetry={() => void list.refetch()}
        narrowed={q !== '' || role !== undefined}
        none={t`There are no users`}
        more={list.hasNextPage ? { load: () => void list.fetchNextPage(), busy: list.isFetchingNextPage } : undefined}
      >
        {(user) => (
          <Item
            key={user.id}
            what={
              <>
                <Link to="/admin/users/$id" params={{ id: String(user.id) }} className={classes.link}>
                  {nameOf(user)}
                </Link>{' '}
                {!user.active && (
                  <Badge size="sm" variant="light" color="gray">
                    {t`Inactive`}
                  </Badge>
                )}
              </>
            }
            facts={
              <>
                {[user.email || user.login, user.organization, (user.roles as string[] | undefined)?.join(', ')]
                  .filter(Boolean)
                  .join(' · ')}
                {user.last_login && (
                  <>
                    {' · '}
                    <Trans>signed in</Trans> <Ago at={user.last_login} />
                  </>
                )}
              </>
            }
          />
        )}
      </RecordList>
    </AdminPage>
  );
}
