import { type Actor, auditMessage, changesBetween, hasPermission, recordAudit } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import type { Outbox } from '@helpmesh/messaging';
import { afterCommit, transaction } from '@helpmesh/persistence';
import type { SafeFetch, SecretBox } from '@helpmesh/service-kit';
import type { DataSource, EntityManager } from 'typeorm';
import type { GroupStore } from '../../persistence/group.store.ts';
import type { ImportStore } from '../../persistence/import.store.ts';
import { contextOf, type Import, type ImportSettings, type OpenPast } from './ports.ts';
import type { RunImports } from './run-imports.ts';

/** Less than whoever asks waits for an answer. */
const DEADLINE_MS = 4_500;
const audited = ['kind', 'address', 'account', 'signIn', 'groupId'] as const;

/** Where the past of other helpdesks comes from. All: @throws AppError forbidden, not-found `import.not-found` */
export class ManageImports {
  constructor(
    private readonly db: DataSource,
    private readonly store: ImportStore,
    private readonly groups: Pick<GroupStore, 'exists'>,
    private readonly safe: Pick<SafeFetch, 'check'>,
    private readonly open: OpenPast,
    private readonly run: Pick<RunImports, 'wake'>,
    private readonly box: SecretBox,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  list(actor: Actor | undefined): Promise<Import[]> {
    requireAdmin(actor);
    return this.store.list(this.db);
  }

  get(actor: Actor | undefined, id: number): Promise<Import> {
    requireAdmin(actor);
    return this.store.get(this.db, id);
  }

  /** @throws AppError invalid `import.group-unknown`, `import.account-missing`, `net.address-refused` */
  async create(actor: Actor | undefined, given: ImportSettings, secret: string): Promise<Import> {
    const admin = requireAdmin(actor);
    const settings = await this.checked(given);
    const id = await transaction(this.db, async (tx) => {
      const made = await this.store.add(tx, settings, admin.userId, this.clock.now());
      await this.store.keepSecret(tx, made, this.sealed(made, secret));
      await this.tell(tx, admin, 'created', made, null, settings);
      return made;
    });
    return this.store.get(this.db, id);
  }

  /**
   * Changes what is given. What is kept for one address is not shown at another.
   * @throws AppError as `create`; conflict `import.running`; invalid `import.secret-missing`
   */
  async update(
    actor: Actor | undefined,
    id: number,
    change: Partial<ImportSettings>,
    secret: string | undefined,
  ): Promise<Import> {
    const admin = requireAdmin(actor);
    await transaction(this.db, async (tx) => {
      const before = await this.store.load(tx, id);
      requireRest(before);
      const settings = await this.checked({ ...before, ...change });
      if (secret === undefined && new URL(settings.address).origin !== new URL(before.address).origin) {
        throw new AppError('invalid', 'import.secret-missing', 'Another helpdesk needs a token of its own.');
      }
      await this.store.save(tx, id, settings, admin.userId, this.clock.now());
      if (secret !== undefined) await this.store.keepSecret(tx, id, this.sealed(id, secret));
      await this.tell(tx, admin, 'changed', id, before, settings);
    });
    return this.store.get(this.db, id);
  }

  /** @throws AppError conflict `import.running` */
  async remove(actor: Actor | undefined, id: number): Promise<void> {
    const admin = requireAdmin(actor);
    await transaction(this.db, async (tx) => {
      const before = await this.store.load(tx, id);
      requireRest(before);
      await this.store.remove(tx, id);
      await this.tell(tx, admin, 'deleted', id, before, null);
    });
  }

  /** Calls there. What is wrong is part of the answer. */
  async verify(actor: Actor | undefined, id: number) {
    requireAdmin(actor);
    const found = await this.store.get(this.db, id);
    try {
      const reader = this.open(found, this.box.open(found.secret, contextOf(id)).toString());
      const who = await reader.check({ signal: AbortSignal.timeout(DEADLINE_MS) });
      return { ok: true, ...who, detail: null };
    } catch (error) {
      const nobody = { product: '', version: '', account: '', groups: [] };
      return { ok: false, ...nobody, detail: AppError.from(error).detail };
    }
  }

  /** Goes on with what was stopped or broke off, else begins. @throws AppError conflict `import.running`, `import.another-runs` */
  async start(actor: Actor | undefined, id: number, doing: NonNullable<Import['doing']>): Promise<Import> {
    const admin = requireAdmin(actor);
    await transaction(this.db, async (tx) => {
      const before = await this.store.load(tx, id);
      requireRest(before);
      const goesOn = ['stopped', 'failed'].includes(before.state) && before.doing === doing && before.phase !== null;
      await this.store.begin(tx, id, doing, !goesOn, admin.userId, this.clock.now());
      await this.tell(tx, admin, doing === 'import' ? 'started' : 'tried', id, null, null, before);
      afterCommit(tx, () => this.run.wake());
    });
    return this.store.get(this.db, id);
  }

  /** Nothing happens to one that does not run. */
  async stop(actor: Actor | undefined, id: number): Promise<Import> {
    const admin = requireAdmin(actor);
    await transaction(this.db, async (tx) => {
      const before = await this.store.load(tx, id);
      if (!isBusy(before)) return;
      await this.store.stop(tx, id);
      await this.tell(tx, admin, 'stopped', id, null, null, before);
    });
    return this.store.get(this.db, id);
  }

  async problems(actor: Actor | undefined, id: number, limit: number, offset: number) {
    requireAdmin(actor);
    await this.store.get(this.db, id);
    return this.store.problems(this.db, id, limit, offset);
  }

  private sealed(id: number, secret: string): Buffer {
    return this.box.seal(Buffer.from(secret.trim()), contextOf(id));
  }

  private async checked(given: ImportSettings): Promise<ImportSettings> {
    // One name for one helpdesk, however it is written: what is here already is known by it.
    const { origin, pathname } = this.safe.check(given.address.trim());
    const address = `${origin}${pathname.replace(/\/+$/, '')}`;
    if (given.signIn === 'password' && given.account.trim() === '') {
      throw new AppError('invalid', 'import.account-missing', 'The login of the account is needed with a password.');
    }
    for (const groupId of new Set([given.groupId, ...Object.values(given.groups)])) {
      if (await this.groups.exists(this.db, groupId)) continue;
      throw new AppError('invalid', 'import.group-unknown', `There is no group ${groupId}.`);
    }
    return { ...given, address, account: given.account.trim() };
  }

  /** For the audit log. */
  private async tell(
    tx: EntityManager,
    admin: Actor,
    what: string,
    id: number,
    before: ImportSettings | null,
    after: ImportSettings | null,
    about = after ?? before,
  ): Promise<void> {
    const object = { type: 'Import', id, label: about?.address ?? '' };
    const changes = before || after ? changesBetween(before, after, audited) : {};
    await this.outbox.add(tx, recordAudit, auditMessage(admin, { action: `import.${what}`, object, changes }));
  }
}

const isBusy = ({ state }: Import) => state === 'running' || state === 'waiting';

/** @throws AppError conflict `import.running` */
function requireRest(found: Import): void {
  if (isBusy(found)) throw new AppError('conflict', 'import.running', 'It is running: stop it first.');
}

/** It adds people and tickets of every group. @throws AppError forbidden `access.not-authorized` */
function requireAdmin<A extends Actor>(actor: A | undefined): A {
  if (actor && hasPermission(actor, 'admin')) return actor;
  throw new AppError('forbidden', 'access.not-authorized', 'Not authorized');
}
