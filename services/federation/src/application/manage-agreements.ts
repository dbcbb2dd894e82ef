import { type Actor, auditMessage, changesBetween, lookup, recordAudit } from '@helpmesh/contracts';
import { AppError, type Clock, uuidv7 } from '@helpmesh/kernel';
import type { Outbox, RpcClient } from '@helpmesh/messaging';
import { afterCommit, transaction } from '@helpmesh/persistence';
import type { ActorSigner } from '@helpmesh/service-kit';
import type { DataSource, EntityManager } from 'typeorm';
import { type Agreement, type AgreementDraft, checkDraft, type PeerAgreement } from '../domain/agreement.ts';
import { agreementChanged, toldAgreement } from '../domain/notices.ts';
import type { AgreementStore } from '../persistence/agreement.store.ts';
import type { GroupStore } from '../persistence/group.store.ts';
import type { LinkStore } from '../persistence/link.store.ts';
import type { NoticeStore } from '../persistence/notice.store.ts';
import type { PeerStore } from '../persistence/peer.store.ts';
import { readersGroups, requireAdmin } from './access.ts';
import type { TellAgreements } from './agreements/tell-agreements.ts';
import type { OwnAddresses } from './own-addresses.ts';
import type { SyncSettings } from './sync/ports.ts';
import type { SyncLinks } from './sync/sync-links.ts';

/** Agreements, for administrators of integrations. */
export class ManageAgreements {
  constructor(
    private readonly db: DataSource,
    private readonly agreements: AgreementStore,
    private readonly groups: GroupStore,
    private readonly peers: PeerStore,
    private readonly links: LinkStore,
    private readonly notices: Pick<NoticeStore, 'tell'>,
    private readonly telling: Pick<TellAgreements, 'wake'>,
    private readonly sync: Pick<SyncLinks, 'wake'>,
    private readonly own: OwnAddresses,
    private readonly rpc: RpcClient,
    private readonly signer: ActorSigner,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly settings: Pick<SyncSettings, 'node'>,
  ) {}

  /** Whoever administers a community sees the agreements of its groups. @throws AppError forbidden */
  async list(actor: Actor | undefined, limit: number, offset: number): Promise<Agreement[]> {
    return this.agreements.list(this.db, readersGroups(actor), limit, offset);
  }

  /** @throws AppError forbidden; not-found `agreement.not-found` */
  async get(actor: Actor | undefined, id: number): Promise<Agreement> {
    return this.agreements.get(this.db, id, readersGroups(actor));
  }

  /**
   * @throws AppError forbidden; invalid `agreement.name-missing`, `agreement.own-address`, `agreement.group-unknown`;
   *   conflict `agreement.group-taken`
   */
  async create(actor: Actor | undefined, draft: AgreementDraft): Promise<Agreement> {
    const admin = requireAdmin(actor);
    await this.check(draft);
    return transaction(this.db, async (tx) => {
      const added = await this.agreements.add(tx, draft, admin.userId, this.clock.now());
      await this.tell(tx, admin, 'created', null, added);
      return added;
    });
  }

  /**
   * Asks the helpdesk whether it wants the agreement; nothing is shared before it has said yes.
   * @throws AppError as `create`; invalid `agreement.cannot-propose`
   */
  async propose(actor: Actor | undefined, draft: AgreementDraft): Promise<Agreement> {
    const admin = requireAdmin(actor);
    await this.check(draft);
    await this.demandNative(draft);
    return transaction(this.db, async (tx) => {
      const now = this.clock.now();
      const { id } = await this.agreements.add(tx, { ...draft, active: false }, admin.userId, now);
      await this.agreements.stand(tx, id, { status: 'proposed' }, { tell: true }, now);
      const added = await this.agreements.load(tx, id);
      await this.tell(tx, admin, 'proposed', null, added);
      afterCommit(tx, () => this.telling.wake());
      return added;
    });
  }

  /** @throws AppError forbidden */
  async proposals(actor: Actor | undefined): Promise<PeerAgreement[]> {
    requireAdmin(actor);
    return this.agreements.pending(this.db);
  }

