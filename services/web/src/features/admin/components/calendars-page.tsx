import { useLingui } from '@lingui/react/macro';
import { Badge, Button } from '@mantine/core';
import { IconCalendarPlus, IconCalendarTime } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Item } from '../../../ui/section.tsx';
import { useMe } from '../../session/use-me.ts';
import { calendarValues, hoursInShort } from '../calendar.ts';
import { calendarsQuery } from '../queries.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { DeskZone } from './desk-zone.tsx';
import { RecordList } from './record-list.tsx';

/** When work is done: what SLAs reckon their time in. */
export function CalendarsPage() {
  const { t, i18n } = useLingui();
  const { may } = useMe();
  const { data, error, refetch } = useQuery(calendarsQuery);
  return (
    <AdminPage
      title={t`Calendars`}
      action={
        <Button component={Link} to="/admin/calendars/new" leftSection={<IconCalendarPlus size={16} aria-hidden />}>
          {t`New calendar`}
        </Button>
      }
    >
      <RecordList
        label={t`Calendars`}
        icon={IconCalendarTime}
        records={data}
        error={error}
        onRetry={() => void refetch()}
        narrowed={false}
        none={t`There are no calendars`}
      >
        {(calendar) => (
          <Item
            key={calendar.id}
            what={
              <>
                <Link to="/admin/calendars/$id" params={{ id: String(calendar.id) }} className={classes.link}>
                  {calendar.name}
                </Link>{' '}
                {calendar.default && (
                  <Badge size="sm" variant="light">
                    {t`Default`}
                  </Badge>
                )}
              </>
            }
            facts={`${calendar.timezone} · ${hoursInShort(calendarValues(calendar), i18n.locale)}`}
          />
        )}
      </RecordList>
      {may('admin.system') && <DeskZone />}
    </AdminPage>
  );
}
