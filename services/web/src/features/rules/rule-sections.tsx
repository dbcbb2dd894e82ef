import { Trans, useLingui } from '@lingui/react/macro';
import { Badge, Button, Center, Skeleton, Text } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Ago } from '../../ui/ago.tsx';
import { Item, ItemList, Section } from '../../ui/section.tsx';
import { Failed } from '../../ui/state-messages.tsx';
import classes from '../admin/components/admin-page.module.css';
import { customFieldsQuery } from '../custom/queries.ts';
import { priorityLabel, stateLabel } from '../tickets/labels.ts';
import { actionLabels, causeLabels, outcomeLabels, recipientLabels } from './labels.ts';
import type { ActionName } from './perform.ts';
import {
  type ObjectProspect,
  type Prospect,
  type RuleKind,
  type RuleRun,
  runsQuery,
  webhooksLookupQuery,
} from './queries.ts';

/** What an action is called; custom attributes by their names. */
export function useActionLabel(): (name: string) => string {
  const { t, i18n } = useLingui();
  const { data } = useQuery(customFieldsQuery);
  return (name) => {
    if (name === '*') return t`Everything`;
    // History and previews write the names of fields without their ids.
    const label = actionLabels[name as ActionName] ?? actionLabels[`${name}_id` as ActionName];
    if (label) return i18n._(label);
    const own = name.replace(/^ticket\./, '');
    return data?.Ticket.find((field) => field.name === own)?.display ?? own;
  };
}

export function useCauseLabel(): (cause: string) => string {
  const { i18n } = useLingui();
  return (cause) => {
    const label = causeLabels[cause];
    return label ? i18n._(label) : cause;
  };
}

function TicketName({ ticket }: { ticket: RuleRun['ticket'] }) {
  const { t } = useLingui();
  if (!ticket) return <Text span c="dimmed">{t`A ticket that is gone, or that you may not see`}</Text>;
  return (
    <Link to="/tickets/$id" params={{ id: String(ticket.id) }} className={classes.link}>
      {`#${ticket.number} ${ticket.title}`}
    </Link>
  );
}

/** For which tickets a rule would do something, and what. */
export function Prospects({ examples }: { examples: readonly Prospect[] }) {
  const { t } = useLingui();
  const causeLabel = useCauseLabel();
  if (examples.length === 0) return null;
  return (
    <ItemList label={t`Tickets it would be for`}>
      {examples.map((example, i) => (
        <Item
          // biome-ignore lint/suspicious/noArrayIndexKey: one ticket may be there for several of its events
          key={i}
          what={<TicketName ticket={example.ticket} />}
          facts={
            <>
              {example.at && (
                <>
                  {causeLabel(example.cause)} · <Ago at={example.at} />
                </>
              )}
              <ul className={classes.changes}>
                {example.would.length === 0 && <li>{t`Nothing would change.`}</li>}
                {example.would.map((deed, n) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: two tags are two deeds of one name
                  <li key={n}>
                    <WouldDo deed={deed} />
                  </li>
                ))}
              </ul>
            </>
          }
        />
      ))}
    </ItemList>
  );
}

/** The same of people and organizations. */
export function ObjectProspects({ examples }: { examples: readonly ObjectProspect[] }) {
  const { t } = useLingui();
  if (examples.length === 0) return null;
  return (
    <ItemList label={t`What it would be for`}>
      {examples.map(({ object, would }) => (
        <Item
          key={object.id}
          what={<ObjectName object={object} />}
          facts={
            <ul className={classes.changes}>
              {would.length === 0 && <li>{t`Nothing would change.`}</li>}
              {would.map((deed) => (
                <li key={deed.action}>
                  <WouldDo deed={deed} />
                </li>
              ))}
            </ul>
          }
        />
      ))}
    </ItemList>
  );
}

function ObjectName({ object: { type, id, label } }: Pick<ObjectProspect, 'object'>) {
  return type === 'User' ? (
    <Link to="/people/$id" params={{ id: String(id) }}>
      {label}
    </Link>
  ) : (
    <Link to="/organizations/$id" params={{ id: String(id) }}>
      {label}
    </Link>
  );
}

