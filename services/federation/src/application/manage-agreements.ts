import { type Actor, hasPermission, lookup } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import type { ActorSigner } from '@helpmesh/service-kit';
import type { DataSource } from 'typeorm';
import { type Agreement, type AgreementDraft, checkDraft } from '../domain/agreement.ts';
import type { AgreementStore } from '../persistence/agreement.store.ts';
import type { GroupStore } from '../persistence/group.store.ts';
import type { OwnAddresses } from './own-addresses.ts';

/** Agreements, for administrators of integrations. */
export class ManageAgreements {
  constructor(
    private readonly db: DataSource,
    private readonly agreements: AgreementStore,
    private readonly groups: GroupStore,
    private readonly own: OwnAddresses,
    private readonly rpc: RpcClient,
    private readonly signer: ActorSigner,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError forbidden */
  async list(actor: Actor | undefined, limit: number, offset: number): Promise<Agreement[]> {
    requireAdmin(actor);
    return this.agreements.list(this.db, limit, offset);
  }

  /**
   * @throws AppError forbidden; invalid `agreement.name-missing`, `agreement.own-address`, `agreement.group-unknown`;
   *   conflict `agreement.group-taken`
   */
  async create(actor: Actor | undefined, draft: AgreementDraft): Promise<Agreement> {
    const { userId } = requireAdmin(actor);
    await this.check(draft);
    return transaction(this.db, (tx) => this.agreements.add(tx, draft, userId, this.clock.now()));
  }

  /** Changes what is given. @throws AppError as `create`; not-found `agreement.not-found` */
  async update(actor: Actor | undefined, id: number, change: Partial<AgreementDraft>): Promise<Agreement> {
    const { userId } = requireAdmin(actor);
    const before = await transaction(this.db, (tx) => this.agreements.load(tx, id));
    await this.check({ ...before, ...change });
    return transaction(this.db, async (tx) => {
      const present = await this.agreements.load(tx, id);
      return this.agreements.save(tx, id, { ...present, ...change }, userId, this.clock.now());
    });
  }

  /** Tickets that left stay where they went. @throws AppError forbidden; not-found `agreement.not-found` */
  async remove(actor: Actor | undefined, id: number): Promise<void> {
    requireAdmin(actor);
    await transaction(this.db, (tx) => this.agreements.remove(tx, id));
  }

  private async check(draft: AgreementDraft): Promise<void> {
    await this.requireGroup(draft.groupId);
    checkDraft(draft, await this.own.all());
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

/** @throws AppError forbidden `access.not-authorized` */
function requireAdmin(actor: Actor | undefined): Actor {
  if (actor && hasPermission(actor, 'admin.integration')) return actor;
  throw new AppError('forbidden', 'access.not-authorized', 'Not authorized');
}
