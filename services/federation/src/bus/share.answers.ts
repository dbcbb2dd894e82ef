import {
  type FederationDetails,
  type FederationHandover,
  type OutputOf,
  type ParsedInputOf,
  shares as questions,
} from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { TicketShares } from '../application/ticket-shares.ts';

type Input<Name extends keyof typeof questions> = ParsedInputOf<(typeof questions)[Name]>;
type Share = Awaited<ReturnType<TicketShares['show']>>['shares'][number];
type Details = NonNullable<OutputOf<typeof questions.ofTicket>['details']>;
type Shown = OutputOf<typeof questions.ofTicket>['shares'][number];

/** Questions of agents about a ticket that others have too. */
@Controller()
export class ShareAnswers {
  constructor(private readonly shares: TicketShares) {}

  @Answers(questions.status)
  status({ actor }: RpcContext) {
    return this.shares.status(actor);
  }

  @Answers(questions.ofTicket)
  async ofTicket({ actor }: RpcContext, { params }: Input<'ofTicket'>) {
    const { shares, worksHere, maySync, handover, giver, node, dueAt, details } = await this.shares.show(
      actor,
      params.id,
    );
    const called = (at: string) => shares.find((share) => share.node === at)?.peer ?? new URL(at).host;
    return {
      ...{ shares: shares.map(shown), works_here: worksHere, may_sync: maySync },
      handover: handover && { ...said(handover, node, called), due_at: dueAt?.toISOString() ?? null },
      returns_to: giver === null ? null : called(giver),
      details: details && toldOf(details, called),
    };
  }

  @Answers(questions.handOver)
  async handOver({ actor }: RpcContext, { params, body }: Input<'handOver'>) {
    await this.shares.offer(actor, params.id, body.peer_id, body.reason ?? '');
    return {};
  }

  @Answers(questions.answerHandOver)
  async answerHandOver({ actor }: RpcContext, { params, body }: Input<'answerHandOver'>) {
    await this.shares.answer(actor, params.id, body.status, body.reason ?? '');
    return {};
  }

  @Answers(questions.sync)
  async sync({ actor }: RpcContext, { params }: Input<'sync'>) {
    return { helpdesks: await this.shares.compare(actor, params.id) };
  }

  @Answers(questions.dismissWish)
  async dismissWish({ actor }: RpcContext, { params }: Input<'dismissWish'>) {
    await this.shares.dismiss(actor, params.id, params.wish_id);
    return {};
  }
}

function said({ from, to, ...word }: FederationHandover, self: string, called: (node: string) => string) {
  const direction = to === self ? ('in' as const) : from === self ? ('out' as const) : ('elsewhere' as const);
  const { status, reason, answer, at } = word;
  return {
    ...{ status, direction, reason, answer, at: new Date(at).toISOString() },
    from: called(from),
    to: called(to),
  };
}

function toldOf(details: FederationDetails, called: (node: string) => string): Details {
  const { node, group, service, impact, urgency, firstResponseDue, solutionDue } = details;
  const due = { first_response_due: firstResponseDue, solution_due: solutionDue };
  return { helpdesk: called(node), group, service, impact, urgency, ...due };
}

function shown(share: Share): Shown {
  const { peerId, peer, remoteNumber, remoteUrl, error, endedWhy, wishes } = share;
  const { state, since } = standing(share);
  return {
    ...{ peer_id: peerId, peer, state, since: since?.toISOString() ?? null },
    ...{ error: state === 'failed' ? error : endedWhy, remote_number: remoteNumber, remote_url: remoteUrl },
    works_on_it: share.worksOnIt && state !== 'ended',
    away_since: share.awaySince?.toISOString() ?? null,
    wishes: wishes.map(({ createdAt, ...wish }) => ({ ...wish, created_at: new Date(createdAt).toISOString() })),
  };
}

/** How it stands at a helpdesk, and since when. */
function standing(share: Share): { state: Shown['state']; since: Date | null } {
  const { endedAt, dueAt, waitingSince, syncedAt, paused, failingSince, attempts, error } = share;
  if (endedAt) return { state: 'ended', since: endedAt };
  if (dueAt === null) return { state: 'synced', since: syncedAt };
  if (paused) return { state: 'paused', since: waitingSince };
  const failed = error !== null && (attempts > 0 || failingSince !== null);
  return { state: failed ? 'failed' : 'pending', since: waitingSince };
}
