import {
  type Actor,
  administersAll,
  administersAny,
  auditMessage,
  changesBetween,
  type groupProviders,
  hasPermission,
  type OutputOf,
  recordAudit,
} from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import type { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { ServiceDraft, ServiceEntry } from '../domain/service.ts';
import type { AgreementStore } from '../persistence/agreement.store.ts';
import { noSuchService, type ServiceStore } from '../persistence/service.store.ts';
import { requireAdmin } from './access.ts';

/**
 * The catalogue of services: everybody who can ask for help reads what is offered; administrators of integrations keep
 * it, and whoever administers a community its part.
 */
export class ManageServices {
  constructor(
    private readonly db: DataSource,
    private readonly services: ServiceStore,
    private readonly agreements: AgreementStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError forbidden */
  async list(actor: Actor | undefined, limit: number, offset: number): Promise<ServiceEntry[]> {
    const reader = requireReader(actor);
    return this.services.list(this.db, isAdmin(reader) ? null : (reader.administers ?? []), limit, offset);
  }

  /** @throws AppError forbidden; not-found `service.not-found` */
  async get(actor: Actor | undefined, id: number): Promise<ServiceEntry> {
    const reader = requireReader(actor);
    const entry = await this.services.find(this.db, id);
    if (!entry || !(entry.offered || mayKeep(reader, entry.groupId))) throw noSuchService();
    return entry;
  }

  /** Where a request for it goes; undefined: it is not offered. */
  async route(asked: { id: number } | { name: string }): Promise<ServiceEntry | undefined> {
    const entry = await ('id' in asked
      ? this.services.find(this.db, asked.id)
      : this.services.named(this.db, asked.name));
    return entry?.offered ? entry : undefined;
  }

  /** Which active agreements, and which helpdesks by them, stand for which groups, for other services. */
  providers(): Promise<OutputOf<typeof groupProviders>> {
    return this.agreements.providers(this.db);
  }

  /**
   * @throws AppError forbidden; invalid `service.name-missing`, `service.agreement-unknown`; conflict `service.name-taken`
   */
  async create(actor: Actor | undefined, draft: ServiceDraft): Promise<ServiceEntry> {
    const keeper = requireKeeper(actor);
    return transaction(this.db, async (tx) => {
      await this.check(tx, keeper, draft);
      const id = await this.services.add(tx, draft, keeper.userId, this.clock.now());
      return this.tell(tx, keeper, 'created', null, await this.services.load(tx, id));
    });
  }

  /** Changes what is given. @throws AppError as `create`; not-found `service.not-found` */
  async update(actor: Actor | undefined, id: number, change: Partial<ServiceDraft>): Promise<ServiceEntry> {
    const keeper = requireKeeper(actor);
    return transaction(this.db, async (tx) => {
      const before = await this.kept(tx, keeper, id);
      const draft = { ...before, ...change };
      await this.check(tx, keeper, draft);
      await this.services.save(tx, id, draft, keeper.userId, this.clock.now());
      return this.tell(tx, keeper, 'changed', before, await this.services.load(tx, id));
    });
  }

  /** @throws AppError forbidden; not-found `service.not-found` */
  async remove(actor: Actor | undefined, id: number): Promise<void> {
    const keeper = requireKeeper(actor);
    await transaction(this.db, async (tx) => {
      const before = await this.kept(tx, keeper, id);
      await this.services.remove(tx, id);
      await this.tell(tx, keeper, 'deleted', before, null);
    });
  }

  /** What others look after is not there for whoever administers a community. */
  private async kept(tx: EntityManager, keeper: Actor, id: number): Promise<ServiceEntry> {
    const entry = await this.services.load(tx, id);
    if (!mayKeep(keeper, entry.groupId)) throw noSuchService();
    return entry;
  }

  private async check(tx: EntityManager, keeper: Actor, { name, agreementId }: ServiceDraft): Promise<void> {
    if (name.trim() === '') throw new AppError('invalid', 'service.name-missing', 'A service needs a name.');
    const agreement = await this.agreements.find(tx, agreementId);
    if (agreement && mayKeep(keeper, agreement.groupId)) return;
    throw new AppError('invalid', 'service.agreement-unknown', `There is no agreement ${agreementId}.`);
  }

  /** For the audit log. @returns the entry as it is now */
  private async tell<E extends ServiceEntry | null>(
    tx: EntityManager,
    keeper: Actor,
    what: 'created' | 'changed' | 'deleted',
    before: ServiceEntry | null,
    after: E,
  ): Promise<E> {
    const { id, name } = (after ?? before) as ServiceEntry;
    const changes = changesBetween(before, after, ['name', 'summary', 'agreementId', 'position', 'active']);
    const told = { action: `service.${what}`, object: { type: 'Service', id, label: name }, changes };
    await this.outbox.add(tx, recordAudit, auditMessage(keeper, told));
    return after;
  }
}

const isAdmin = (actor: Actor) => hasPermission(actor, 'admin.integration');
const mayKeep = (actor: Actor, groupId: number) => isAdmin(actor) || administersAll(actor, [groupId]);

/** @throws AppError forbidden `access.not-authorized` */
function requireReader(actor: Actor | undefined): Actor {
  const asks = ['ticket.customer', 'ticket.agent'].some((permission) => actor && hasPermission(actor, permission));
  return actor && asks ? actor : requireKeeper(actor);
}

/** @throws AppError forbidden `access.not-authorized` */
function requireKeeper<A extends Actor>(actor: A | undefined): A {
  return actor && administersAny(actor) ? actor : requireAdmin(actor);
}
