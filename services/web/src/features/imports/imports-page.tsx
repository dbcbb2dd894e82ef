import { useLingui } from '@lingui/react/macro';
import { Badge, Button, Text } from '@mantine/core';
import { IconDatabaseImport, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Item } from '../../ui/section.tsx';
import classes from '../admin/components/admin-page.module.css';
import { AdminPage } from '../admin/components/admin-page.tsx';
import { RecordList } from '../admin/components/record-list.tsx';
import { kindNames, stateColours, stateLabels } from './import-labels.ts';
import { importsQuery } from './queries.ts';

/** The helpdesks whose past was brought here, or is to be. */
export function ImportsPage() {
  const { t, i18n } = useLingui();
  const { data, error, refetch } = useQuery(importsQuery);
  return (
    <AdminPage
      title={t`Import`}
      action={
        <Button component={Link} to="/admin/imports/new" leftSection={<IconPlus size={16} aria-hidden />}>
          {t`New import`}
        </Button>
      }
    >
      <Text size="sm" c="dimmed">
        {t`Brings organizations, people and tickets of a Zammad or Freshdesk here, with all messages and files, as they were. Lists of users, organizations and tickets as CSV are imported on their own pages.`}
      </Text>
      <RecordList
        label={t`Import`}
        icon={IconDatabaseImport}
        records={data}
        error={error}
        onRetry={() => void refetch()}
        narrowed={false}
        none={t`Nothing is imported from another helpdesk`}
      >
        {({ id, kind, address, state }) => (
          <Item
            key={id}
            what={
              <>
                <Link to="/admin/imports/$id" params={{ id: String(id) }} className={classes.link}>
                  {new URL(address).host}
                </Link>{' '}
                <Badge size="sm" variant="light" color={stateColours[state]}>
                  {i18n._(stateLabels[state])}
                </Badge>
              </>
            }
            facts={kindNames[kind]}
          />
        )}
      </RecordList>
    </AdminPage>
  );
}