  /**
   * Says yes to what a helpdesk has proposed, on our terms.
   * @throws AppError as `create`; not-found `agreement.not-found`
   */
  async accept(
    actor: Actor | undefined,
    id: number,
    terms: Omit<AgreementDraft, 'kind' | 'listAddress' | 'peerId' | 'active' | 'name'> & { name?: string | undefined },
  ): Promise<Agreement> {
    const admin = requireAdmin(actor);
    await this.requireGroup(terms.groupId);
    return transaction(this.db, async (tx) => {
      const now = this.clock.now();
      const { name, peerId } = await this.pendingOne(tx, id);
      const draft = { ...terms, kind: 'full' as const, name: terms.name ?? name, listAddress: null, peerId };
      checkDraft({ ...draft, active: true }, new Set());
      await this.agreements.stand(tx, id, { status: 'accepted' }, { tell: true }, now);
      const saved = await this.agreements.save(tx, id, { ...draft, active: true }, admin.userId, now);
      await this.tell(tx, admin, 'accepted', null, saved);
      afterCommit(tx, () => this.telling.wake());
      return saved;
    });
  }

  /** Says no, for good. @throws AppError forbidden; not-found `agreement.not-found` */
  async decline(actor: Actor | undefined, id: number, reason: string): Promise<void> {
    const admin = requireAdmin(actor);
    await transaction(this.db, async (tx) => {
      const now = this.clock.now();
      const { name } = await this.pendingOne(tx, id);
      const declined = await this.agreements.stand(tx, id, { status: 'declined', reason }, { tell: true }, now);
      await this.tellPeer(tx, declined.peerId as number, null, declined);
      const object = { type: 'Agreement', id, label: name };
      await this.outbox.add(tx, recordAudit, auditMessage(admin, { action: 'agreement.declined', object }));
      afterCommit(tx, () => this.telling.wake());
    });
  }

  /** @throws AppError not-found `agreement.not-found` */
  private async pendingOne(tx: EntityManager, id: number): Promise<PeerAgreement> {
    const found = (await this.agreements.pending(tx)).find((one) => one.id === id);
    const held = found && (await this.agreements.loadOf(tx, found.peerId as number, id));
    // The helpdesk may have withdrawn it, or somebody else has answered.
    if (held?.status === 'pending') return held;
    throw new AppError('not-found', 'agreement.not-found', 'There is no such agreement.');
  }

  /** @throws AppError invalid `agreement.cannot-propose` */
  private async demandNative({ kind, peerId }: AgreementDraft): Promise<void> {
    const figures = peerId === null ? undefined : (await this.peers.figures(this.db, [peerId])).get(peerId);
    const peer = peerId === null ? undefined : await this.peers.get(this.db, peerId);
    if (kind === 'full' && peer?.called && figures?.software === null) return;
    const detail =
      'Only a helpdesk that speaks our protocol, and is called, can be asked. Make the agreement on both sides.';
    throw new AppError('invalid', 'agreement.cannot-propose', detail);
  }

  /**
   * Changes what is given.
   * @param suspended  whether sharing under it is to rest, on our side; undefined: as it is
   * @throws AppError as `create`; not-found `agreement.not-found`; conflict `agreement.not-accepted`, `agreement.bound`
   */
  async update(
    actor: Actor | undefined,
    id: number,
    change: Partial<AgreementDraft>,
    suspended?: boolean,
  ): Promise<Agreement> {
    const admin = requireAdmin(actor);
    const before = await this.agreements.get(this.db, id);
    await this.check({ ...before, ...change });
    return transaction(this.db, async (tx) => {
      const present = await this.agreements.load(tx, id);
      demandFitting(present, change, suspended);
      const now = this.clock.now();
      if (suspended !== undefined && suspended !== present.pausedHere) {
        await this.agreements.stand(tx, id, { pausedHere: suspended }, { tell: present.remoteId !== null }, now);
        afterCommit(tx, () => this.telling.wake());
        afterCommit(tx, () => this.sync.wake());
      }
      const saved = await this.agreements.save(tx, id, { ...present, ...change }, admin.userId, now);
      await this.tell(tx, admin, 'changed', present, saved);
      return saved;
    });
  }

