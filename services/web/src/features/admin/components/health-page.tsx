import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { Plural, useLingui } from '@lingui/react/macro';
import { Alert, List, Stack, Table, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { request } from '../../../app/api.ts';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { Copyable } from '../../../ui/shown-once.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { absoluteTime } from '../../../ui/time.ts';
import { nameOf as personName, userQuery } from '../../people/queries.ts';
import { useMe } from '../../session/use-me.ts';
import type { TicketJob } from '../../tickets/jobs.ts';
import { keyOf } from '../queries.ts';
import { AdminPage } from './admin-page.tsx';
import { Amounts } from './amounts.tsx';
import { AskButton } from './ask-button.tsx';
import { Loading } from './loading.tsx';

/** By address: these routes are for few, and the table of routes is loaded by all. */
const monitoring = '/api/v1/monitoring';
const EVERY_MS = 15_000;

interface Figures {
  outbox: { waiting: number; oldest: number };
  dead_letters: number;
}

interface Problem {
  kind: keyof typeof problemTexts;
  service: string;
  value: number;
}

interface Health {
  healthy: boolean;
  problems: Problem[];
  services: Record<string, Figures | undefined>;
}

interface Status {
  counts: Record<string, number>;
  storage: { MB: number };
}

interface DeadLetter {
  id: number;
  consumer: string;
  subject: string;
  cause: string;
  tries: number;
  died_at: string;
}

const healthQuery = queryOptions({
  queryKey: keyOf('health', 'check'),
  queryFn: () => request('GET', `${monitoring}/health_check`) as Promise<Health>,
  refetchInterval: EVERY_MS,
});
const statusQuery = queryOptions({
  queryKey: keyOf('health', 'status'),
  queryFn: () => request('GET', `${monitoring}/status`) as Promise<Status>,
  refetchInterval: EVERY_MS,
});
const versionQuery = queryOptions({
  queryKey: keyOf('health', 'version'),
  queryFn: () => request('GET', '/api/v1/version') as Promise<{ version: string }>,
});
const lettersQuery = queryOptions({
  queryKey: keyOf('health', 'letters'),
  queryFn: () =>
    request('GET', `${monitoring}/dead_letters`) as Promise<{ services: Record<string, DeadLetter[] | null> }>,
  refetchInterval: EVERY_MS,
});

const jobsQuery = queryOptions({
  queryKey: keyOf('health', 'jobs'),
  queryFn: () => request('GET', '/api/v1/ticket_jobs') as Promise<TicketJob[]>,
  refetchInterval: EVERY_MS,
});

const services: Readonly<Record<string, MessageDescriptor>> = {
  ticket: msg`Tickets`,
  identity: msg`People and rights`,
  'mail-ingest': msg`Incoming mail`,
  notification: msg`Outgoing mail and notifications`,
  reporting: msg`Reports`,
  federation: msg`Federation`,
};

const problemTexts = {
  silent: msg`The service does not answer. Is it running?`,
  'messages-late': msg`Messages wait to be passed on. Is the message bus reachable?`,
  'messages-given-up': msg`Messages were given up; they are listed below.`,
  'mails-unread': msg`Mails could not be read; they wait in the mail queues.`,
  'mails-unproven': msg`Mails whose senders are not proven wait in the mail queues.`,
  'mails-in-late': msg`Incoming mails wait to be read.`,
  'mails-out-late': msg`Outgoing mails wait to be sent.`,
  'mails-failed': msg`Mails of the last day could not be sent; the mail queues say why.`,
  'webhooks-failing': msg`Webhooks fail for more than an hour.`,
} satisfies Record<string, MessageDescriptor>;

/** How the installation is, and what it gave up. It looks again by itself. */
export function HealthPage() {
  const { t } = useLingui();
  const { may } = useMe();
  const { data, error, refetch } = useQuery(healthQuery);
  if (!data && !error) return <Loading />;
  return (
    <AdminPage title={t`System health`}>
      {data ? (
        <Stack>
          <Verdict problems={data.problems} />
          <Services services={data.services} />
          <GivenUp />
          {may('admin') && <Deletions />}
          <WhatThereIs />
          <Watching />
        </Stack>
      ) : (
        <Failed error={error} onRetry={() => void refetch()} />
      )}
    </AdminPage>
  );
}

function useServiceName(): (service: string) => string {
  const { i18n } = useLingui();
  return (service) => {
    const name = services[service];
    return name ? i18n._(name) : service;
  };
}

function Verdict({ problems }: { problems: readonly Problem[] }) {
  const { t, i18n } = useLingui();
  const nameOf = useServiceName();
  const number = new Intl.NumberFormat(i18n.locale);
  if (problems.length === 0) {
    return (
      <Alert color="green" variant="light" icon={<IconCircleCheck aria-hidden />} role="status">
        <Text fw={600}>{t`Everything works`}</Text>
        {t`All services answer, and nothing waits longer than it should.`}
      </Alert>
    );
  }
  return (
    <Alert color="yellow" variant="light" icon={<IconAlertTriangle aria-hidden />} role="status">
      <Text fw={600}>
        <Plural value={problems.length} one="# thing needs somebody" other="# things need somebody" />
      </Text>
      <List size="sm">
        {problems.map(({ kind, service, value }) => (
          <List.Item key={`${service} ${kind}`}>
            <b>{nameOf(service)}</b>
            {value > 0 && ` (${kind.endsWith('-late') ? secondsText(i18n.locale, value) : number.format(value)})`}:{' '}
            {i18n._(problemTexts[kind])}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}

/** `90` as `90 seconds`, `7200` as `120 minutes`. */
function secondsText(locale: string, seconds: number): string {
  const unit = seconds < 120 ? 'second' : 'minute';
  const value = unit === 'second' ? Math.round(seconds) : Math.round(seconds / 60);
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}

function Services({ services: all }: Pick<Health, 'services'>) {
  const { t, i18n } = useLingui();
  const nameOf = useServiceName();
  const number = new Intl.NumberFormat(i18n.locale);
  return (
    <Section
      title={t`Services`}
      lead={t`Messages that wait are passed on within seconds; given up is what failed again and again.`}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section aria-label={t`Services`} tabIndex={0} style={{ overflowX: 'auto' }}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t`Service`}</Table.Th>
              <Table.Th>{t`State`}</Table.Th>
              <Table.Th ta="end">{t`Waiting`}</Table.Th>
              <Table.Th ta="end">{t`Given up`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {Object.keys(services).map((service) => {
              const figures = all[service];
              return (
                <Table.Tr key={service}>
                  <Table.Th scope="row">{nameOf(service)}</Table.Th>
                  <Table.Td>{figures ? t`Answers` : <b>{t`Silent`}</b>}</Table.Td>
                  <Table.Td ta="end">
                    {figures ? number.format(figures.outbox.waiting) : '–'}
                    {figures && figures.outbox.oldest > 0 && (
                      <Text size="xs" c="dimmed">
                        {t`the oldest for ${secondsText(i18n.locale, figures.outbox.oldest)}`}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td ta="end">{figures ? number.format(figures.dead_letters) : '–'}</Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </section>
    </Section>
  );
}

const changes = ['health'];

function GivenUp() {
  const { t, i18n } = useLingui();
  const nameOf = useServiceName();
  const { data, error, refetch } = useQuery(lettersQuery);
  const letters = Object.entries(data?.services ?? {}).flatMap(([service, list]) =>
    (list ?? []).map((letter) => ({ service, ...letter })),
  );
  const title = t`Messages that were given up`;
  return (
    <Section
      title={title}
      lead={t`One effect of each is missing: a mail that was not filed, a confirmation that was not sent. Mend the cause first; what is done again has its effect once.`}
      action={
        letters.length > 0 && (
          <AskButton
            label={t`Do all again`}
            question={t`Every service handles its messages again, oldest first. What fails again stays here.`}
            done={t`They are being done again.`}
            deed={() => request('POST', `${monitoring}/restart_failed_jobs`)}
            changes={changes}
          />
        )
      }
    >
      {!data && error ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : letters.length === 0 ? (
        <Text size="sm">{t`There are none.`}</Text>
      ) : (
        <ItemList label={title}>
          {letters.map(({ service, id, subject, cause, tries, died_at }) => (
            <Item
              key={`${service} ${id}`}
              what={`${nameOf(service)}: ${subject}`}
              facts={[
                absoluteTime(i18n.locale, Date.parse(died_at)),
                <Plural key="tries" value={tries} one="# try" other="# tries" />,
                cause,
              ].flatMap((fact, n) => (n > 0 ? [' · ', fact] : [fact]))}
            >
              <AskButton
                label={t`Do again`}
                name={t`Do again: message ${id} of ${service}`}
                done={t`It is being done again.`}
                deed={() => request('POST', `${monitoring}/dead_letters/${service}/${id}/replay`)}
                changes={changes}
              />
            </Item>
          ))}
        </ItemList>
      )}
    </Section>
  );
}

/** Deletions under way, whoever ordered them; nothing while there is none. */
function Deletions() {
  const { t } = useLingui();
  const { data = [] } = useQuery(jobsQuery);
  const running = data.filter(({ status, perform }) => status === 'running' && 'ticket.action' in perform);
  if (running.length === 0) return null;
  const title = t`Tickets are being deleted`;
  return (
    <Section title={title} lead={t`Whoever administers can stop it: tickets that are not deleted yet stay.`}>
      <ItemList label={title}>
        {running.map((job) => (
          <Deletion key={job.id} job={job} />
        ))}
      </ItemList>
    </Section>
  );
}

function Deletion({ job: { id, user_id, total, waiting } }: { job: TicketJob }) {
  const { t } = useLingui();
  const { data: person } = useQuery(userQuery(user_id));
  const done = total - waiting;
  return (
    <Item what={t`${done} of ${total} tickets`} facts={person && t`Ordered by ${personName(person)}`}>
      <AskButton
        label={t`Stop`}
        name={t`Stop deleting ${total} tickets`}
        done={t`Stopped. What is not deleted stays.`}
        deed={() => request('POST', `/api/v1/ticket_jobs/${id}/cancel`)}
        changes={changes}
      />
    </Item>
  );
}

function WhatThereIs() {
  const { t, i18n } = useLingui();
  const { data, error, refetch } = useQuery(statusQuery);
  const { data: installed } = useQuery(versionQuery);
  const number = new Intl.NumberFormat(i18n.locale);
  const megabytes = new Intl.NumberFormat(i18n.locale, { style: 'unit', unit: 'megabyte' });
  return (
    <Section title={t`What there is`}>
      {!data && error ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : (
        <Amounts
          amounts={[
            [t`Tickets`, data && number.format(data.counts.tickets ?? 0)],
            [t`Users`, data && number.format(data.counts.users ?? 0)],
            [t`Stored files and mails`, data && megabytes.format(data.storage.MB)],
            [t`Version of Helpmesh`, installed?.version],
          ]}
        />
      )}
    </Section>
  );
}

/** The token is shown once; only its hash is kept. */
function Watching() {
  const { t } = useLingui();
  const [token, setToken] = useState<string>();
  const address = `${window.location.origin}${monitoring}/health_check?token=${token ?? ''}`;
  return (
    <Section
      title={t`Watching from outside`}
      lead={t`Programs that watch installations (Icinga, Nagios, Checkmk, uptime services) ask an address with a token of its own.`}
      action={
        <AskButton
          label={t`New token`}
          question={t`The token that is in use stops working at once.`}
          done={t`The new token works.`}
          deed={async () => {
            const answer = (await request('POST', `${monitoring}/token`)) as { token: string };
            setToken(answer.token);
          }}
          changes={[]}
        />
      }
    >
      {token === undefined ? (
        <Text size="sm">{t`Make a token to see the address.`}</Text>
      ) : (
        <Stack gap="xs">
          <Text size="sm">{t`Copy it now: it is not shown again.`}</Text>
          <Copyable value={address} />
        </Stack>
      )}
    </Section>
  );
}
