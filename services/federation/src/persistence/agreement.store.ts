import type { groupProviders, OutputOf } from '@helpmesh/contracts';
import { AppError, type EpochMs } from '@helpmesh/kernel';
import { sql, violates } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { Agreement, AgreementDraft } from '../domain/agreement.ts';

interface AgreementRow {
  id: number;
  kind: Agreement['kind'];
  name: string;
  group_id: number;
  list_address: string | null;
  peer_id: number | null;
  disclosure: Agreement['disclosure'];
  internal_notes: boolean;
  max_attachment_bytes: number;
  attachment_types: string[];
  answer_hours: number;
  active: boolean;
  created_by_id: number;
  updated_by_id: number;
  created_at: Date;
  updated_at: Date;
}

export interface Redirected {
  ticketId: number;
  agreementId: number;
  listAddress: string;
  mailId: string;
}

export class AgreementStore {
  /** @param groupIds  of these groups only; null: all */
  async list(db: DataSource, groupIds: readonly number[] | null, limit: number, offset: number): Promise<Agreement[]> {
    const rows = await sql<AgreementRow>(
      db,
      `SELECT * FROM agreement WHERE $3::int[] IS NULL OR group_id = ANY ($3) ORDER BY id LIMIT $1 OFFSET $2`,
      [limit, offset, groupIds],
    );
    return rows.map(toAgreement);
  }

  /** @throws AppError conflict `agreement.group-taken` */
  async add(tx: EntityManager, draft: AgreementDraft, byId: number, now: EpochMs): Promise<Agreement> {
    const [row] = await oneActivePerGroup(
      sql<AgreementRow>(
        tx,
        `INSERT INTO agreement (kind, name, group_id, list_address, active, peer_id, disclosure, internal_notes,
           max_attachment_bytes, attachment_types, answer_hours, created_by_id, updated_by_id, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13, $13) RETURNING *`,
        [...valuesOf(draft), byId, new Date(now)],
      ),
    );
    return toAgreement(found(row));
  }

  /** @param groupIds  of these groups only; null: any @throws AppError not-found `agreement.not-found` */
  async get(db: DataSource, id: number, groupIds: readonly number[] | null = null): Promise<Agreement> {
    const [row] = await sql<AgreementRow>(
      db,
      'SELECT * FROM agreement WHERE id = $1 AND ($2::int[] IS NULL OR group_id = ANY ($2))',
      [id, groupIds],
    );
    return toAgreement(found(row));
  }

  /** Loads and locks. @throws AppError not-found `agreement.not-found` */
  async load(tx: EntityManager, id: number): Promise<Agreement> {
    const [row] = await sql<AgreementRow>(tx, 'SELECT * FROM agreement WHERE id = $1 FOR UPDATE', [id]);
    return toAgreement(found(row));
  }

  /** @throws AppError conflict `agreement.group-taken` */
  async save(tx: EntityManager, id: number, draft: AgreementDraft, byId: number, now: EpochMs): Promise<Agreement> {
    const [row] = await oneActivePerGroup(
      sql<AgreementRow>(
        tx,
        `UPDATE agreement SET kind = $1, name = $2, group_id = $3, list_address = $4, active = $5, peer_id = $6,
           disclosure = $7, internal_notes = $8, max_attachment_bytes = $9, attachment_types = $10, answer_hours = $11,
           updated_by_id = $12, updated_at = $13
         WHERE id = $14 RETURNING *`,
        [...valuesOf(draft), byId, new Date(now), id],
      ),
    );
    return toAgreement(found(row));
  }

  /** @throws AppError not-found `agreement.not-found`; conflict `agreement.has-services` */
  async remove(tx: EntityManager, id: number): Promise<void> {
    try {
      const [row] = await sql<AgreementRow>(tx, 'DELETE FROM agreement WHERE id = $1 RETURNING *', [id]);
      found(row);
    } catch (error) {
      if (!violates(error, 'service_entry_agreement_id_fkey')) throw error;
      const detail = 'Services of the catalogue point at this agreement. Have them point at another one first.';
      throw new AppError('conflict', 'agreement.has-services', detail, undefined, { cause: error });
    }
  }

