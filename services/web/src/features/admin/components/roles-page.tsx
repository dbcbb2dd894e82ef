import { Plural, useLingui } from '@lingui/react/macro';
import { Badge, Button } from '@mantine/core';
import { IconShield, IconShieldPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Item } from '../../../ui/section.tsx';
import { rolesQuery } from '../queries.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { RecordList } from './record-list.tsx';

export function RolesPage() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(rolesQuery);
  return (
    <AdminPage
      title={t`Roles`}
      action={
        <Button component={Link} to="/admin/roles/new" leftSection={<IconShieldPlus size={16} aria-hidden />}>
          {t`New role`}
        </Button>
      }
    >
      <RecordList
        label={t`Roles`}
        icon={IconShield}
        records={data}
        error={error}
        onRetry={() => void refetch()}
        narrowed={false}
        none={t`There are no roles`}
      >
        {({ id, name, active, default_at_signup, note, permissions = [] }) => (
          <Item
            key={id}
            what={
              <>
                <Link to="/admin/roles/$id" params={{ id: String(id) }} className={classes.link}>
                  {name}
                </Link>{' '}
                {!active && (
                  <Badge size="sm" variant="light" color="gray">
                    {t`Inactive`}
                  </Badge>
                )}{' '}
                {default_at_signup && (
                  <Badge size="sm" variant="light">
                    {t`For new people`}
                  </Badge>
                )}
              </>
            }
            facts={
              <>
                <Plural value={permissions.length} one="# permission" other="# permissions" />
                {note && ` · ${note}`}
              </>
            }
          />
        )}
      </RecordList>
    </AdminPage>
  );
}
