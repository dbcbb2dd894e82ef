import { Trans, useLingui } from '@lingui/react/macro';
import { Anchor, Button, Group, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { withTexts } from '../../../app/i18n.ts';
import { Ago } from '../../../ui/ago.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { customFieldsQuery } from '../../custom/queries.ts';
import { type ImpactAttribute, ImpactLine } from '../../impact/impact-line.tsx';
import { priorityLabel, stateLabel } from '../labels.ts';
import { type HistoryEntry, historyQuery } from '../queries.ts';
import classes from './side-panel.module.css';

const Why = lazy(() => withTexts(() => import('../../rules/why.tsx')).then((file) => ({ default: file.Why })));

const isOfImpact = (attribute: string): attribute is ImpactAttribute =>
  ['impact', 'urgency', 'original_priority', 'priority_overridden'].includes(attribute);

const shortLength = 6;

/** Newest first: what people look for is the last change. */
export function TicketHistory({ ticketId }: { ticketId: number }) {
  const { t } = useLingui();
  const [all, setAll] = useState(false);
  // An entry that is asked about, null for all that rules did; undefined: nothing is.
  const [why, setWhy] = useState<number | null>();
  const { data, isPending, error, refetch } = useQuery(historyQuery(ticketId));
  if (isPending) return <Skeleton height={80} />;
  if (error) return <Failed error={error} onRetry={() => void refetch()} />;
  const entries = data.entries.toReversed();
  const people = (data.assets.User ?? {}) as Record<string, { firstname?: string; lastname?: string; login?: string }>;
  const nameById = (id: number | undefined) => {
    const person = id === undefined ? undefined : people[id];
    return person ? `${person.firstname ?? ''} ${person.lastname ?? ''}`.trim() || (person.login ?? '') : '';
  };
  return (
    <>
      <ol className={classes.history} reversed>
        {entries.slice(0, all ? undefined : shortLength).map((entry) => {
          const name = nameById(entry.created_by_id);
          return (
            <li key={entry.id}>
              <Line entry={entry} />
              <div className={classes.by}>
                {entry.sourceable_name === undefined ? (
                  name && name !== '-' && name
                ) : ['Sla', 'Peer'].includes(entry.sourceable_type ?? '') ? (
                  <Rule entry={entry} />
                ) : (
                  <Anchor component="button" type="button" inherit onClick={() => setWhy(entry.id)}>
                    <Rule entry={entry} />
                  </Anchor>
                )}
                {(entry.sourceable_name !== undefined || (name && name !== '-')) && ' · '}
                {entry.created_at && <Ago at={entry.created_at} />}
              </div>
            </li>
          );
        })}
      </ol>
      <Group gap={4}>
        {!all && entries.length > shortLength && (
          <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setAll(true)}>
            {t`Show the whole history`}
          </Button>
        )}
        <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setWhy(null)}>
          {t`What rules did here`}
        </Button>
      </Group>
      {why !== undefined && (
        <Suspense fallback={null}>
          <Why ticketId={ticketId} historyId={why} onClose={() => setWhy(undefined)} />
        </Suspense>
      )}
    </>
  );
}

/** What did it, when no person did. */
function Rule({ entry: { sourceable_type: type, sourceable_name: name } }: { entry: HistoryEntry }) {
  if (type === 'Trigger') return <Trans>by the trigger {name}</Trans>;
  if (type === 'Job') return <Trans>by the schedule {name}</Trans>;
  if (type === 'Peer') return <Trans>at the helpdesk {name}</Trans>;
  return <Trans>by the SLA {name}</Trans>;
}