  /** Tickets that left stay where they went. @throws AppError forbidden; not-found `agreement.not-found` */
  async remove(actor: Actor | undefined, id: number): Promise<void> {
    const admin = requireAdmin(actor);
    await transaction(this.db, async (tx) => {
      const before = await this.agreements.load(tx, id);
      await this.agreements.remove(tx, id);
      const { peerId, remoteId, status } = before;
      if (peerId !== null && remoteId !== null && (status === 'proposed' || status === 'accepted')) {
        await this.agreements.keepEnd(tx, peerId, remoteId, this.clock.now());
        afterCommit(tx, () => this.telling.wake());
      }
      await this.links.endOf(tx, id, 'The agreement has ended.', this.clock.now());
      await this.tell(tx, admin, 'deleted', before, null);
    });
  }

  /** For the audit log. */
  private async tell(
    tx: EntityManager,
    admin: Actor,
    what: 'created' | 'proposed' | 'accepted' | 'changed' | 'deleted',
    before: Agreement | null,
    after: Agreement | null,
  ): Promise<void> {
    const { id, name } = (after ?? before) as Agreement;
    const changes = changesBetween(before, after, [
      ...(['kind', 'name', 'groupId', 'listAddress', 'peerId', 'disclosure', 'internalNotes', 'active'] as const),
      ...(['maxAttachmentBytes', 'attachmentTypes', 'answerHours', 'status', 'pausedHere'] as const),
    ]);
    const object = { type: 'Agreement', id, label: name };
    await this.outbox.add(tx, recordAudit, auditMessage(admin, { action: `agreement.${what}`, object, changes }));
    const peers = new Set([before?.peerId, after?.peerId].flatMap((peerId) => peerId ?? []));
    for (const peerId of peers) await this.tellPeer(tx, peerId, before, after);
  }

  /** What changed of an agreement that a peer may know of; one that is with another peer now has ended. */
  private async tellPeer(
    tx: EntityManager,
    peerId: number,
    before: PeerAgreement | null,
    after: PeerAgreement | null,
  ): Promise<void> {
    const nodes = [this.settings.node, (await this.peers.get(tx, peerId)).node] as const;
    const [had, has] = [before, after].map((one) => (one?.peerId === peerId ? toldAgreement(one, nodes) : null));
    const told = has ?? (had ? { ...had, status: 'ended' as const } : null);
    if (!told || JSON.stringify(had) === JSON.stringify(told)) return;
    const now = this.clock.now();
    const to = { peerId, agreementId: told.id, uuid: null };
    await this.notices.tell(tx, to, agreementChanged(told, uuidv7(), this.settings.node, now), now);
  }

  private async check(draft: AgreementDraft): Promise<void> {
    await this.requireGroup(draft.groupId);
    checkDraft(draft, await this.own.all());
    if (draft.peerId !== null) await this.peers.get(this.db, draft.peerId);
  }

  /** A group made a moment ago may not be in the replica yet: then its owner is asked. */
  private async requireGroup(groupId: number): Promise<void> {
    if (await this.groups.exists(this.db, groupId)) return;
    const { groups } = await this.rpc.call(lookup, { groupIds: [groupId] }, { actor: this.signer.service() });
    const [group] = groups;
    if (!group) throw new AppError('invalid', 'agreement.group-unknown', `There is no group ${groupId}.`);
    await this.groups.keep(this.db, group, 0);
  }
}

/** @throws AppError conflict `agreement.not-accepted`, `agreement.bound` */
function demandFitting(
  { status, peerId, remoteId }: Agreement,
  change: Partial<AgreementDraft>,
  suspended: boolean | undefined,
): void {
  if (status !== 'accepted' && (change.active || suspended)) {
    throw new AppError('conflict', 'agreement.not-accepted', 'Both sides have to want it first.');
  }
  const isBound = remoteId !== null || status !== 'accepted';
  if (isBound && change.peerId !== undefined && change.peerId !== peerId) {
    const detail = 'It was made together with that helpdesk. Propose another one to the other.';
    throw new AppError('conflict', 'agreement.bound', detail);
  }
}
