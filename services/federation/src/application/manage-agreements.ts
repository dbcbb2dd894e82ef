import { type Actor, auditMessage, changesBetween, lookup, recordAudit } from '@helpmesh/contracts';
import { AppError, type Clock, uuidv7 } from '@helpmesh/kernel';
import type { Outbox, RpcClient } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import type { ActorSigner } from '@helpmesh/service-kit';
import type { DataSource, EntityManager } from 'typeorm';
import { type Agreement, type AgreementDraft, checkDraft } from '../domain/agreement.ts';
import { agreementChanged, toldAgreement } from '../domain/notices.ts';
import type { AgreementStore } from '../persistence/agreement.store.ts';
import type { GroupStore } from '../persistence/group.store.ts';
import type { LinkStore } from '../persistence/link.store.ts';
import type { NoticeStore } from '../persistence/notice.store.ts';
import type { PeerStore } from '../persistence/peer.store.ts';
import { readersGroups, requireAdmin } from './access.ts';
import type { OwnAddresses } from './own-addresses.ts';
import type { SyncSettings } from './sync/ports.ts';

/** Agreements, for administrators of integrations. */
export class ManageAgreements {
  constructor(
    private readonly db: DataSource,
    private readonly agreements: AgreementStore,
    private readonly groups: GroupStore,
    private readonly peers: PeerStore,
    private readonly links: LinkStore,
    private readonly notices: Pick<NoticeStore, 'tell'>,
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

  /** Changes what is given. @throws AppError as `create`; not-found `agreement.not-found` */
  async update(actor: Actor | undefined, id: number, change: Partial<AgreementDraft>): Promise<Agreement> {
    const admin = requireAdmin(actor);
    const before = await this.agreements.get(this.db, id);
    await this.check({ ...before, ...change });
    return transaction(this.db, async (tx) => {
      const present = await this.agreements.load(tx, id);
      const saved = await this.agreements.save(tx, id, { ...present, ...change }, admin.userId, this.clock.now());
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
      await this.links.endOf(tx, id, 'The agreement has ended.', this.clock.now());
      await this.tell(tx, admin, 'deleted', before, null);
    });
  }

  /** For the audit log. */
  private async tell(
    tx: EntityManager,
    admin: Actor,
    what: 'created' | 'changed' | 'deleted',
    before: Agreement | null,
    after: Agreement | null,
  ): Promise<void> {
    const { id, name } = (after ?? before) as Agreement;
    const changes = changesBetween(before, after, [
      ...(['kind', 'name', 'groupId', 'listAddress', 'peerId', 'disclosure', 'internalNotes', 'active'] as const),
      ...(['maxAttachmentBytes', 'attachmentTypes', 'answerHours'] as const),
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
    before: Agreement | null,
    after: Agreement | null,
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
