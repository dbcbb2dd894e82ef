import { Trans, useLingui } from '@lingui/react/macro';
import { Badge, Button, Title } from '@mantine/core';
import { IconEyeOff, IconUserX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Ago } from '../../../ui/ago.tsx';
import { Item } from '../../../ui/section.tsx';
import { ticketsLabels } from '../erasure-labels.ts';
import { erasuresQuery } from '../queries.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { ArchiveOfPerson } from './archive-of-person.tsx';
import { LegalHolds } from './legal-holds.tsx';
import { PersonName } from './person-name.tsx';
import { RecordList } from './record-list.tsx';
import { RawMails, RetentionRules } from './retention-section.tsx';

/** Erasures of people, and what must be kept from them. */
export function DataProtectionPage() {
  const { t, i18n } = useLingui();
  const { data, error, refetch } = useQuery(erasuresQuery);
  return (
    <AdminPage
      title={t`Data protection`}
      action={
        <Button component={Link} to="/admin/data-protection/new" leftSection={<IconUserX size={16} aria-hidden />}>
          {t`Erase a person`}
        </Button>
      }
    >
      <RetentionRules />
      <RawMails />
      <LegalHolds />
      <ArchiveOfPerson />
      <Title order={2}>{t`Erasures`}</Title>
      <RecordList
        label={t`Erasures`}
        icon={IconEyeOff}
        records={data}
        error={error}
        onRetry={() => void refetch()}
        narrowed={false}
        none={t`Nobody was erased yet`}
      >
        {({ id, deletable_id, pseudonym, state, preferences, created_at, created_by_id }) => (
          <Item
            key={id}
            what={
              <Link to="/admin/data-protection/tasks/$id" params={{ id: String(id) }} className={classes.link}>
                {pseudonym ?? t`Ticket with id ${deletable_id}`}
              </Link>
            }
            facts={
              <>
                {preferences.tickets ? i18n._(ticketsLabels[preferences.tickets]) : t`Delete the ticket`} ·{' '}
                <Trans>
                  ordered by <PersonName id={created_by_id} />
                </Trans>{' '}
                <Ago at={created_at} />
              </>
            }
          >
            <Badge size="sm" variant={state === 'completed' ? 'light' : 'default'} color="mesh">
              {state === 'completed' ? t`Erased` : t`Under way`}
            </Badge>
          </Item>
        )}
      </RecordList>
    </AdminPage>
  );
}
