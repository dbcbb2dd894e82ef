import { type Actor, changesBetween, type OutputOf, type PublicLinkInput, type publicLinks } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { mayPublicLinks } from '../domain/access.ts';
import { type PublicLinkRow, PublicLinkStore, type PublicLinkValues } from '../persistence/public-link.store.ts';
import { Audit } from './audit/audit.ts';
import { refusals } from './refusals.ts';

type Shown = OutputOf<typeof publicLinks.get>;

const audited = ['link', 'title', 'description', 'screen', 'new_tab', 'prio'] as const;

/** Links on the pages that strangers see. */
@Injectable()
export class PublicLinks {
  constructor(
    private readonly db: DataSource,
    private readonly rows: PublicLinkStore,
    private readonly audit: Audit,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError forbidden */
  async list(actor: Actor): Promise<Shown[]> {
    demand(actor);
    return (await this.rows.all(this.db)).map(shown);
  }

  /** For anybody. */
  async shownOn(screen: string): Promise<OutputOf<typeof publicLinks.shown>> {
    const rows = await this.rows.all(this.db);
    return rows
      .filter((row) => row.screen.includes(screen))
      .map(({ link, title, description, new_tab }) => ({ link, title, description, new_tab }));
  }

  /** @throws AppError forbidden, not-found */
  async get(actor: Actor, id: number): Promise<Shown> {
    demand(actor);
    return shown(found(await this.rows.byId(this.db, id), id));
  }

  /** @throws AppError forbidden; invalid */
  async create(actor: Actor, input: PublicLinkInput): Promise<Shown> {
    demand(actor);
    return transaction(this.db, async (tx) => {
      const last = (await this.rows.all(tx)).at(-1)?.prio ?? 0;
      const values = checked(input, { ...blank, prio: last + 1 });
      const row = await this.rows.add(tx, values, this.by(actor));
      await this.record(tx, actor, 'created', null, row);
      return shown(row);
    });
  }

  /** @throws AppError forbidden, not-found; invalid */
  async update(actor: Actor, id: number, input: PublicLinkInput): Promise<Shown> {
    demand(actor);
    return transaction(this.db, async (tx) => {
      const before = found(await this.rows.byId(tx, id), id);
      const row = await this.rows.change(tx, id, checked(input, before), this.by(actor));
      await this.record(tx, actor, 'changed', before, row);
      return shown(row);
    });
  }

  /** @throws AppError forbidden, not-found */
  async delete(actor: Actor, id: number): Promise<Record<string, never>> {
    demand(actor);
    await transaction(this.db, async (tx) => {
      const before = found(await this.rows.byId(tx, id), id);
      await this.rows.remove(tx, id);
      await this.record(tx, actor, 'deleted', before, null);
    });
    return {};
  }

  private async record(
    tx: EntityManager,
    actor: Actor,
    what: 'created' | 'changed' | 'deleted',
    before: PublicLinkRow | null,
    after: PublicLinkRow | null,
  ): Promise<void> {
    const { id, title } = (after ?? before) as PublicLinkRow;
    const object = { type: 'PublicLink', id, label: title };
    await this.audit.record(tx, actor, {
      ...{ action: `public-link.${what}`, object, changes: changesBetween(before, after, audited) },
    });
  }

  private by(actor: Actor): { userId: number; at: Date } {
    return { userId: actor.actingUserId ?? actor.userId, at: new Date(this.clock.now()) };
  }
}

const blank: PublicLinkValues = { link: '', title: '', description: null, screen: ['login'], new_tab: true, prio: 0 };

/** @throws AppError invalid `identity.public-link-refused`, and for what is missing */
function checked(input: PublicLinkInput, before: PublicLinkValues): PublicLinkValues {
  const next: PublicLinkValues = {
    link: input.link?.trim() ?? before.link,
    title: input.title?.trim() ?? before.title,
    description: input.description === undefined ? before.description : input.description?.trim() || null,
    screen: input.screen ? [...new Set(input.screen)] : before.screen,
    new_tab: input.new_tab ?? before.new_tab,
    prio: input.prio ?? before.prio,
  };
  if (next.title === '') throw refusals.blank('Title');
  // What stands in a page for strangers must not be able to run in it.
  if (URL.canParse(next.link) && /^(https?|mailto):$/.test(new URL(next.link).protocol)) return next;
  const why = 'A public link begins with https:, http: or mailto:.';
  throw new AppError('invalid', 'identity.public-link-refused', why);
}

function shown({ created_at, updated_at, ...row }: PublicLinkRow): Shown {
  const at = { created_at: created_at.toISOString(), updated_at: updated_at.toISOString() };
  return { ...row, screen: row.screen as Shown['screen'], ...at };
}

function demand(actor: Actor): void {
  if (!mayPublicLinks.manage(actor)) throw refusals.notAuthorized();
}

function found(row: PublicLinkRow | undefined, id: number): PublicLinkRow {
  if (!row) throw refusals.notFound('PublicLink', id);
  return row;
}
