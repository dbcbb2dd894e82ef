import { type Actor, type applications, changesBetween, type OutputOf, type ParsedInputOf } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { mayApplications } from '../../domain/access.ts';
import { isRedirectUri } from '../../domain/oauth/redirect-uri.ts';
import { scopeNames } from '../../domain/oauth/scopes.ts';
import { minimal } from '../../domain/permissions.ts';
import { type ApplicationRow, ApplicationStore } from '../../persistence/application.store.ts';
import { Announce } from '../announce.ts';
import { Audit } from '../audit/audit.ts';
import { refusals } from '../refusals.ts';
import { hashOf, newSecret } from '../secrets.ts';

type Shown = OutputOf<typeof applications.get>;
type Input = ParsedInputOf<typeof applications.create>['body'];
type Written = Pick<ApplicationRow, 'name' | 'redirect_uris' | 'scopes'>;
type Change = ParsedInputOf<typeof applications.update>['body'];

const auditedColumns = ['name', 'redirect_uris', 'scopes'] as const;

/** The programs that people may let act for them; administrators only. */
@Injectable()
export class Applications {
  constructor(
    private readonly db: DataSource,
    private readonly rows: ApplicationStore,
    private readonly announce: Announce,
    private readonly audit: Audit,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError forbidden */
  async list(actor: Actor): Promise<Shown[]> {
    demand(actor);
    return (await this.rows.all(this.db)).map(shown);
  }

  /** @throws AppError forbidden, not-found */
  async get(actor: Actor, id: number): Promise<Shown> {
    demand(actor);
    return shown(found(await this.rows.byId(this.db, id), id));
  }

  /** @throws AppError forbidden; invalid `oauth.redirect-uri-refused`, `oauth.scope-unknown` */
  async create(actor: Actor, input: Input): Promise<Shown & { secret: string | null }> {
    demand(actor);
    const { confidential = true } = input;
    const secret = confidential ? newSecret() : null;
    const values = { uid: newSecret(), secret_hash: secret === null ? null : hashOf(secret), ...checked(input) };
    return transaction(this.db, async (tx) => {
      const row = await this.rows.add(tx, values, this.by(actor));
      await this.record(tx, actor, 'created', null, row);
      return { ...shown(row), secret };
    });
  }

  /** @throws AppError forbidden; not-found; invalid */
  async update(actor: Actor, id: number, change: Change): Promise<Shown> {
    demand(actor);
    return transaction(this.db, async (tx) => {
      const before = found(await this.rows.lock(tx, id), id);
      const { name = before.name, redirect_uris = before.redirect_uris, scopes = before.scopes } = change;
      const row = await this.rows.change(
        tx,
        { ...before, ...checked({ name, redirect_uris, scopes }) },
        this.by(actor),
      );
      await this.announce.accessChanged(tx, null, 'application');
      await this.record(tx, actor, 'changed', before, row);
      return shown(row);
    });
  }

  /** @throws AppError forbidden; not-found; conflict `oauth.public-client` */
  async renewSecret(actor: Actor, id: number): Promise<Shown & { secret: string }> {
    demand(actor);
    const secret = newSecret();
    return transaction(this.db, async (tx) => {
      const before = found(await this.rows.lock(tx, id), id);
      if (before.secret_hash === null) {
        throw new AppError('conflict', 'oauth.public-client', 'This application keeps no secret.');
      }
      const row = await this.rows.change(tx, { ...before, secret_hash: hashOf(secret) }, this.by(actor));
      await this.audit.record(tx, actor, { action: 'application.secret-renewed', object: objectOf(row) });
      return { ...shown(row), secret };
    });
  }

  /** @throws AppError forbidden, not-found */
  async delete(actor: Actor, id: number): Promise<Record<string, never>> {
    demand(actor);
    await transaction(this.db, async (tx) => {
      const before = found(await this.rows.lock(tx, id), id);
      await this.rows.delete(tx, id);
      await this.announce.accessChanged(tx, null, 'application');
      await this.record(tx, actor, 'deleted', before, null);
    });
    return {};
  }

  private async record(
    tx: EntityManager,
    actor: Actor,
    what: 'created' | 'changed' | 'deleted',
    before: ApplicationRow | null,
    after: ApplicationRow | null,
  ): Promise<void> {
    const object = objectOf((after ?? before) as ApplicationRow);
    const changes = changesBetween(before, after, auditedColumns);
    await this.audit.record(tx, actor, { action: `application.${what}`, object, changes });
  }

  private by(actor: Actor): { userId: number; at: Date } {
    return { userId: actor.actingUserId ?? actor.userId, at: new Date(this.clock.now()) };
  }
}

function demand(actor: Actor): void {
  if (!mayApplications.manage(actor)) throw refusals.notAuthorized();
}

function found(row: ApplicationRow | undefined, id: number): ApplicationRow {
  if (!row) throw refusals.notFound('Application', id);
  return row;
}

/** @throws AppError invalid */
function checked({ name, redirect_uris, scopes }: Written): Written {
  if (name.trim() === '') throw refusals.blank('Name');
  if (redirect_uris.length === 0) throw refusals.required('redirect_uris');
  if (scopes.length === 0) throw refusals.required('scopes');
  for (const uri of redirect_uris) {
    if (isRedirectUri(uri)) continue;
    throw new AppError(
      'invalid',
      'oauth.redirect-uri-refused',
      `No redirect URI: '${uri.slice(0, 200)}'. It must be https, http on the loopback interface, or a scheme with a dot.`,
    );
  }
  const unknown = scopes.find((scope) => !scopeNames.includes(scope));
  if (unknown !== undefined) {
    throw new AppError('invalid', 'oauth.scope-unknown', `Applications cannot have the scope '${unknown}'.`);
  }
  return { name: name.trim(), redirect_uris: [...new Set(redirect_uris)], scopes: minimal(scopes) };
}

function objectOf({ id, name }: ApplicationRow) {
  return { type: 'Application', id, label: name };
}

function shown({ secret_hash, created_at, updated_at, ...row }: ApplicationRow): Shown {
  return {
    ...row,
    confidential: secret_hash !== null,
    created_at: created_at.toISOString(),
    updated_at: updated_at.toISOString(),
  };
}
