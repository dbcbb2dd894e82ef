import { useLingui } from '@lingui/react/macro';
import { Alert, Badge, Button, Skeleton, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import classes from '../../admin/components/admin-page.module.css';
import { AdminPage } from '../../admin/components/admin-page.tsx';
import { accountsQuery, mailboxesQuery } from '../queries.ts';

type Status = 'ok' | 'error' | null;

/** Where mail is fetched from, and what it leaves by. */
export function ChannelsPage() {
  const { t } = useLingui();
  const mailboxes = useQuery(mailboxesQuery);
  const accounts = useQuery(accountsQuery);
  return (
    <AdminPage title={t`Mail channels`} up="mail">
      <Part
        kind="mailboxes"
        title={t`Mailboxes`}
        lead={t`Mail is fetched from them, beside what the mail server of the desk is handed.`}
        fresh={t`New mailbox`}
        none={t`There are none: mail comes in by the mail server, and from mailboxes the operator named.`}
        query={mailboxes}
        facts={({ email, options: { inbound }, last_log_in }) =>
          [email ?? inbound.options.user, inbound.adapter.toUpperCase(), inbound.options.host, last_log_in]
            .filter(Boolean)
            .join(' · ')
        }
        status={({ status_in }) => status_in}
      />
      <Part
        kind="accounts"
        title={t`Sending accounts`}
        lead={t`Mails of their addresses leave by them, all others by the mail server of the operator.`}
        fresh={t`New account`}
        none={t`There are none: all mails leave by the mail server of the operator.`}
        query={accounts}
        facts={({ addresses, fallback, options: { outbound }, last_log_out }) =>
          [
            fallback ? t`All other addresses` : null,
            ...addresses,
            outbound.options?.host ?? t`Program of this machine`,
            last_log_out,
          ]
            .filter(Boolean)
            .join(' · ')
        }
        status={({ status_out }) => status_out}
      >
        {accounts.data?.some(({ used }) => !used) && (
          <Alert color="yellow" variant="light" mb="sm">
            {t`The operator has all mails leave by one mail server: these accounts are not used.`}
          </Alert>
        )}
      </Part>
    </AdminPage>
  );
}

interface PartProps<R> {
  kind: 'mailboxes' | 'accounts';
  title: string;
  lead: string;
  fresh: string;
  none: string;
  query: UseQueryResult<readonly R[]>;
  facts: (record: R) => string;
  status: (record: R) => Status;
  children?: ReactNode;
}

function Part<R extends { id: number; name: string; active: boolean }>(props: PartProps<R>) {
  const { kind, title, lead, fresh, none, query, facts, status, children } = props;
  const { t } = useLingui();
  const { data, error, refetch } = query;
  return (
    <Section
      title={title}
      lead={lead}
      action={
        <Button
          renderRoot={(root) => <Link {...root} to={`/admin/mail/${kind}/$id`} params={{ id: 'new' }} />}
          variant="default"
          leftSection={<IconPlus size={16} aria-hidden />}
        >
          {fresh}
        </Button>
      }
    >
      {children}
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
                <Link to={`/admin/mail/${kind}/$id`} params={{ id: String(record.id) }} className={classes.link}>
                  {record.name}
                </Link>
              }
              facts={facts(record)}
            >
              <ChannelState active={record.active} status={status(record)} />
            </Item>
          ))}
        </ItemList>
      )}
    </Section>
  );
}

export function ChannelState({ active, status }: { active: boolean; status: Status }) {
  const { t } = useLingui();
  if (!active) {
    return (
      <Badge size="sm" variant="default">
        {t`Paused`}
      </Badge>
    );
  }
  if (status === null) {
    return (
      <Badge size="sm" variant="default">
        {t`Not used yet`}
      </Badge>
    );
  }
  return (
    <Badge size="sm" {...(status === 'ok' ? { variant: 'light' } : { variant: 'filled', color: 'red.9' })}>
      {status === 'ok' ? t`Works` : t`Failing`}
    </Badge>
  );
}
