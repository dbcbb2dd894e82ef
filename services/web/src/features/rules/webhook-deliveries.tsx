import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Badge, Button, Center, Code, Group, Modal, Select, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../app/api.ts';
import { Ago } from '../../ui/ago.tsx';
import { notifyDone, notifyProblem } from '../../ui/notify.tsx';
import { Item, ItemList, Section } from '../../ui/section.tsx';
import { Failed } from '../../ui/state-messages.tsx';
import { readAnew } from '../admin/queries.ts';
import classes from './webhook-deliveries.module.css';
import { type Delivery, type DeliveryState, deliveriesQuery, deliveryQuery, underWay } from './webhook-queries.ts';

const stateLabels: Record<DeliveryState, MessageDescriptor> = {
  queued: msg`Waiting`,
  calling: msg`Being called`,
  delivered: msg`Delivered`,
  deferred: msg`To be tried again`,
  failed: msg`Failed`,
};

function StateMark({ state }: { state: DeliveryState }) {
  const { i18n } = useLingui();
  return (
    <Badge size="sm" variant={state === 'delivered' ? 'light' : 'default'}>
      {i18n._(stateLabels[state])}
    </Badge>
  );
}

interface Props {
  webhookId: number;
  /** The call that is looked at; null: none. */
  shown: string | null;
  onShow: (id: string | null) => void;
}

/** Calls of a webhook, newest first; each with what was sent and what came back. */
export function Deliveries({ webhookId, shown, onShow }: Props) {
  const { t, i18n } = useLingui();
  const [state, setState] = useState<DeliveryState | null>(null);
  const log = useInfiniteQuery(deliveriesQuery(webhookId, state));
  const calls = log.data?.pages.flat();
  return (
    <Section
      title={t`Calls`}
      action={
        <Group gap="xs">
          <Select
            aria-label={t`State`}
            size="xs"
            placeholder={t`All`}
            clearable
            clearButtonProps={{ 'aria-label': t`All` }}
            data={Object.entries(stateLabels).map(([value, label]) => ({ value, label: i18n._(label) }))}
            value={state}
            onChange={(value) => setState(value as DeliveryState | null)}
          />
          <Button variant="default" size="compact-sm" loading={log.isRefetching} onClick={() => void log.refetch()}>
            {t`Look again`}
          </Button>
        </Group>
      }
    >
      {log.error ? (
        <Failed error={log.error} onRetry={() => void log.refetch()} />
      ) : !calls ? (
        <Skeleton height={56} aria-label={t`Loading`} />
      ) : calls.length === 0 ? (
        <Text size="sm">{state ? t`No call is in this state.` : t`It was not called yet.`}</Text>
      ) : (
        <ItemList label={t`Calls`}>
          {calls.map((one) => (
            <Call key={one.id} delivery={one} onShow={() => onShow(one.id)} />
          ))}
        </ItemList>
      )}
      {log.hasNextPage && (
        <Center mt="sm">
          <Button variant="default" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
            {t`Show more`}
          </Button>
        </Center>
      )}
      <Modal
        opened={shown !== null}
        onClose={() => onShow(null)}
        title={t`One call`}
        size="lg"
        closeButtonProps={{ 'aria-label': t`Close` }}
      >
        {shown !== null && <OneCall key={shown} id={shown} />}
      </Modal>
    </Section>
  );
}

function Call({ delivery, onShow }: { delivery: Delivery; onShow: () => void }) {
  const { t } = useLingui();
  const { kind, rule, ticket_id: ticketId, state, attempts, status, error, created_at: at } = delivery;
  const what = kind === 'test' ? t`Test call` : rule;
  return (
    <Item
      what={
        <>
          {what}
          {ticketId !== null && kind !== 'test' && (
            <>
              {' · '}
              <Link to="/tickets/$id" params={{ id: String(ticketId) }} className={classes.link}>
                {t`the ticket`}
              </Link>
            </>
          )}
        </>
      }
      facts={
        <>
          <Ago at={at} />
          {' · '}
          <Plural value={attempts} one="# try" other="# tries" />
          {status !== null && ` · ${t`answer ${status}`}`}
          {error && ` · ${error}`}
        </>
      }
    >
      <Group gap="xs" justify="flex-end">
        <StateMark state={state} />
        <Button size="compact-sm" variant="default" onClick={onShow}>
          {t`Show`}
        </Button>
      </Group>
    </Item>
  );
}

function OneCall({ id }: { id: string }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const { data, error, refetch } = useQuery(deliveryQuery(id));
  const replay = useMutation({
    mutationFn: () => call('replayWebhookDelivery', { params: { id } }),
    onSuccess: () => notifyDone(t`It is called once more.`),
    onError: (problem) => notifyProblem(i18n, t`It was not called`, problem),
    onSettled: () => readAnew(cache, ['webhooks']),
  });
  if (error) return <Failed error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height={160} aria-label={t`Loading`} />;
  const { next_attempt_at: next } = data;
  return (
    <Stack>
      <Group justify="space-between" role="status">
        <Group gap="xs">
          <StateMark state={data.state} />
          {next && data.state === 'deferred' && (
            <Text size="sm" c="dimmed">
              <Trans>
                next try <Ago at={next} />
              </Trans>
            </Text>
          )}
        </Group>
        <Button
          variant="default"
          size="compact-sm"
          disabled={underWay(data.state)}
          loading={replay.isPending}
          onClick={() => replay.mutate()}
        >
          {t`Call once more`}
        </Button>
      </Group>
      <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        <Trans>
          Delivery {data.id}; it stays the same in all tries, so a receiver can tell them from another call.
        </Trans>
      </Text>
      <div>
        <Title order={3} size="h5" mb={4}>
          {t`What is sent`}
        </Title>
        <Shown text={pretty(data.body)} label={t`What is sent`} />
      </div>
      {data.log.map((one) => (
        <section key={one.attempt} aria-label={t`Try ${one.attempt}`}>
          <Group gap="xs" mb={4}>
            <Title order={3} size="h5">
              {t`Try ${one.attempt}`}
            </Title>
            <Text size="sm" c="dimmed">
              <Ago at={one.at} />
              {` · ${new Intl.NumberFormat(i18n.locale).format(one.duration_ms)} ms`}
              {one.status !== null && ` · ${t`answer ${one.status}`}`}
              {one.error && ` · ${one.error}`}
            </Text>
          </Group>
          <Shown
            label={t`Request of try ${one.attempt}`}
            text={`${one.request.method.toUpperCase()} ${one.request.endpoint}\n${headersOf(one.request.headers)}`}
          />
          {one.status !== null && (
            <Shown
              label={t`Answer to try ${one.attempt}`}
              text={`${headersOf(one.response_headers)}\n\n${one.response_body}`.trim()}
            />
          )}
        </section>
      ))}
    </Stack>
  );
}

/** Text that is scrolled by the keyboard as well. */
function Shown({ text, label }: { text: string; label: string }) {
  return (
    <Code block component="section" aria-label={label} tabIndex={0} mah={220} mt={6} className={classes.text}>
      {text}
    </Code>
  );
}

const headersOf = (headers: Record<string, string>) =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