function WouldDo({ deed: { action, from, to } }: { deed: Prospect['would'][number] }) {
  const { t, i18n } = useLingui();
  const actionLabel = useActionLabel();
  const { data: webhooks = [] } = useQuery({ ...webhooksLookupQuery, enabled: action === 'notification.webhook' });
  const told = (value: unknown): string => {
    if (value === null || value === undefined || value === '') return '–';
    if (action === 'ticket.state_id') return stateLabel(i18n, String(value));
    if (action === 'ticket.priority_id') return priorityLabel(i18n, String(value));
    if (action === 'notification.webhook') return webhooks.find(({ id }) => id === value)?.name ?? `#${String(value)}`;
    if (typeof value !== 'string') return JSON.stringify(value);
    return action === 'notification.email' ? value.replaceAll(/\w+/g, recipient) : value;
  };
  const recipient = (word: string) => {
    const label = Object.hasOwn(recipientLabels, word) ? recipientLabels[word] : undefined;
    return label ? i18n._(label) : word;
  };
  const name = actionLabel(action);
  if (action === 'ticket.action' || action === 'user.action') return <>{name}</>;
  if (action === 'ticket.tags') return <>{from === null ? t`Tag added: ${told(to)}` : t`Tag removed: ${told(from)}`}</>;
  return (
    <>
      {name}: {from !== undefined && `${told(from)} → `}
      {told(to)}
    </>
  );
}

/** What a rule did, and what was held back, newest first. */
export function RunLog({ kind, id }: { kind: RuleKind; id: number }) {
  const { t } = useLingui();
  const log = useInfiniteQuery(runsQuery(kind, id));
  const runs = log.data?.pages.flatMap((page) => page.runs);
  return (
    <Section
      title={t`What it did`}
      action={
        <Button variant="default" size="compact-sm" loading={log.isRefetching} onClick={() => void log.refetch()}>
          {t`Look again`}
        </Button>
      }
    >
      {log.error ? (
        <Failed error={log.error} onRetry={() => void log.refetch()} />
      ) : !runs ? (
        <Skeleton height={56} aria-label={t`Loading`} />
      ) : runs.length === 0 ? (
        <Text size="sm">{t`Nothing yet. Only the runs that the log keeps are shown.`}</Text>
      ) : (
        <ItemList label={t`What it did`}>
          {runs.map((run) => (
            <Run key={run.id} run={run} />
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
    </Section>
  );
}

function Run({ run }: { run: RuleRun }) {
  const { i18n } = useLingui();
  const causeLabel = useCauseLabel();
  return (
    <Item
      what={run.object ? <ObjectName object={run.object} /> : <TicketName ticket={run.ticket} />}
      facts={
        <>
          {causeLabel(run.cause)} · <Ago at={run.at} />
          <Deeds run={run} />
        </>
      }
    >
      <Badge size="sm" variant={run.outcome === 'done' ? 'light' : 'default'}>
        {i18n._(outcomeLabels[run.outcome])}
      </Badge>
    </Item>
  );
}

/** What a run did, what it left out and why, and which rules came before it. */
export function Deeds({ run: { did, held_back: heldBack, chain } }: { run: RuleRun }) {
  const { i18n } = useLingui();
  const actionLabel = useActionLabel();
  const deeds = new Intl.ListFormat(i18n.locale).format([...new Set(did.map(actionLabel))]);
  const path = chain.slice(0, -1).join(' → ');
  return (
    <ul className={classes.changes}>
      {did.length > 0 && (
        <li>
          <Trans>Done: {deeds}</Trans>
        </li>
      )}
      {heldBack.map(({ action, why }) => (
        <li key={`${action} ${why}`}>
          <Trans>
            Held back: {actionLabel(action)}. {why}
          </Trans>
        </li>
      ))}
      {chain.length > 1 && (
        <li>
          <Trans>After: {path}</Trans>
        </li>
      )}
    </ul>
  );
}
