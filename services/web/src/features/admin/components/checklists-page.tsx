import { useLingui } from '@lingui/react/macro';
import { Badge, Button } from '@mantine/core';
import { IconChecklist, IconPlaylistAdd } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Item } from '../../../ui/section.tsx';
import { checklistTemplatesQuery } from '../queries.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { RecordList } from './record-list.tsx';

/** What checklists of tickets may begin as. */
export function ChecklistsPage() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(checklistTemplatesQuery);
  return (
    <AdminPage
      title={t`Checklists`}
      action={
        <Button component={Link} to="/admin/checklists/new" leftSection={<IconPlaylistAdd size={16} aria-hidden />}>
          {t`New template`}
        </Button>
      }
    >
      <RecordList
        label={t`Checklists`}
        icon={IconChecklist}
        records={data}
        error={error}
        onRetry={() => void refetch()}
        narrowed={false}
        none={t`There are no templates: every checklist begins empty`}
      >
        {({ id, name, active, items }) => (
          <Item
            key={id}
            what={
              <>
                <Link to="/admin/checklists/$id" params={{ id: String(id) }} className={classes.link}>
                  {name}
                </Link>{' '}
                {!active && (
                  <Badge size="sm" variant="light" color="gray">
                    {t`Inactive`}
                  </Badge>
                )}
              </>
            }
            facts={items.join(' · ')}
          />
        )}
      </RecordList>
    </AdminPage>
  );
}