  /** The agreements new tickets of these groups fall under; inside a transaction held as they are until its end. */
  async activeOf(on: DataSource | EntityManager, groupIds: readonly number[]): Promise<ReadonlyMap<number, Agreement>> {
    const held = 'queryRunner' in on ? 'ORDER BY id FOR SHARE' : '';
    const rows = await sql<AgreementRow>(
      on,
      `SELECT * FROM agreement WHERE group_id = ANY ($1::int[]) AND active ${held}`,
      [groupIds],
    );
    return new Map(rows.map((row) => [row.group_id, toAgreement(row)]));
  }

  /** What the active ones are about, by name, and the helpdesks that they name. */
  async providers(db: DataSource): Promise<OutputOf<typeof groupProviders>> {
    const [agreements, helpdesks] = await Promise.all([
      sql<{ id: number; name: string; kind: Agreement['kind']; groupId: number }>(
        db,
        'SELECT id, name, kind, group_id AS "groupId" FROM agreement WHERE active ORDER BY lower(name), id',
      ),
      sql<{ id: number; name: string; groupIds: number[] }>(
        db,
        `SELECT p.id, p.name, array_agg(a.group_id::int ORDER BY a.group_id) AS "groupIds"
         FROM peer p JOIN agreement a ON a.peer_id = p.id WHERE a.active GROUP BY p.id ORDER BY lower(p.name), p.id`,
      ),
    ]);
    return { agreements, helpdesks };
  }

  async find(on: DataSource | EntityManager, id: number): Promise<Agreement | undefined> {
    const [row] = await sql<AgreementRow>(on, 'SELECT * FROM agreement WHERE id = $1', [id]);
    return row && toAgreement(row);
  }

  async ofPeer(on: DataSource | EntityManager, peerId: number): Promise<Agreement[]> {
    const rows = await sql<AgreementRow>(on, 'SELECT * FROM agreement WHERE peer_id = $1 ORDER BY id', [peerId]);
    return rows.map(toAgreement);
  }

  async isRedirected(db: DataSource, ticketId: number): Promise<boolean> {
    return (await sql(db, 'SELECT 1 FROM redirected_ticket WHERE ticket_id = $1', [ticketId])).length > 0;
  }

  /** @returns false when the ticket has left before */
  async redirected(tx: EntityManager, one: Redirected, now: EpochMs): Promise<boolean> {
    const rows = await sql(
      tx,
      `INSERT INTO redirected_ticket (ticket_id, agreement_id, list_address, mail_id, redirected_at)
       VALUES ($1, $2, $3, $4, $5) ON CONFLICT (ticket_id) DO NOTHING RETURNING ticket_id`,
      [one.ticketId, one.agreementId, one.listAddress, one.mailId, new Date(now)],
    );
    return rows.length > 0;
  }
}

function valuesOf(draft: AgreementDraft) {
  const { kind, name, groupId, listAddress, active, peerId, disclosure, internalNotes } = draft;
  const { maxAttachmentBytes, attachmentTypes, answerHours } = draft;
  return [
    ...[kind, name, groupId, listAddress, active, peerId, disclosure, internalNotes],
    ...[maxAttachmentBytes, attachmentTypes, answerHours],
  ];
}

async function oneActivePerGroup<T>(statement: Promise<T>): Promise<T> {
  try {
    return await statement;
  } catch (error) {
    if (!violates(error, 'agreement_active_group')) throw error;
    throw new AppError('conflict', 'agreement.group-taken', 'This group has an active agreement already.', undefined, {
      cause: error,
    });
  }
}

function found(row: AgreementRow | undefined): AgreementRow {
  if (!row) throw new AppError('not-found', 'agreement.not-found', 'There is no such agreement.');
  return row;
}

function toAgreement(row: AgreementRow): Agreement {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    groupId: row.group_id,
    listAddress: row.list_address,
    peerId: row.peer_id,
    disclosure: row.disclosure,
    internalNotes: row.internal_notes,
    maxAttachmentBytes: row.max_attachment_bytes,
    attachmentTypes: row.attachment_types,
    answerHours: row.answer_hours,
    active: row.active,
    createdById: row.created_by_id,
    updatedById: row.updated_by_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
