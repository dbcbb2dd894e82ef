import {
  admitPeer,
  answerPeer,
  callerOf,
  issuePeerToken,
  type OutputOf,
  type ParsedInputOf,
  peers as questions,
} from '@helpmesh/contracts';
import { type Clock, epochMs, isoTime } from '@helpmesh/kernel';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { CLOCK } from '@helpmesh/service-kit';
import { Controller, Inject } from '@nestjs/common';
import { PeerDoor } from '../application/door/peer-door.ts';
import { ManagePeers, type ShownPeer } from '../application/manage-peers.ts';
import { IssuePeerTokens } from '../application/sign-in/issue-peer-tokens.ts';
import { type OwnKey, OwnKeys } from '../application/sign-in/own-keys.ts';
import { ManageWebhooks, webhookBody } from '../application/webhooks/manage-webhooks.ts';

type Input<Name extends keyof typeof questions> = ParsedInputOf<(typeof questions)[Name]>;

const DEFAULT_PAGE = 100;
const MAX_PAGE = 500;
const CALLS_PER_MINUTE = 6_000;

/** Questions of administrators about peers, and those of the peers themselves. */
@Controller()
export class PeerAnswers {
  constructor(
    private readonly peers: ManagePeers,
    private readonly door: PeerDoor,
    private readonly tokens: IssuePeerTokens,
    private readonly ownKeys: OwnKeys,
    private readonly webhooks: ManageWebhooks,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Answers(answerPeer)
  answer(_ctx: RpcContext, input: ParsedInputOf<typeof answerPeer>) {
    return this.door.answer(input);
  }

  @Answers(admitPeer)
  admit(_ctx: RpcContext, { token }: ParsedInputOf<typeof admitPeer>) {
    return this.door.admit(token);
  }

  @Answers(issuePeerToken)
  issueToken(_ctx: RpcContext, input: ParsedInputOf<typeof issuePeerToken>) {
    return this.tokens.run(input);
  }

  @Answers(questions.list)
  async list({ actor }: RpcContext, { query }: Input<'list'>) {
    const { limit, offset } = pageOf(query);
    return (await this.peers.list(actor, limit, offset)).map((peer) => this.shown(peer));
  }

  @Answers(questions.get)
  async get({ actor }: RpcContext, { params }: Input<'get'>) {
    return this.shown(await this.peers.get(actor, params.id));
  }

  @Answers(questions.create)
  async create(ctx: RpcContext, { body }: Input<'create'>) {
    const { name, node, paused = false, calls_per_minute: callsPerMinute = CALLS_PER_MINUTE } = body;
    const draft = { name: name.trim(), node, paused, callsPerMinute, byKey: body.by_key ?? false };
    return this.shown(await this.peers.create(callerIn(ctx), draft));
  }

  @Answers(questions.update)
  async update(ctx: RpcContext, { params, body }: Input<'update'>) {
    const { name, node, paused, calls_per_minute: callsPerMinute, by_key: byKey } = body;
    const change = {
      ...(name !== undefined && { name: name.trim() }),
      ...(node !== undefined && { node }),
      ...(paused !== undefined && { paused }),
      ...(callsPerMinute !== undefined && { callsPerMinute }),
      ...(byKey !== undefined && { byKey }),
    };
    return this.shown(await this.peers.update(callerIn(ctx), params.id, change));
  }

  @Answers(questions.delete)
  async remove(ctx: RpcContext, { params }: Input<'delete'>) {
    await this.peers.remove(callerIn(ctx), params.id);
    return {};
  }

  @Answers(questions.keepToken)
  async keepToken(ctx: RpcContext, { params, body }: Input<'keepToken'>) {
    return this.shown(await this.peers.keepToken(callerIn(ctx), params.id, body.token));
  }

  @Answers(questions.makeToken)
  async makeToken(ctx: RpcContext, { params }: Input<'makeToken'>) {
    return { token: await this.peers.makeToken(callerIn(ctx), params.id) };
  }

  @Answers(questions.removeToken)
  async removeToken(ctx: RpcContext, { params }: Input<'removeToken'>) {
    await this.peers.removeToken(callerIn(ctx), params.id, params.token_id);
    return {};
  }

  @Answers(questions.trustKeys)
  async trustKeys(ctx: RpcContext, { params, body }: Input<'trustKeys'>) {
    return this.shown(await this.peers.trustKeys(callerIn(ctx), params.id, body));
  }

  @Answers(questions.ownKeys)
  async listKeys({ actor }: RpcContext) {
    return this.shownKeys(await this.ownKeys.list(actor));
  }

  @Answers(questions.rotateKeys)
  async rotateKeys(ctx: RpcContext, { body }: Input<'rotateKeys'>) {
    return this.shownKeys(await this.ownKeys.rotate(callerIn(ctx), body?.at_once ?? false));
  }

  @Answers(questions.webhooks)
  async listWebhooks({ actor }: RpcContext, { params }: Input<'webhooks'>) {
    return (await this.webhooks.listFor(actor, params.id)).map((hook) => {
      const { id, url, description, status, reason, waiting, failingSince, nextTryAt, createdAt } = webhookBody(hook);
      const times = { failing_since: failingSince, next_try_at: nextTryAt, created_at: createdAt };
      return { ...{ id, url, description, status, reason, waiting }, ...times };
    });
  }

  @Answers(questions.removeWebhook)
  async removeWebhook(ctx: RpcContext, { params }: Input<'removeWebhook'>) {
    await this.webhooks.removeFor(callerIn(ctx), params.id, params.webhook_id);
    return {};
  }

  @Answers(questions.replay)
  async replay(ctx: RpcContext, { params, body }: Input<'replay'>) {
    return { tickets: await this.peers.replay(callerIn(ctx), params.id, body?.compare ?? false) };
  }

  @Answers(questions.tickets)
  async tickets({ actor }: RpcContext, { params, query }: Input<'tickets'>) {
    const { limit, offset } = pageOf(query);
    const rows = await this.peers.waiting(actor, params.id, limit, offset);
    return rows.map(({ ticketId, remoteNumber, remoteUrl, dueAt, waitingSince, ...row }) => ({
      ...row,
      ...{ ticket_id: ticketId, remote_number: remoteNumber, remote_url: remoteUrl },
      ...{ due_at: iso(dueAt), waiting_since: iso(waitingSince) },
    }));
  }

  @Answers(questions.wishes)
  async wishes({ actor }: RpcContext, { params, query }: Input<'wishes'>) {
    const { limit, offset } = pageOf(query);
    const rows = await this.peers.wishes(actor, params.id, limit, offset);
    return rows.map(({ id, ticketId, remoteNumber, field, createdAt }) => ({
      ...{ id, ticket_id: ticketId, remote_number: remoteNumber, field, created_at: createdAt.toISOString() },
    }));
  }

  @Answers(questions.offers)
  async offers({ actor }: RpcContext, { params, query }: Input<'offers'>) {
    const { limit, offset } = pageOf(query);
    const rows = await this.peers.waitingOffers(actor, params.id, limit, offset);
    return rows.map(({ ticketId, remoteNumber, outgoing, reason, offeredAt, dueAt }) => ({
      ...{ ticket_id: ticketId, remote_number: remoteNumber, direction: outgoing ? ('out' as const) : ('in' as const) },
      ...{ reason, offered_at: offeredAt.toISOString(), due_at: iso(dueAt) },
    }));
  }

  @Answers(questions.test)
  test({ actor, signal }: RpcContext, { params }: Input<'test'>) {
    return this.peers.test(actor, params.id, signal);
  }

  @Answers(questions.showSwitch)
  async showSwitch({ actor }: RpcContext) {
    return { stopped: await this.peers.isStopped(actor) };
  }

  @Answers(questions.turnSwitch)
  async turnSwitch(ctx: RpcContext, { body }: Input<'turnSwitch'>) {
    return { stopped: await this.peers.turn(callerIn(ctx), body.stopped) };
  }

  private shownKeys(keys: readonly OwnKey[]): OutputOf<typeof questions.ownKeys> {
    return {
      jwks_url: this.ownKeys.address,
      keys: keys.map(({ kid, signsFrom, endsAt, createdAt }) => ({
        ...{ kid, signs_from: isoTime(signsFrom), ends_at: endsAt && isoTime(endsAt), created_at: isoTime(createdAt) },
      })),
    };
  }

  private shown(peer: ShownPeer): OutputOf<typeof questions.create> {
    const waited = peer.waitingSince ? this.clock.now() - epochMs(peer.waitingSince.getTime()) : 0;
    return {
      ...{ id: peer.id, name: peer.name, node: peer.node, paused: peer.paused, has_token: peer.token !== null },
      by_key: peer.byKey,
      keys: { from: peer.keySource, url: peer.keyUrl, kids: peer.keySet?.map(({ kid }) => kid) ?? [] },
      ...{ calls_per_minute: peer.callsPerMinute, queued_in: peer.queuedIn, queued_out: peer.queuedOut },
      ...{ last_success_at: iso(peer.lastSuccessAt), failing_since: iso(peer.failingSince) },
      ...{ last_error: peer.lastError, tickets: peer.tickets, waiting: peer.waiting, failing: peer.failing },
      ...{ wishes: peer.wishes, erasures: peer.erasures, software: peer.software },
      lag_seconds: Math.max(0, Math.round(waited / 1000)),
      tokens: peer.tokens.map(({ id, createdAt, usedAt }) => ({
        ...{ id, created_at: new Date(createdAt).toISOString() },
        used_at: usedAt && new Date(usedAt).toISOString(),
      })),
      ...{ created_by_id: peer.createdById, updated_by_id: peer.updatedById },
      ...{ created_at: peer.createdAt.toISOString(), updated_at: peer.updatedAt.toISOString() },
    };
  }
}

function pageOf({ per_page: perPage, limit: given, page = 1 }: Input<'list'>['query']) {
  const limit = Math.min(perPage ?? given ?? DEFAULT_PAGE, MAX_PAGE);
  return { limit, offset: (page - 1) * limit };
}

/** The actor, and where the wish came from: the audit log tells it. */
function callerIn(ctx: RpcContext) {
  return ctx.actor && callerOf(ctx.actor, ctx);
}

function iso(at: Date | null): string | null {
  return at ? at.toISOString() : null;
}
