import { type Actor, type AuditedChange, auditMessage, changesBetween, recordAudit } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import type { Outbox } from '@helpmesh/messaging';
import { afterCommit, transaction } from '@helpmesh/persistence';
import type { SecretBox } from '@helpmesh/service-kit';
import type { DataSource, EntityManager } from 'typeorm';
import { keyTrouble, type PublicKey, plainKey } from '../domain/sign-in/key-set.ts';
import type { LinkStore, WaitingLink } from '../persistence/link.store.ts';
import type { Offer, OfferStore } from '../persistence/offer.store.ts';
import type { KeySourceName, Peer, PeerDraft, PeerFigures, PeerStore } from '../persistence/peer.store.ts';
import type { SignInStore } from '../persistence/sign-in.store.ts';
import { requireAdmin } from './access.ts';
import { hashOf, newToken } from './sign-in/tokens.ts';
import type { PeerGreeter, SyncSettings } from './sync/ports.ts';
import type { SyncLinks } from './sync/sync-links.ts';

export interface ShownPeer extends Peer, PeerFigures {}

interface GivenKeys {
  from: KeySourceName;
  url?: string | undefined;
  jwks?: { keys: Record<string, unknown>[] } | undefined;
}

const audited = ['name', 'node', 'paused', 'callsPerMinute', 'byKey', 'keySource', 'keyUrl'] as const;

/** Other helpdesks, for administrators of integrations. All methods: @throws AppError forbidden */
export class ManagePeers {
  constructor(
    private readonly db: DataSource,
    private readonly peers: PeerStore,
    private readonly links: LinkStore,
    private readonly offers: OfferStore,
    private readonly signIn: Pick<SignInStore, 'endAccess'>,
    private readonly sync: Pick<SyncLinks, 'wake'>,
    private readonly check: (address: string) => void,
    private readonly line: PeerGreeter,
    private readonly box: SecretBox,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly settings: Pick<SyncSettings, 'node'>,
  ) {}

  async list(actor: Actor | undefined, limit: number, offset: number): Promise<ShownPeer[]> {
    requireAdmin(actor);
    return this.shown(await this.peers.list(this.db, limit, offset));
  }

  /** @throws AppError not-found `peer.not-found` */
  async get(actor: Actor | undefined, id: number): Promise<ShownPeer> {
    requireAdmin(actor);
    return this.one(await this.peers.get(this.db, id));
  }

  /** @throws AppError conflict `peer.node-taken`; invalid `peer.node-refused`, `net.address-refused` */
  async create(actor: Actor | undefined, draft: PeerDraft): Promise<ShownPeer> {
    const admin = requireAdmin(actor);
    const whole = { ...draft, node: this.nodeOf(draft.node) };
    const added = await transaction(this.db, async (tx) => {
      const peer = await this.peers.add(tx, whole, admin.userId, this.clock.now());
      await this.tell(tx, admin, 'created', peer, changesBetween(null, peer, audited));
      return peer;
    });
    return this.one(added);
  }

  /**
   * Changes what is given. What is kept for one address is not shown at another.
   * @throws AppError as `create`; not-found `peer.not-found`; conflict `peer.has-tickets`
   */
  async update(actor: Actor | undefined, id: number, change: Partial<PeerDraft>): Promise<ShownPeer> {
    const admin = requireAdmin(actor);
    const saved = await transaction(this.db, async (tx) => {
      const before = await this.peers.load(tx, id);
      const draft = { ...before, ...change };
      const node = draft.node === before.node ? before.node : this.nodeOf(draft.node);
      if (node !== before.node && (await this.links.hasTickets(tx, id))) {
        const detail = 'Tickets are shared with this helpdesk already: they know it by its address.';
        throw new AppError('conflict', 'peer.has-tickets', detail);
      }
      const after = await this.peers.save(tx, id, { ...draft, node }, admin.userId, this.clock.now());
      if (node !== before.node) await this.signIn.endAccess(tx, id);
      await this.tell(tx, admin, 'changed', after, changesBetween(before, after, audited));
      afterCommit(tx, () => this.sync.wake());
      return after;
    });
    return this.one(saved);
  }

