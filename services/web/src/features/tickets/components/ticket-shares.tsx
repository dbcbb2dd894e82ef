import { Trans, useLingui } from '@lingui/react/macro';
import { Anchor, Badge, Button, Group, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Fragment, type ReactNode, useState } from 'react';
import { Ago } from '../../../ui/ago.tsx';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import { problemText } from '../../../ui/problem.ts';
import { levelLabels } from '../../impact/labels.ts';
import {
  compareTicket,
  dismissWish,
  federationQuery,
  fieldLabels,
  fieldText,
  handOver,
  type TicketShares as Shares,
  ticketSharesQuery,
} from '../shares.ts';
import { ReasonForm, TicketHandover } from './ticket-handover.tsx';
import classes from './ticket-shares.module.css';

type Share = Shares['shares'][number];

const colors: Record<Share['state'], string> = {
  ...{ synced: 'mesh', pending: 'gray', failed: 'red', paused: 'gray', ended: 'gray' },
};

/** Who else has a ticket, how that stands, and what they want otherwise. */
export function TicketShares({ ticketId }: { ticketId: number }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const { data, error } = useQuery(ticketSharesQuery(ticketId));
  const { data: status } = useQuery(federationQuery);
  const again = () => cache.invalidateQueries({ queryKey: ticketSharesQuery(ticketId).queryKey });
  const compare = useMutation({
    mutationFn: () => compareTicket(ticketId),
    onSuccess: () => notifyDone(t`The ticket is being compared.`),
    onError: (problem) => notifyProblem(i18n, t`Nothing was changed`, problem),
    onSettled: again,
  });
  const dismiss = useMutation({
    mutationFn: (wish: number) => dismissWish(ticketId, wish),
    onSuccess: () => notifyDone(t`It stays as it is here.`),
    onError: (problem) => notifyProblem(i18n, t`Nothing was changed`, problem),
    onSettled: again,
  });
  const [taker, setTaker] = useState<number>();
  const give = useMutation({
    mutationFn: ({ peer_id, reason }: Pick<Share, 'peer_id'> & { reason: string }) =>
      handOver(ticketId, peer_id, reason),
    onSuccess: () => setTaker(undefined),
    onError: (problem) => notifyProblem(i18n, t`Nothing was changed`, problem),
    onSettled: again,
  });
  if (!data) {
    return (
      <Text size="sm" c="dimmed">
        {error ? problemText(i18n, error) : t`Loading`}
      </Text>
    );
  }
  const { shares, works_here, may_sync, handover, details } = data;
  const mayGive = may_sync && works_here && handover?.status !== 'offered';
  if (shares.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t`This ticket is here alone.`}
      </Text>
    );
  }
  return (
    <>
      {status?.stopped && (
        <Text size="sm" c="red.9" mb={8}>
          {t`Sending to other helpdesks is stopped.`}
        </Text>
      )}
      <TicketHandover ticketId={ticketId} shares={data} onSettled={again} />
      {details && <Elsewhere details={details} />}
      <ul className={classes.shares}>
        {shares.map((share) => (
          <li key={share.peer_id}>
            <OneShare
              share={share}
              {...(may_sync && { onDismiss: (wish: number) => dismiss.mutate(wish) })}
              {...(mayGive &&
                share.state !== 'ended' &&
                taker !== share.peer_id && { onHandOver: () => setTaker(share.peer_id) })}
            />
            {mayGive && taker === share.peer_id && (
              <ReasonForm
                label={t`Why to ${share.peer}? (optional)`}
                action={t`Offer the ticket`}
                isPending={give.isPending}
                onCancel={() => setTaker(undefined)}
                onSubmit={(reason) => give.mutate({ peer_id: share.peer_id, reason })}
              />
            )}
          </li>
        ))}
      </ul>
      {may_sync && shares.some(({ state }) => state !== 'ended') && (
        <Button size="compact-sm" variant="default" mt={8} loading={compare.isPending} onClick={() => compare.mutate()}>
          {t`Sync again`}
        </Button>
      )}
    </>
  );
}

/** What the helpdesk that works on it says of it in its own words: to know, and nothing to do here. */
function Elsewhere({ details }: { details: NonNullable<Shares['details']> }) {
  const { t, i18n } = useLingui();
  const { helpdesk, group, service, impact, urgency, first_response_due: first, solution_due: solution } = details;
  const all: [string, ReactNode][] = [
    [t`Group`, group],
    [t`Service`, service],
    [t`Impact`, impact && i18n._(levelLabels[impact])],
    [t`Urgency`, urgency && i18n._(levelLabels[urgency])],
    [t`First response due`, first && <Ago at={first} />],
    [t`Solution due`, solution && <Ago at={solution} />],
  ];
  const known = all.filter(([, value]) => value);
  if (known.length === 0) return null;
  return (
    <div className={classes.elsewhere}>
      <strong>{t`At ${helpdesk}`}</strong>
      <dl>
        {known.map(([what, value]) => (
          <Fragment key={what}>
            <dt>{what}</dt>
            <dd>{value}</dd>
          </Fragment>
        ))}
      </dl>
    </div>
  );
}

function OneShare({
  share,
  onDismiss,
  onHandOver,
}: {
  share: Share;
  onDismiss?: (wish: number) => void;
  onHandOver?: () => void;
}) {
  const { t, i18n } = useLingui();
  const { peer, state, since, error, remote_number, remote_url, works_on_it, wishes } = share;
  const states: Record<Share['state'], string> = {
    ...{ synced: t`Synced`, pending: t`On its way`, failed: t`Failed`, paused: t`Paused` },
    ended: t`Not shared any more`,
  };
  return (
    <>
      <Group gap={6}>
        <strong>{peer}</strong>
        <Badge size="sm" variant="light" color={colors[state]}>
          {states[state]}
        </Badge>
        {works_on_it && (
          <Badge size="sm" variant="outline" color="gray">
            {t`Works on it`}
          </Badge>
        )}
      </Group>
      <Text size="sm" c="dimmed" component="div">
        {since && (
          <Trans>
            since <Ago at={since} />
          </Trans>
        )}
        {remote_number && (
          <>
            {since && ' · '}
            {remote_url ? (
              <Anchor href={remote_url} target="_blank" rel="noreferrer" inherit>
                {t`there ${remote_number}`}
              </Anchor>
            ) : (
              t`there ${remote_number}`
            )}
          </>
        )}
      </Text>
      {error && (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {error}
        </Text>
      )}
      {onHandOver && (
        <Button size="compact-xs" variant="default" mt={4} aria-label={t`Hand over to ${peer}`} onClick={onHandOver}>
          {t`Hand over`}
        </Button>
      )}
      {wishes.map(({ id, field, theirs, ours }) => {
        const what = i18n._(fieldLabels[field]);
        return (
          <div key={id} className={classes.wish}>
            <dl>
              <dt>{t`${what}, there`}</dt>
              <dd>{fieldText(theirs)}</dd>
              <dt>{t`${what}, here`}</dt>
              <dd>{fieldText(ours)}</dd>
            </dl>
            {onDismiss && (
              <Button
                size="compact-xs"
                variant="default"
                aria-label={t`Keep ours: ${what}`}
                onClick={() => onDismiss(id)}
              >
                {t`Keep ours`}
              </Button>
            )}
          </div>
        );
      })}
    </>
  );
}