function Line({ entry }: { entry: HistoryEntry }) {
  const { t, i18n } = useLingui();
  const { data: fields } = useQuery(customFieldsQuery);
  const attribute = entry.attribute ?? '';
  const custom = fields?.Ticket.find(({ name }) => name === attribute);
  const names: Record<string, string> = {
    state: t`State`,
    state_id: t`State`,
    priority: t`Priority`,
    priority_id: t`Priority`,
    group: t`Group`,
    group_id: t`Group`,
    owner: t`Owner`,
    owner_id: t`Owner`,
    title: t`Title`,
    customer: t`Customer`,
    customer_id: t`Customer`,
    organization: t`Organization`,
    organization_id: t`Organization`,
    pending_time: t`Pending until`,
    first_response: t`First response`,
    update: t`Update`,
    solution: t`Solution`,
    time_unit: t`Time spent`,
    rating: t`Rating`,
  };
  const value = (raw: string | null | undefined) => {
    if (raw === null || raw === undefined || raw === '' || raw === '-') return '–';
    if (attribute.startsWith('state')) return stateLabel(i18n, raw);
    if (attribute.startsWith('priority')) return priorityLabel(i18n, raw);
    if (attribute === 'pending_time' || custom?.data_type === 'datetime') return <Ago at={raw} />;
    return raw;
  };
  if (isOfImpact(attribute)) {
    return <ImpactLine attribute={attribute} from={entry.value_from} to={entry.value_to} />;
  }
  if (attribute.startsWith('checklist')) return <ChecklistLine entry={entry} />;
  if (attribute === 'time_unit') {
    const { value_to: added, value_from: gone } = entry;
    if (entry.type === 'added') return <Trans>Time spent: {added}</Trans>;
    if (entry.type === 'removed') return <Trans>Time taken back: {gone}</Trans>;
  }
  if (entry.type === 'created') {
    return entry.object === 'Ticket' ? <Trans>Ticket created</Trans> : <Trans>Message added</Trans>;
  }
  if (entry.type === 'email' || entry.type === 'notification') return <Trans>Mail sent: {entry.value_to}</Trans>;
  if (attribute === 'tag') {
    if (entry.type === 'added') return <Trans>Tag added: {entry.value_to}</Trans>;
    return <Trans>Tag removed: {entry.value_from}</Trans>;
  }
  if (attribute === 'link' || attribute === 'merge' || attribute === 'move') return <TieLine entry={entry} />;
  if (entry.type === 'escalation') return <Trans>Escalated: {names[attribute]}</Trans>;
  if (entry.type === 'escalation_warning') return <Trans>Due soon: {names[attribute]}</Trans>;
  if (entry.type === 'removed') return <Trans>Message deleted</Trans>;
  if (attribute === '') return <>{entry.type}</>;
  return (
    <>
      {names[attribute] ?? custom?.display ?? attribute}: <span className={classes.by}>{value(entry.value_from)}</span>{' '}
      → {value(entry.value_to)}
    </>
  );
}

function ChecklistLine({ entry: { attribute, type, value_from: from, value_to: to } }: { entry: HistoryEntry }) {
  if (attribute === 'checklist') {
    if (type === 'created') return <Trans>Checklist added</Trans>;
    if (type === 'removed') return <Trans>Checklist deleted</Trans>;
    return <Trans>Checklist renamed: {to}</Trans>;
  }
  if (type === 'checklist_item_checked')
    return to === 'true' ? <Trans>Done: {from}</Trans> : <Trans>Not done: {from}</Trans>;
  if (type === 'added') return <Trans>To do: {to}</Trans>;
  if (type === 'removed') return <Trans>No longer to do: {from}</Trans>;
  return (
    <Trans>
      To do: {from} → {to}
    </Trans>
  );
}

/** Of a ticket that this person may not see there is no number. */
function TieLine({ entry }: { entry: HistoryEntry }) {
  const { t } = useLingui();
  const number = entry.value_to ?? entry.value_from;
  const other = number ? `#${number}` : t`another ticket`;
  if (entry.type === 'merged_into') return <Trans>Merged into {other}</Trans>;
  if (entry.type === 'received_merge') return <Trans>Took in {other}</Trans>;
  if (entry.type === 'moved_away') return <Trans>Message moved to {other}</Trans>;
  if (entry.type === 'moved_here') return <Trans>Message came from {other}</Trans>;
  if (entry.type === 'merge_undone') return <Trans>Merge with {other} undone</Trans>;
  if (entry.type === 'added') return <Trans>Linked with {other}</Trans>;
  return <Trans>No longer linked with {other}</Trans>;
}