  /** @throws AppError not-found `peer.not-found`; conflict `peer.in-use` */
  async remove(actor: Actor | undefined, id: number): Promise<void> {
    const admin = requireAdmin(actor);
    await transaction(this.db, async (tx) => {
      const before = await this.peers.load(tx, id);
      await this.peers.remove(tx, id);
      await this.tell(tx, admin, 'deleted', before, changesBetween(before, null, audited));
    });
  }

  /** What the peer has given us to show. @throws AppError not-found `peer.not-found` */
  async keepToken(actor: Actor | undefined, id: number, token: string): Promise<ShownPeer> {
    const admin = requireAdmin(actor);
    const peer = await transaction(this.db, async (tx) => {
      const before = await this.peers.load(tx, id);
      await this.peers.keepToken(tx, id, this.box.seal(Buffer.from(token.trim()), `peer:${id}`));
      await this.links.wake(tx, id, false, this.clock.now());
      await this.tell(tx, admin, 'token-kept', before, {});
      afterCommit(tx, () => this.sync.wake());
      return this.peers.load(tx, id);
    });
    return this.one(peer);
  }

  /** @returns the token, which is kept nowhere. @throws AppError not-found `peer.not-found` */
  async makeToken(actor: Actor | undefined, id: number): Promise<string> {
    const admin = requireAdmin(actor);
    const token = newToken('made');
    await transaction(this.db, async (tx) => {
      const peer = await this.peers.load(tx, id);
      await this.peers.addToken(tx, id, hashOf(token), this.clock.now());
      await this.tell(tx, admin, 'token-made', peer, {});
    });
    return token;
  }

  async removeToken(actor: Actor | undefined, id: number, tokenId: number): Promise<void> {
    const admin = requireAdmin(actor);
    await transaction(this.db, async (tx) => {
      const peer = await this.peers.load(tx, id);
      await this.peers.removeToken(tx, id, tokenId);
      await this.tell(tx, admin, 'token-removed', peer, {});
    });
  }

  /**
   * Whose signature counts as that of the helpdesk; what it got for others ends now.
   * @throws AppError not-found `peer.not-found`; invalid `peer.keys-missing`, `peer.keys-refused`, `net.address-refused`
   */
  async trustKeys(actor: Actor | undefined, id: number, { from, url, jwks }: GivenKeys): Promise<ShownPeer> {
    const admin = requireAdmin(actor);
    if ((from === 'url' && url === undefined) || (from === 'given' && !jwks?.keys.length)) {
      throw new AppError('invalid', 'peer.keys-missing', 'Say which keys these are.');
    }
    if (from === 'url') this.check(url as string);
    const trusted = {
      ...{ keySource: from, keyUrl: from === 'url' ? (url as string) : null },
      keySet: from === 'given' ? checkedKeys(jwks?.keys ?? []) : null,
    };
    const saved = await transaction(this.db, async (tx) => {
      const before = await this.peers.load(tx, id);
      const after = await this.peers.trust(tx, id, trusted, admin.userId, this.clock.now());
      await this.signIn.endAccess(tx, id);
      await this.tell(tx, admin, 'keys-trusted', after, {
        ...changesBetween(before, after, audited),
        ...(after.keySet && { kids: { to: after.keySet.map(({ kid }) => kid) } }),
      });
      return after;
    });
    return this.one(saved);
  }

  /** @returns how many tickets that is. @throws AppError not-found `peer.not-found` */
  async replay(actor: Actor | undefined, id: number, compare: boolean): Promise<number> {
    const admin = requireAdmin(actor);
    return transaction(this.db, async (tx) => {
      const peer = await this.peers.load(tx, id);
      const tickets = await this.links.wake(tx, id, compare, this.clock.now());
      await this.tell(tx, admin, compare ? 'compared' : 'replayed', peer, {});
      afterCommit(tx, () => this.sync.wake());
      return tickets;
    });
  }

  async waiting(actor: Actor | undefined, id: number, limit: number, offset: number): Promise<WaitingLink[]> {
    requireAdmin(actor);
    await this.peers.get(this.db, id);
    return this.links.waiting(this.db, id, limit, offset);
  }

