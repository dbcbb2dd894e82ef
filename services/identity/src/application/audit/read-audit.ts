import type { Actor, auditLog, OutputOf, ParsedInputOf } from '@helpmesh/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { mayAudit } from '../../domain/access.ts';
import { normalAddress } from '../../domain/address.ts';
import { type AuditFilter, AuditStore, type ShownEntry } from '../../persistence/audit.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import { refusals } from '../refusals.ts';
import { VerifyAudit } from './verify-audit.ts';

type Query = ParsedInputOf<typeof auditLog.list>['query'];
type Page = OutputOf<typeof auditLog.list>;

const PAGE = 100;
const LARGEST_PAGE = 1_000;

/** The audit log for those who may read it. */
@Injectable()
export class ReadAudit {
  constructor(
    private readonly db: DataSource,
    private readonly store: AuditStore,
    private readonly users: UserStore,
    private readonly verifying: VerifyAudit,
  ) {}

  /** @throws AppError forbidden */
  async list(actor: Actor, query: Query): Promise<Page> {
    if (!mayAudit.read(actor)) throw refusals.notAuthorized();
    const limit = Math.min(query.limit ?? PAGE, LARGEST_PAGE);
    const filter = await this.filterOf(query);
    if (!filter) return { entries: [], next: null };
    // One more than asked for tells whether there is a next page.
    const rows = await this.store.page(this.db, filter, limit + 1);
    const entries = rows.slice(0, limit).map(shown);
    return { entries, next: rows.length > limit ? (entries.at(-1)?.id ?? null) : null };
  }

  /** @throws AppError forbidden; unavailable */
  async verify(actor: Actor, signal: AbortSignal): Promise<OutputOf<typeof auditLog.verify>> {
    if (!mayAudit.read(actor)) throw refusals.notAuthorized();
    return this.verifying.run(signal);
  }

  /** @returns undefined when nothing can meet it: nobody is called so */
  private async filterOf(query: Query): Promise<AuditFilter | undefined> {
    const personId = query.actor?.trim() ? await this.personOf(query.actor.trim()) : undefined;
    if (personId === null) return undefined;
    const { action, object_type: objectType, object_id: objectId, service, from, to, before } = query;
    return {
      personId,
      action: action || undefined,
      objectType: objectType || undefined,
      objectId: objectId || undefined,
      service: service || undefined,
      from: from === undefined ? undefined : new Date(from),
      to: to === undefined ? undefined : new Date(to),
      before,
    };
  }

  /** Ids are taken as they are: people who are gone are still in the log. */
  private async personOf(name: string): Promise<number | null> {
    if (/^\d{1,9}$/.test(name)) return Number(name);
    return (await this.users.findId(this.db, normalAddress(name))) ?? null;
  }
}

function shown(row: ShownEntry): Page['entries'][number] {
  return {
    id: row.seq,
    created_at: row.at.toISOString(),
    service: row.service,
    action: row.action,
    actor_id: row.actorId,
    actor: row.actor,
    on_behalf_of_id: row.onBehalfOfId,
    on_behalf_of: row.onBehalfOf,
    object_type: row.objectType,
    object_id: row.objectId,
    object_label: row.objectLabel ?? row.objectLogin,
    changes: JSON.parse(row.changes),
    ip: row.address,
    request_id: row.requestId,
    hash: row.hash.toString('hex'),
  };
}
