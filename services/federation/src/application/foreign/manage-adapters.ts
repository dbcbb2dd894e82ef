import {
  type Actor,
  adapterKinds,
  auditMessage,
  changesBetween,
  type PeerAdapterTest,
  recordAudit,
} from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import type { Outbox } from '@helpmesh/messaging';
import { afterCommit, transaction } from '@helpmesh/persistence';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import type { ForeignStore } from '../../persistence/foreign.store.ts';
import type { LinkStore } from '../../persistence/link.store.ts';
import type { PeerStore } from '../../persistence/peer.store.ts';
import { requireAdmin } from '../access.ts';
import type { OpenDesks } from './open-desks.ts';
import type { PollDesks } from './poll-desks.ts';
import type { Adapter, AdapterKind } from './ports.ts';

/** Less than whoever asks waits for an answer: how far one got is to be told. */
const DEADLINE_MS = 4_500;
const steps = ['connect', 'sign-in', 'queue', 'changes'] as const;
export type AdapterTest = z.output<typeof PeerAdapterTest>;
/** They do not say who we are there, or need it with the secret. */
const accountKinds: readonly AdapterKind[] = ['rt', 'znuny', 'itop', 'ggus'];

/** How helpdesks without our protocol are spoken to, for administrators of integrations. All: @throws AppError forbidden */
export class ManageAdapters {
  constructor(
    private readonly db: DataSource,
    private readonly store: ForeignStore,
    private readonly peers: PeerStore,
    private readonly links: Pick<LinkStore, 'hasTickets'>,
    private readonly desks: OpenDesks,
    private readonly poll: Pick<PollDesks, 'wake'>,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError not-found `peer.not-found`, `peer.no-adapter` */
  async show(actor: Actor | undefined, peerId: number): Promise<Adapter> {
    requireAdmin(actor);
    await this.peers.get(this.db, peerId);
    return this.read(peerId);
  }

  /**
   * @throws AppError not-found `peer.not-found`; conflict `peer.has-tickets`: what lies at a helpdesk of another kind
   *   cannot be found again; invalid `peer.account-missing`
   */
  async update(
    actor: Actor | undefined,
    peerId: number,
    { kind, settings }: Pick<Adapter, 'kind' | 'settings'>,
  ): Promise<Adapter> {
    const admin = requireAdmin(actor);
    if (settings.account === '' && (accountKinds.includes(kind) || settings.signIn === 'password')) {
      throw new AppError('invalid', 'peer.account-missing', 'The login of the account that we use there is needed.');
    }
    await transaction(this.db, async (tx) => {
      const peer = await this.peers.load(tx, peerId);
      const before = await this.store.adapter(tx, peerId);
      if (before?.kind !== kind && (await this.links.hasTickets(tx, peerId))) {
        const detail = 'Tickets are shared with this helpdesk already: another kind of it is another helpdesk.';
        throw new AppError('conflict', 'peer.has-tickets', detail);
      }
      await this.store.keepAdapter(tx, { peerId, kind, settings }, admin.userId, this.clock.now());
      const changes = changesBetween(before ? audited(before) : null, audited({ kind, settings }), [
        ...(['kind', 'queue', 'account', 'signIn', 'pollSeconds', 'states', 'priorities'] as const),
      ]);
      const object = { type: 'Peer', id: peer.id, label: peer.name };
      await this.outbox.add(tx, recordAudit, auditMessage(admin, { action: 'peer.adapter-changed', object, changes }));
      afterCommit(tx, () => this.poll.wake());
    });
    return this.read(peerId);
  }

  /** What can be spoken to. */
  kinds(actor: Actor | undefined): AdapterKind[] {
    requireAdmin(actor);
    return [...adapterKinds];
  }

  needsAccount(kind: AdapterKind): boolean {
    return accountKinds.includes(kind);
  }

  /** Calls there, and says how far one gets. @throws AppError as `show` */
  async verify(actor: Actor | undefined, peerId: number): Promise<AdapterTest> {
    requireAdmin(actor);
    await this.peers.get(this.db, peerId);
    await this.read(peerId);
    const call = { signal: AbortSignal.timeout(DEADLINE_MS) };
    let who = { product: '', version: '', account: '' };
    try {
      const { adapter } = await this.desks.byId(peerId);
      who = await adapter.check(call);
      await adapter.listChanged(null, call);
    } catch (error) {
      return { ok: false, ...who, steps: stepsUntil(AppError.from(error), who.product !== '') };
    }
    return { ok: true, ...who, steps: steps.map((step) => ({ step, ok: true, detail: null })) };
  }

  private async read(peerId: number): Promise<Adapter> {
    const adapter = await this.store.adapter(this.db, peerId);
    if (!adapter) throw new AppError('not-found', 'peer.no-adapter', 'This helpdesk speaks our own protocol.');
    return adapter;
  }
}

/** Where it ended, by what was said. */
function stepsUntil({ kind, code, detail }: AppError, isKnown: boolean): AdapterTest['steps'] {
  const at = () => {
    if (isKnown) return 'changes';
    if (['unauthenticated', 'forbidden'].includes(kind) || code === 'peer.no-token') return 'sign-in';
    // Somebody answers, and means us: what we want of them is wrong.
    if (['peer.settings-wrong', 'peer.refused'].includes(code)) return 'queue';
    return 'connect';
  };
  const end = steps.indexOf(at());
  return steps.slice(0, end + 1).map((step, i) => ({ step, ok: i < end, detail: i < end ? null : detail }));
}

/** What the audit log tells. */
function audited({ kind, settings }: Pick<Adapter, 'kind' | 'settings'>) {
  const { states, priorities, ...plain } = settings;
  return { kind, ...plain, states: JSON.stringify(states), priorities: JSON.stringify(priorities) };
}
