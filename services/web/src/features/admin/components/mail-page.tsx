import { useLingui } from '@lingui/react/macro';
import { Badge, Button, Group, Skeleton, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { mailActionLabels } from '../mail-filter-labels.ts';
import { addressesQuery, filtersQuery, mailboxOf, signaturesQuery } from '../senders.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { FilterTester } from './filter-tester.tsx';

/** What mail is sent with, and what is done with mail that comes in. */
export function MailPage() {
  const { t, i18n } = useLingui();
  const addresses = useQuery(addressesQuery);
  const signatures = useQuery(signaturesQuery);
  const filters = useQuery(filtersQuery);
  const unused = t`No group uses it.`;
  return (
    <AdminPage
      title={t`Mail`}
      action={
        <Group gap="xs">
          <Button component={Link} to="/admin/mail/channels" variant="default">
            {t`Mail channels`}
          </Button>
          <Button component={Link} to="/admin/mail/queues" variant="default">
            {t`Mail queues`}
          </Button>
          <Button component={Link} to="/admin/mail/encryption" variant="default">
            {t`Mail encryption`}
          </Button>
          <Button component={Link} to="/admin/mail/texts" variant="default">
            {t`Texts of mails`}
          </Button>
        </Group>
      }
    >
      <Part
        kind="addresses"
        title={t`Sending addresses`}
        lead={t`Groups send from one of them. Mail to it lands in the first group that uses it.`}
        fresh={t`New address`}
        none={t`There are none: mails leave with the address of the installation.`}
        query={addresses}
        what={mailboxOf}
        facts={({ groups = [], note }) => [groups.join(', ') || unused, note].filter(Boolean).join(' · ')}
      />
      <Part
        kind="signatures"
        title={t`Signatures`}
        lead={t`What stands below the mails of a group.`}
        fresh={t`New signature`}
        none={t`There are none: mails end with their last word.`}
        query={signatures}
        what={({ name }) => name}
        facts={({ groups = [], note }) => [groups.join(', ') || unused, note].filter(Boolean).join(' · ')}
      />
      <Part
        kind="filters"
        title={t`Mail filters`}
        lead={t`What is done with incoming mails that look like this, in the order of names.`}
        fresh={t`New filter`}
        none={t`There are none: every mail is filed as it comes.`}
        query={filters}
        what={({ name }) => name}
        facts={({ match, perform, note }) =>
          [
            Object.keys(match).join(', '),
            Object.keys(perform)
              .map((action) => (isAction(action) ? i18n._(mailActionLabels[action]) : action))
              .join(', '),
            note,
          ]
            .filter(Boolean)
            .join(' · ')
        }
      />
      <FilterTester />
    </AdminPage>
  );
}

const isAction = (name: string): name is keyof typeof mailActionLabels => Object.hasOwn(mailActionLabels, name);

interface PartProps<R> {
  kind: string;
  title: string;
  lead: string;
  fresh: string;
  none: string;
  query: UseQueryResult<readonly R[]>;
  what: (record: R) => ReactNode;
  facts: (record: R) => string;
}

function Part<R extends { id: number; active: boolean }>(props: PartProps<R>) {
  const { kind, title, lead, fresh, none, query, what, facts } = props;
  const { t } = useLingui();
  const { data, error, refetch } = query;
  return (
    <Section
      title={title}
      lead={lead}
      action={
        <Button
          renderRoot={(root) => <Link {...root} to="/admin/mail/$kind/$id" params={{ kind, id: 'new' }} />}
          variant="default"
          leftSection={<IconPlus size={16} aria-hidden />}
        >
          {fresh}
        </Button>
      }
    >
      {!data && error ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Skeleton height={56} aria-label={t`Loading`} />
      ) : data.length === 0 ? (
        <Text size="sm">{none}</Text>
      ) : (
        <ItemList label={title}>
          {data.map((record) => (
            <Item
              key={record.id}
              what={
                <>
                  <Link to="/admin/mail/$kind/$id" params={{ kind, id: String(record.id) }} className={classes.link}>
                    {what(record)}
                  </Link>{' '}
                  {!record.active && (
                    <Badge size="sm" variant="light" color="gray">
                      {t`Inactive`}
                    </Badge>
                  )}
                </>
              }
              facts={facts(record)}
            />
          ))}
        </ItemList>
      )}
    </Section>
  );
}
