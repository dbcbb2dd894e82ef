import { randomBytes } from 'node:crypto';
import {
  type Actor,
  auditMessage,
  type FederationWebhookChange,
  type FederationWebhookDraft,
  recordAudit,
} from '@helpmesh/contracts';
import { AppError, type Clock, epochMs, isoTime, uuidv7 } from '@helpmesh/kernel';
import type { Outbox } from '@helpmesh/messaging';
import { afterCommit, transaction } from '@helpmesh/persistence';
import type { Cache, SecretBox } from '@helpmesh/service-kit';
import type { DataSource, EntityManager } from 'typeorm';
import type { AgreementStore } from '../../persistence/agreement.store.ts';
import type { PeerStore } from '../../persistence/peer.store.ts';
import type { PeerWebhook, WebhookCall, WebhookStore, WebhookValues } from '../../persistence/webhook.store.ts';
import { requireAdmin } from '../access.ts';
import type { DeliverWebhooks } from './deliver-webhooks.ts';
import { newKeys } from './keys.ts';
import type { WebhookWire } from './ports.ts';

/** Whose webhooks, and for which agreements they may be; null: all. */
export interface Owner {
  id: number;
  scope: readonly number[] | null;
}

/** What its owner sees of one. */
export interface ShownWebhook extends PeerWebhook {
  /** Events that were not taken yet. */
  waiting: number;
}

/** What is told once, and kept nowhere in clear. */
export interface ShownKeys {
  secret: string;
  publicKey: string;
}

const MOST = 5;
/** How often a peer may have us call somebody at once: they may not be its own. */
const PACE = { max: 60, windowMs: 60_000 };
/** The keys before sign as well for so long. */
const OVERLAP_MS = 24 * 3_600_000;

/** Addresses to which peers want what happens to be told. */
export class ManageWebhooks {
  constructor(
    private readonly db: DataSource,
    private readonly store: WebhookStore,
    private readonly peers: Pick<PeerStore, 'get'>,
    private readonly agreements: Pick<AgreementStore, 'ofPeer'>,
    private readonly deliver: Pick<DeliverWebhooks, 'wake'>,
    private readonly wire: Pick<WebhookWire, 'check'>,
    private readonly box: SecretBox,
    private readonly outbox: Outbox,
    private readonly cache: Pick<Cache, 'limit'>,
    private readonly clock: Clock,
  ) {}

  async list(owner: Owner): Promise<ShownWebhook[]> {
    const hooks = (await this.store.list(this.db, owner.id)).filter((hook) => mayKnow(owner, hook));
    return Promise.all(hooks.map((hook) => this.shown(hook)));
  }

  /** @throws AppError not-found `federation.no-such-webhook` */
  async get(owner: Owner, id: string): Promise<ShownWebhook> {
    return this.shown(await this.find(this.db, owner, id));
  }

  /** The last calls, the newest first. @throws AppError as `get` */
  async calls(owner: Owner, id: string): Promise<WebhookCall[]> {
    const hook = await this.find(this.db, owner, id);
    return this.store.calls(this.db, hook.id);
  }

  /**
   * What happens from now on is told there, once whoever is there has said yes.
   * @throws AppError invalid `net.address-refused`, `federation.wrong-agreement`; conflict `federation.too-many-webhooks`
   */
  async create(owner: Owner, draft: FederationWebhookDraft): Promise<{ hook: ShownWebhook; keys: ShownKeys }> {
    await this.demandPace(owner);
    const id = uuidv7();
    const { sealed, shown } = newKeys(this.box, id);
    await transaction(this.db, async (tx) => {
      await this.store.lock(tx, owner.id);
      if ((await this.store.list(tx, owner.id)).length >= MOST) {
        throw new AppError('conflict', 'federation.too-many-webhooks', `There are ${MOST} webhooks already.`);
      }
      const values: WebhookValues = {
        ...(await this.checked(tx, owner, draft)),
        ...{ ...asked(), keys: sealed, oldKeys: null, oldUntil: null },
        cursor: await this.store.end(tx, owner.id),
      };
      await this.store.add(tx, id, owner.id, values, this.clock.now());
      afterCommit(tx, () => this.deliver.wake());
    });
    return { hook: await this.get(owner, id), keys: shown };
  }

  /**
   * Changes what is given, pauses it or goes on; another address is asked anew.
   * @param version  that was seen
   * @throws AppError as `create`; not-found; stale `federation.version-moved`
   */
  async update(owner: Owner, id: string, change: FederationWebhookChange, version: number): Promise<ShownWebhook> {
    await this.change(owner, id, async (tx, hook) => {
      if (hook.version !== version) {
        throw new AppError('stale', 'federation.version-moved', `The webhook is at version "v${hook.version}" by now.`);
      }
      const { url } = hook;
      const agreements = change.agreements ?? hook.agreementIds ?? undefined;
      const draft = {
        ...{ url: change.url ?? url, description: change.description ?? hook.description },
        eventTypes: change.eventTypes ?? hook.eventTypes,
        ...(agreements && { agreements }),
      };
      const values = await this.checked(tx, owner, draft);
      const again = values.url !== url || hook.status === 'pending';
      const on = change.status === 'active' && hook.status !== 'pending';
      const off = change.status === 'paused' && hook.status === 'active';
      return {
        ...{ ...hook, ...values, ...(again && asked()) },
        ...(!again && on && { status: 'active' as const, reason: null }),
        ...(!again && off && { status: 'paused' as const }),
      };
    });
    return this.get(owner, id);
  }

