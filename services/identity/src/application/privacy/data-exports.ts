import type { BlobStore } from '@helpmesh/blob';
import type { Caller, dataExports, getDataExportFile, OutputOf, ParsedInputOf } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { afterCommit, transaction, violates } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { mayPrivacy } from '../../domain/access.ts';
import { DataExportStore, type ExportRow } from '../../persistence/data-export.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import { Audit } from '../audit/audit.ts';
import { BLOBS } from '../ports.ts';
import { refusals } from '../refusals.ts';
import { KEPT_MS, MakeExports } from './make-exports.ts';

type Export = OutputOf<typeof dataExports.show>;
type Order = ParsedInputOf<typeof dataExports.create>['body'];

const DAY_MS = 24 * 3_600_000;
/** Of one person, by one who wishes it, in a day. */
const MOST_A_DAY = 3;
const MAX_LISTED = 100;
const SYSTEM_USER = 1;
const PAGE = 100;

/** Archives of what is kept about people: ordered, watched, fetched by who ordered them, and removed. */
@Injectable()
export class DataExports {
  constructor(
    private readonly db: DataSource,
    private readonly store: DataExportStore,
    private readonly users: UserStore,
    private readonly audit: Audit,
    private readonly making: MakeExports,
    @Inject(BLOBS) private readonly blobs: BlobStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError forbidden */
  async list(actor: Caller): Promise<Export[]> {
    if (!mayPrivacy.exportOf(actor, actor.userId) && !mayPrivacy.manage(actor)) throw refusals.notAuthorized();
    const rows = await this.store.ofOrderer(this.db, actor.userId, MAX_LISTED);
    return rows.filter(({ userId }) => mayPrivacy.exportOf(actor, userId)).map((row) => this.shown(row));
  }

  /** @throws AppError forbidden, not-found */
  async show(actor: Caller, id: number): Promise<Export> {
    return this.shown(await this.own(actor, id));
  }

  /**
   * @throws AppError forbidden; not-found; invalid, `identity.export-internal`;
   *   conflict, `identity.export-under-way`; limited, `identity.export-limit`
   */
  async order(actor: Caller, { user_id: userId = actor.userId, internal = false }: Order): Promise<Export> {
    if (!mayPrivacy.exportOf(actor, userId)) throw refusals.notAuthorized();
    if (internal && userId === actor.userId) throw refusals.exportInternal();
    try {
      return await transaction(this.db, async (tx) => {
        const user = await this.users.lock(tx, userId);
        if (!user || userId === SYSTEM_USER) throw refusals.notFound('User', userId);
        const now = this.clock.now();
        const before = await this.store.countSince(tx, actor.userId, userId, new Date(now - DAY_MS));
        if (before >= MOST_A_DAY) throw refusals.exportLimit();
        const row = await this.store.add(tx, {
          ...{ userId, internal, createdById: actor.userId },
          ...{ createdAt: new Date(now), expiresAt: new Date(now + KEPT_MS) },
        });
        await this.audit.record(tx, actor, {
          action: 'data-export.ordered',
          object: { type: 'User', id: userId },
          changes: { internal: { to: internal } },
        });
        afterCommit(tx, () => this.making.ring());
        return this.shown(row);
      });
    } catch (error) {
      if (violates(error, 'data_export_under_way')) throw refusals.exportUnderWay();
      throw error;
    }
  }

  /** Which file it is, for who ordered it. @throws AppError forbidden, not-found */
  async fileOf(actor: Caller, id: number): Promise<OutputOf<typeof getDataExportFile>> {
    const row = await this.own(actor, id);
    const { sha256, size, userId, createdAt } = row;
    if (this.stateOf(row) !== 'ready' || sha256 === null || size === null) throw refusals.notFound('DataExport', id);
    await transaction(this.db, (tx) =>
      this.audit.record(tx, actor, { action: 'data-export.downloaded', object: { type: 'User', id: userId } }),
    );
    return { sha256, size, filename: `personal-data-${userId}-${createdAt.toISOString().slice(0, 10)}.zip` };
  }

  /** The person is erased: their archives are not to be had from now on. */
  end(tx: EntityManager, userId: number): Promise<void> {
    return this.store.endOf(tx, userId, new Date(this.clock.now()));
  }

  /** With those that were ordered since. @returns how many */
  async remove(userId: number): Promise<number> {
    const count = await this.countOf(userId);
    await transaction(this.db, (tx) => this.end(tx, userId));
    await this.removeOver();
    return count;
  }

  countOf(userId: number): Promise<number> {
    return this.store.count(this.db, userId);
  }

  /** Removes archives whose time is over: first the file, then what names it. @returns how many */
  async removeOver(): Promise<number> {
    let removed = 0;
    for (;;) {
      const rows = await this.store.over(this.db, new Date(this.clock.now()), PAGE);
      for (const { id, sha256 } of rows) {
        if (sha256 !== null) await this.blobs.delete(sha256);
        await this.store.delete(this.db, id);
      }
      removed += rows.length;
      if (rows.length < PAGE) return removed;
    }
  }

  private async own(actor: Caller, id: number): Promise<ExportRow> {
    const row = await this.store.byId(this.db, id);
    if (row?.createdById !== actor.userId) {
      if (!mayPrivacy.exportOf(actor, actor.userId) && !mayPrivacy.manage(actor)) throw refusals.notAuthorized();
      throw refusals.notFound('DataExport', id);
    }
    // Whoever ordered it as an administrator may have ceased to be one.
    if (!mayPrivacy.exportOf(actor, row.userId)) throw refusals.notAuthorized();
    return row;
  }

  private stateOf({ state, expiresAt }: ExportRow): Export['state'] {
    return state === 'ready' && expiresAt.getTime() <= this.clock.now() ? 'expired' : state;
  }

  private shown(row: ExportRow): Export {
    const state = this.stateOf(row);
    return {
      id: row.id,
      user_id: row.userId,
      internal: row.internal,
      state,
      progress: { parts: row.parts, files: row.files, bytes: row.bytes },
      size: state === 'ready' ? row.size : null,
      created_by_id: row.createdById,
      created_at: row.createdAt.toISOString(),
      updated_at: row.updatedAt.toISOString(),
      expires_at: row.expiresAt.toISOString(),
    };
  }
}