  async wishes(actor: Actor | undefined, id: number, limit: number, offset: number) {
    requireAdmin(actor);
    await this.peers.get(this.db, id);
    return this.links.wishesOf(this.db, id, limit, offset);
  }

  async waitingOffers(actor: Actor | undefined, id: number, limit: number, offset: number): Promise<Offer[]> {
    requireAdmin(actor);
    await this.peers.get(this.db, id);
    return this.offers.list(this.db, id, limit, offset);
  }

  /** Calls it, and changes nothing. @throws AppError not-found `peer.not-found`; unavailable `peer.test-failed` */
  async test(actor: Actor | undefined, id: number, signal: AbortSignal) {
    requireAdmin(actor);
    const peer = await this.peers.get(this.db, id);
    const token = peer.token && this.box.open(peer.token, `peer:${id}`).toString();
    const began = this.clock.now();
    try {
      const greeting = await this.line.greet({ node: peer.node, token }, peer.called, signal);
      const { product, node, agreements, signedInBy } = greeting;
      if (node !== peer.node) throw testFailed(`It calls itself ${node}, and not ${peer.node}.`);
      return { product, agreements, signed_in_by: signedInBy, milliseconds: this.clock.now() - began };
    } catch (error) {
      // Whose credentials were refused are ours at the peer, not those of who asks.
      throw testFailed(AppError.from(error).detail, error);
    }
  }

  async isStopped(actor: Actor | undefined): Promise<boolean> {
    requireAdmin(actor);
    return this.peers.isStopped(this.db);
  }

  /** Nothing is sent to anybody, or everything that has waited. */
  async turn(actor: Actor | undefined, stopped: boolean): Promise<boolean> {
    const admin = requireAdmin(actor);
    const turned = await transaction(this.db, async (tx) => {
      const before = await this.peers.isStopped(tx);
      if (before === stopped) return false;
      await this.peers.stop(tx, stopped);
      const object = { type: 'Federation', id: 0, label: 'outbound sync' };
      const changes = { stopped: { from: before, to: stopped } };
      await this.outbox.add(tx, recordAudit, auditMessage(admin, { action: 'federation.switched', object, changes }));
      return true;
    });
    // After the commit: a turn that ends until then still sees the switch as it was, and rests.
    if (turned && !stopped) await this.links.wakeAll(this.db, this.clock.now());
    if (turned) this.sync.wake();
    return stopped;
  }

  /** One spelling for one helpdesk, and none that is ourselves. */
  private nodeOf(address: string): string {
    const node = address.replace(/\/+$/, '');
    this.check(node);
    if (node === this.settings.node) {
      throw new AppError('invalid', 'peer.node-refused', 'This is the address of this desk itself.');
    }
    return node;
  }

  private async tell(
    tx: EntityManager,
    admin: Actor,
    what: string,
    { id, name }: Peer,
    changes: NonNullable<AuditedChange['changes']>,
  ): Promise<void> {
    const object = { type: 'Peer', id, label: name };
    await this.outbox.add(tx, recordAudit, auditMessage(admin, { action: `peer.${what}`, object, changes }));
  }

  private async one(peer: Peer): Promise<ShownPeer> {
    const [shown] = await this.shown([peer]);
    return shown as ShownPeer;
  }

  private async shown(peers: Peer[]): Promise<ShownPeer[]> {
    const figures = await this.peers.figures(
      this.db,
      peers.map(({ id }) => id),
    );
    return peers.map((peer) => ({ ...peer, ...(figures.get(peer.id) as PeerFigures) }));
  }
}

/** @throws AppError invalid `peer.keys-refused` */
function checkedKeys(keys: readonly Record<string, unknown>[]): PublicKey[] {
  const seen = new Set<unknown>();
  for (const [i, key] of keys.entries()) {
    const trouble = keyTrouble(key) ?? (seen.has(key.kid) ? 'another one has its kid' : null);
    if (trouble !== null)
      throw new AppError('invalid', 'peer.keys-refused', `Key ${i + 1} cannot be used: ${trouble}.`);
    seen.add(key.kid);
  }
  return keys.map(plainKey);
}

function testFailed(detail: string, cause?: unknown): AppError {
  return new AppError('unavailable', 'peer.test-failed', detail, undefined, { cause });
}