  /** @throws AppError not-found */
  async remove(owner: Owner, id: string): Promise<void> {
    const hook = await this.find(this.db, owner, id);
    await this.store.remove(this.db, owner.id, hook.id);
  }

  /** New keys; those before sign as well for a day. @throws AppError not-found */
  async rotate(owner: Owner, id: string): Promise<ShownKeys> {
    const { sealed, shown } = newKeys(this.box, id);
    const oldUntil = epochMs(this.clock.now() + OVERLAP_MS);
    await this.change(owner, id, async (_tx, hook) => ({ ...hook, keys: sealed, oldKeys: hook.keys, oldUntil }));
    return shown;
  }

  /** A call that tells nothing, now. @throws AppError not-found; conflict `federation.webhook-disabled` */
  async ping(owner: Owner, id: string): Promise<void> {
    await this.change(owner, id, async (_tx, hook) => ({ ...enabled(hook), ping: true }));
  }

  /** Tells once more what came after a place, or goes on there. @throws AppError as `ping` */
  async replay(owner: Owner, id: string, after: number): Promise<void> {
    await this.change(owner, id, async (_tx, hook) => ({ ...enabled(hook), cursor: after }));
  }

  // For administrators.

  /** @throws AppError forbidden; not-found `peer.not-found` */
  async listFor(actor: Actor | undefined, peerId: number): Promise<ShownWebhook[]> {
    requireAdmin(actor);
    await this.peers.get(this.db, peerId);
    return this.list({ id: peerId, scope: null });
  }

  /** @throws AppError forbidden; not-found `peer.not-found`, `federation.no-such-webhook` */
  async removeFor(actor: Actor | undefined, peerId: number, id: string): Promise<void> {
    const admin = requireAdmin(actor);
    const { name } = await this.peers.get(this.db, peerId);
    await transaction(this.db, async (tx) => {
      const { url } = await this.find(tx, { id: peerId, scope: null }, id);
      await this.store.remove(tx, peerId, id);
      const object = { type: 'Peer', id: peerId, label: name };
      const changes = { url: { from: url, to: null } };
      await this.outbox.add(tx, recordAudit, auditMessage(admin, { action: 'peer.webhook-removed', object, changes }));
    });
  }

  private async change(
    owner: Owner,
    id: string,
    make: (tx: EntityManager, hook: PeerWebhook) => Promise<WebhookValues>,
  ): Promise<void> {
    await this.demandPace(owner);
    await transaction(this.db, async (tx) => {
      await this.store.lock(tx, owner.id);
      const values = await make(tx, await this.find(tx, owner, id));
      await this.store.save(tx, id, values, this.clock.now());
      afterCommit(tx, () => this.deliver.wake());
    });
  }

  /** @throws AppError limited `http.too-many-requests` */
  private async demandPace({ id }: Owner): Promise<void> {
    const { allowed } = await this.cache.limit(`peer-webhooks:${id}`, PACE);
    if (allowed) return;
    throw new AppError('limited', 'http.too-many-requests', 'Too many requests. Slow down and try again.');
  }

  private async checked(tx: EntityManager, { id, scope }: Owner, draft: FederationWebhookDraft) {
    this.wire.check(draft.url);
    const agreementIds = draft.agreements ?? (scope === null ? null : [...scope]);
    const known = new Set((await this.agreements.ofPeer(tx, id)).map((agreement) => agreement.id));
    const isKnown = (one: number) => known.has(one) && (scope === null || scope.includes(one));
    if (agreementIds && !agreementIds.every(isKnown)) {
      throw new AppError('invalid', 'federation.wrong-agreement', 'There is no such agreement between us.');
    }
    return {
      ...{ url: draft.url, description: draft.description ?? '', agreementIds },
      eventTypes: [...new Set(draft.eventTypes ?? [])],
    };
  }

  private async find(on: DataSource | EntityManager, owner: Owner, id: string): Promise<PeerWebhook> {
    const hook = await this.store.find(on, owner.id, id);
    if (hook && mayKnow(owner, hook)) return hook;
    throw new AppError('not-found', 'federation.no-such-webhook', 'There is no such webhook.');
  }

  private async shown(hook: PeerWebhook): Promise<ShownWebhook> {
    return { ...hook, waiting: await this.store.waiting(this.db, hook) };
  }
}

/** Whoever is there has to say yes. */
function asked() {
  const challenge = randomBytes(24).toString('base64url');
  return { status: 'pending' as const, reason: null, challenge, ping: true };
}

/** @throws AppError conflict `federation.webhook-disabled` */
function enabled(hook: PeerWebhook): PeerWebhook {
  if (hook.status !== 'disabled') return hook;
  throw new AppError('conflict', 'federation.webhook-disabled', `Switch it on first. ${hook.reason ?? ''}`.trim());
}

function mayKnow({ scope }: Owner, { agreementIds }: PeerWebhook): boolean {
  return scope === null || (agreementIds?.every((id) => scope.includes(id)) ?? false);
}

/** As its owner reads it. */
export function webhookBody({ id, url, description, eventTypes, agreementIds, status, reason, ...hook }: ShownWebhook) {
  const iso = (time: ShownWebhook['dueAt']) => time && isoTime(time);
  return {
    ...{ id, url, description, eventTypes, agreements: agreementIds, status, reason, cursor: hook.cursor },
    ...{ waiting: hook.waiting, failures: hook.failures, failingSince: iso(hook.failingSince) },
    ...{ nextTryAt: hook.waiting > 0 || hook.ping ? iso(hook.dueAt) : null, createdAt: isoTime(hook.createdAt) },
  };
}
