import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Group, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Ago, useNow } from '../../../ui/ago.tsx';
import { notifyProblem } from '../../../ui/notify.tsx';
import { answerHandOver, type HandoverAnswer, type TicketShares } from '../shares.ts';
import classes from './ticket-shares.module.css';

interface Props {
  ticketId: number;
  shares: Pick<TicketShares, 'handover' | 'returns_to' | 'works_here' | 'may_sync'>;
  onSettled: () => unknown;
}

/** Who has offered a ticket to whom, what came of it, and what there is to answer. */
export function TicketHandover({ ticketId, shares, onSettled }: Props) {
  const { t, i18n } = useLingui();
  const { handover, returns_to, may_sync } = shares;
  const [asked, setAsked] = useState<'rejected' | 'returned'>();
  const { mutate, isPending } = useMutation({
    mutationFn: (answer: HandoverAnswer) => answerHandOver(ticketId, answer),
    onSuccess: () => setAsked(undefined),
    onError: (problem) => notifyProblem(i18n, t`Nothing was changed`, problem),
    onSettled,
  });
  const isOffered = handover?.status === 'offered';
  const mayAnswer = may_sync && isOffered && handover.direction === 'in';
  const mayWithdraw = may_sync && isOffered && handover.direction === 'out';
  const mayReturn = may_sync && !isOffered && returns_to !== null;
  if (!handover && !mayReturn) return null;
  return (
    <div className={classes.handover}>
      <div role="status">{handover && <Word shares={shares} />}</div>
      {asked ? (
        <ReasonForm
          label={asked === 'rejected' ? t`Why not?` : t`Why is it given back?`}
          action={asked === 'rejected' ? t`Do not accept` : t`Give back`}
          isPending={isPending}
          required
          onCancel={() => setAsked(undefined)}
          onSubmit={(reason) => mutate({ status: asked, reason })}
        />
      ) : (
        <Group gap={6}>
          {mayAnswer && (
            <>
              <Button size="compact-sm" loading={isPending} onClick={() => mutate({ status: 'accepted' })}>
                {t`Accept the ticket`}
              </Button>
              <Button size="compact-sm" variant="default" onClick={() => setAsked('rejected')}>
                {t`Do not accept`}
              </Button>
            </>
          )}
          {mayWithdraw && (
            <Button
              size="compact-sm"
              variant="default"
              loading={isPending}
              onClick={() => mutate({ status: 'withdrawn' })}
            >
              {t`Withdraw the offer`}
            </Button>
          )}
          {mayReturn && (
            <Button size="compact-sm" variant="default" onClick={() => setAsked('returned')}>
              {t`Give back to ${returns_to}`}
            </Button>
          )}
        </Group>
      )}
    </div>
  );
}

function Word({ shares: { handover, works_here } }: Pick<Props, 'shares'>) {
  const { t } = useLingui();
  const now = useNow();
  if (!handover) return null;
  const { status, direction, from, to, reason, answer, at, due_at } = handover;
  const words = {
    in: {
      offered: t`${from} wants to hand this ticket over to you.`,
      accepted: works_here ? t`Taken over from ${from}.` : t`Accepted. ${from} is being told.`,
      rejected: t`Not accepted; it stays with ${from}.`,
      returned: t`Given back to ${from}.`,
    },
    out: {
      offered: t`Offered to ${to}, which has not answered yet.`,
      ...{
        accepted: t`Handed over to ${to}.`,
        rejected: t`${to} has not accepted it.`,
        returned: t`${to} has given it back.`,
      },
    },
    elsewhere: {
      ...{ offered: t`${from} has offered it to ${to}.`, accepted: t`${from} has handed it over to ${to}.` },
      ...{ rejected: t`${to} has not accepted it from ${from}.`, returned: t`${to} has given it back to ${from}.` },
    },
  };
  return (
    <>
      <Text size="sm" fw={600}>
        {words[direction][status]}
      </Text>
      {[reason, answer].map(
        (said, i) =>
          said !== '' && (
            <Text
              key={i === 0 ? 'reason' : 'answer'}
              size="sm"
              style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-line' }}
            >
              {said}
            </Text>
          ),
      )}
      <Text size="sm" c="dimmed" component="div" mb={4}>
        <Trans>
          since <Ago at={at} />
        </Trans>
        {due_at && Date.parse(due_at) > now && (
          <>
            {' · '}
            <Trans>
              an answer is due <Ago at={due_at} />
            </Trans>
          </>
        )}
      </Text>
      {due_at && Date.parse(due_at) <= now && (
        <Text size="sm" c="red.9" component="div" mb={4}>
          <Trans>
            An answer was due <Ago at={due_at} />.
          </Trans>
        </Text>
      )}
    </>
  );
}

/** A sentence for the people at the other helpdesk. */
export function ReasonForm({
  label,
  action,
  isPending,
  required = false,
  onSubmit,
  onCancel,
}: {
  label: string;
  action: string;
  isPending: boolean;
  required?: boolean;
  onSubmit: (reason: string) => void;
  onCancel: () => void;
}) {
  const { t } = useLingui();
  const [reason, setReason] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit(reason.trim());
      }}
    >
      <Textarea
        label={label}
        description={t`The people there read it.`}
        size="xs"
        autosize
        minRows={2}
        maxLength={1000}
        required={required}
        data-autofocus
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Group gap={6} mt={6}>
        <Button type="submit" size="compact-sm" loading={isPending} disabled={required && reason.trim() === ''}>
          {action}
        </Button>
        <Button size="compact-sm" variant="default" onClick={onCancel}>
          {t`Cancel`}
        </Button>
      </Group>
    </form>
  );
}
