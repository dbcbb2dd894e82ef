import { type Clock, epochMs, isoTime, uuidv7 } from '@helpmesh/kernel';
import { type SecretBox, type WebhookKey, WorkPool, webhookHeaders } from '@helpmesh/service-kit';
import { withSpan } from '@helpmesh/telemetry';
import type { DataSource } from 'typeorm';
import { toldAs } from '../../domain/sync/tombstone.ts';
import { outcomeOf } from '../../domain/webhook/outcome.ts';
import type { FederationEvents } from '../../events.ts';
import type { PeerWebhook, WebhookStore } from '../../persistence/webhook.store.ts';
import type { SyncSettings } from '../sync/ports.ts';
import { keysOf } from './keys.ts';
import type { WebhookReply, WebhookWire } from './ports.ts';

/** For a call, and what is written of it. */
const LEASE_MS = 60_000;
/** Before somebody else gets a turn. */
const MOST = 100;
const CONCURRENCY = 4;
const SWEEP_MS = 3_600_000;
const PING = 'eu.eosc.helpdesk.webhook.ping.v1';

/** A call that is to be made, and what follows when it was taken. */
interface Call {
  id: string;
  type: string;
  body: string;
  /** Undefined: a call that tells nothing. */
  cursor: number | undefined;
}

/**
 * Tells the addresses of peers what happens: each in order, one call at a time, at least once. A place in what the peer
 * was told moves on with each call that was taken, so that a process that dies tells the same again, under the same id.
 */
export class DeliverWebhooks {
  private readonly pool: WorkPool<{ id: string; lease: string }>;
  private sweptAt = 0;

  constructor(
    private readonly db: DataSource,
    private readonly store: WebhookStore,
    private readonly wire: Pick<WebhookWire, 'call'>,
    private readonly box: SecretBox,
    private readonly clock: Clock,
    private readonly settings: Pick<SyncSettings, 'node' | 'pollMs' | 'stopGraceMs'>,
    private readonly events: Pick<FederationEvents, 'webhookCalled' | 'webhookDisabled' | 'trouble'>,
  ) {
    const { pollMs, stopGraceMs } = settings;
    this.pool = new WorkPool({
      ...{ concurrency: CONCURRENCY, pollMs, stopGraceMs },
      claim: (limit) => this.claim(limit),
      work: (one, cutOff) =>
        withSpan('federation.webhook', { 'helpmesh.webhook': one.id }, () => this.turn(one, cutOff)),
      trouble: (what, error) => this.events.trouble(what, error),
    });
  }

  start(): void {
    this.pool.start();
  }

  stop(): Promise<void> {
    return this.pool.stop();
  }

  /** Something may be due now. */
  readonly wake = (): void => this.pool.wake();

  private async claim(limit: number) {
    const now = this.clock.now();
    if (now - this.sweptAt > SWEEP_MS) {
      await this.store.sweep(this.db, now);
      this.sweptAt = now;
    }
    return this.store.claim(this.db, now, LEASE_MS, limit);
  }

  private async turn({ id, lease }: { id: string; lease: string }, signal: AbortSignal): Promise<void> {
    for (let i = 0; i < MOST; i++) {
      const hook = await this.store.held(this.db, id, lease);
      if (!hook) break;
      const call = await this.callOf(hook);
      if (!call) return this.store.rest(this.db, lease, hook.events, this.clock.now());
      const reply = await this.wire.call(hook.url, call.body, this.headersOf(hook, call), signal);
      // Cut off because the process stops: nobody knows what came of it.
      if (signal.aborted && reply.status === null) break;
      if (!(await this.note(hook, lease, call, reply))) return;
    }
    await this.store.release(this.db, lease);
  }

  /** @returns undefined: there is nothing to tell */
  private async callOf(hook: PeerWebhook): Promise<Call | undefined> {
    if (hook.ping) {
      const id = uuidv7();
      const event = {
        ...{ specversion: '1.0', id, source: this.settings.node, type: PING, subject: hook.id },
        ...{
          time: isoTime(this.clock.now()),
          datacontenttype: 'application/json',
          data: { challenge: hook.challenge },
        },
      };
      return { id, type: PING, body: JSON.stringify(event), cursor: undefined };
    }
    if (hook.status !== 'active') return undefined;
    const next = await this.store.next(this.db, hook);
    if (!next) return undefined;
    const event = toldAs(next, this.settings.node);
    return { id: event.id, type: event.type, body: JSON.stringify(event), cursor: next.id };
  }

  private headersOf(hook: PeerWebhook, { id, body }: Call): Record<string, string> {
    const now = this.clock.now();
    const keys: WebhookKey[] = [keysOf(this.box, hook.id, hook.keys)];
    if (hook.oldKeys && (hook.oldUntil ?? 0) > now) keys.push(keysOf(this.box, hook.id, hook.oldKeys));
    return { 'content-type': 'application/cloudevents+json', ...webhookHeaders(id, now, body, keys) };
  }

  /** @returns false when the turn has ended with it */
  private async note(hook: PeerWebhook, lease: string, call: Call, reply: WebhookReply): Promise<boolean> {
    const now = this.clock.now();
    const unproven = call.cursor === undefined && hook.status === 'pending' && !repeats(reply.text, hook.challenge);
    const error = reply.error ?? (unproven && isGood(reply) ? 'It does not repeat the challenge.' : null);
    const { status, durationMs } = reply;
    const line = { eventId: call.id, type: call.type, status, error, durationMs, at: new Date(now) };
    await this.store.log(this.db, hook.id, line);
    const outcome = outcomeOf({ ...reply, error }, hook.failures, hook.failingSince, now, Math.random());
    this.events.webhookCalled(hook.peerId, outcome.do === 'go-on');
    if (outcome.do === 'wait') {
      await this.store.wait(this.db, lease, outcome.dueAt, now);
      return false;
    }
    if (outcome.do === 'disable') {
      await this.store.disable(this.db, lease, outcome.reason);
      this.events.webhookDisabled(hook.peerId, hook.id, outcome.reason);
      return false;
    }
    if (call.cursor === undefined) await this.store.answered(this.db, lease);
    else await this.store.taken(this.db, lease, hook.cursor, call.cursor, epochMs(now + LEASE_MS));
    return true;
  }
}

function isGood({ status }: WebhookReply): boolean {
  return status !== null && status >= 200 && status < 300;
}

/** Whoever is there reads what it is sent, and wants it. */
function repeats(text: string, challenge: string): boolean {
  try {
    return (JSON.parse(text) as { challenge?: unknown } | null)?.challenge === challenge;
  } catch {
    return false;
  }
}
