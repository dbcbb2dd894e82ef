import type { FederationProposal, groupProviders, OutputOf } from '@helpmesh/contracts';
import { AppError, type EpochMs } from '@helpmesh/kernel';
import { lockAllInTransaction, sql, violates } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { Agreement, AgreementDraft, PeerAgreement } from '../domain/agreement.ts';
import type { ToldStatus } from '../domain/agreement-life.ts';

interface AgreementRow {
  id: number;
  kind: Agreement['kind'];
  name: string;
  group_id: number | null;
  list_address: string | null;
  peer_id: number | null;
  disclosure: Agreement['disclosure'];
  internal_notes: boolean;
  max_attachment_bytes: number;
  attachment_types: string[];
  answer_hours: number;
  active: boolean;
  status: PeerAgreement['status'];
  paused_here: boolean;
  paused_there: boolean;
  reason: string | null;
  remote_id: number | null;
  tell_error: string | null;
  version: number;
  created_by_id: number;
  updated_by_id: number;
  created_at: Date;
  updated_at: Date;
}

/** An agreement of which a peer is to hear. */
export interface Untold {
  agreement: PeerAgreement;
  attempts: number;
  /** What it knows of us; null: nothing. */
  told: string | null;
}

/** One that was deleted here. */
export interface UntoldEnd {
  peerId: number;
  remoteId: number;
  attempts: number;
}

/** Before somebody else tells it; longer than the calls take. */
const LEASE_MS = 60_000;
/** Peers that may be called now, as `p`. */
const callable = `(p.token IS NOT NULL OR p.by_key) AND NOT p.paused AND (p.held_until IS NULL OR p.held_until <= $1)
  AND NOT (SELECT stopped FROM sync_switch)`;

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
      `SELECT * FROM agreement WHERE group_id IS NOT NULL AND ($3::int[] IS NULL OR group_id = ANY ($3))
       ORDER BY id LIMIT $1 OFFSET $2`,
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
      `SELECT * FROM agreement WHERE id = $1 AND group_id IS NOT NULL AND ($2::int[] IS NULL OR group_id = ANY ($2))`,
      [id, groupIds],
    );
    return toAgreement(found(row));
  }

  /** Loads and locks. @throws AppError not-found `agreement.not-found` */
  async load(tx: EntityManager, id: number): Promise<Agreement> {
    const [row] = await sql<AgreementRow>(
      tx,
      'SELECT * FROM agreement WHERE id = $1 AND group_id IS NOT NULL FOR UPDATE',
      [id],
    );
    return toAgreement(found(row));
  }

  /** @throws AppError conflict `agreement.group-taken` */
  async save(tx: EntityManager, id: number, draft: AgreementDraft, byId: number, now: EpochMs): Promise<Agreement> {
    const [row] = await oneActivePerGroup(
      sql<AgreementRow>(
        tx,
        `UPDATE agreement SET kind = $1, name = $2, group_id = $3, list_address = $4, active = $5, peer_id = $6,
           disclosure = $7, internal_notes = $8, max_attachment_bytes = $9, attachment_types = $10, answer_hours = $11,
           updated_by_id = $12, updated_at = $13, version = version + 1
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
    return new Map(rows.map(toAgreement).map((agreement) => [agreement.groupId, agreement]));
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

  async ofPeer(on: DataSource | EntityManager, peerId: number): Promise<PeerAgreement[]> {
    const rows = await sql<AgreementRow>(on, 'SELECT * FROM agreement WHERE peer_id = $1 ORDER BY id', [peerId]);
    return rows.map(toPeerAgreement);
  }

  // Proposals.

  /** Nobody else makes or answers proposals of a peer until the transaction ends. */
  async lockProposals(tx: EntityManager, peerId: number): Promise<void> {
    await lockAllInTransaction(tx, [`proposals of peer ${peerId}`]);
  }

  /** What peers have proposed and nobody has answered, the oldest first. */
  async pending(on: DataSource | EntityManager, peerId: number | null = null): Promise<PeerAgreement[]> {
    const rows = await sql<AgreementRow>(
      on,
      "SELECT * FROM agreement WHERE status = 'pending' AND ($1::bigint IS NULL OR peer_id = $1) ORDER BY id",
      [peerId],
    );
    return rows.map(toPeerAgreement);
  }

  /** By its number there. */
  async byRemote(tx: EntityManager, peerId: number, remoteId: number): Promise<PeerAgreement | undefined> {
    const [row] = await sql<AgreementRow>(tx, 'SELECT * FROM agreement WHERE peer_id = $1 AND remote_id = $2', [
      ...[peerId, remoteId],
    ]);
    return row && toPeerAgreement(row);
  }

  /** Is about no group, and binds nobody. */
  async addPending(tx: EntityManager, peerId: number, proposal: FederationProposal, now: EpochMs) {
    const { number, name, requesterDisclosure, internalNotes } = proposal;
    const [row] = await sql<AgreementRow>(
      tx,
      `INSERT INTO agreement (kind, name, active, status, peer_id, remote_id, disclosure, internal_notes, told,
         created_by_id, updated_by_id, created_at, updated_at)
       VALUES ('full', $1, false, 'pending', $2, $3, $4, $5, NULL, 1, 1, $6, $6) RETURNING *`,
      [name, peerId, number, requesterDisclosure, internalNotes === 'always', new Date(now)],
    );
    return toPeerAgreement(found(row));
  }

  /** Of a peer; loads and locks. */
  async loadOf(tx: EntityManager, peerId: number, id: number): Promise<PeerAgreement | undefined> {
    const [row] = await sql<AgreementRow>(tx, 'SELECT * FROM agreement WHERE id = $1 AND peer_id = $2 FOR UPDATE', [
      ...[id, peerId],
    ]);
    return row && toPeerAgreement(row);
  }

  /**
   * How it stands between the two. Once it is accepted it is active, unless its group has another one by now.
   * @param tell  the peer is to hear of it
   */
  async stand(
    tx: EntityManager,
    id: number,
    standing: Partial<Pick<PeerAgreement, 'status' | 'pausedHere' | 'pausedThere' | 'reason'>>,
    { tell, told }: { tell: boolean; told?: ToldStatus },
    now: EpochMs,
  ): Promise<PeerAgreement> {
    const { status, pausedHere, pausedThere, reason } = standing;
    const [row] = await oneActivePerGroup(
      sql<AgreementRow>(
        tx,
        `UPDATE agreement a SET status = coalesce($2, status), paused_here = coalesce($3, paused_here),
           paused_there = coalesce($4, paused_there), reason = coalesce($5, reason),
           active = CASE WHEN $2 IS NULL OR $2 = status THEN active
             ELSE $2 = 'accepted' AND group_id IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM agreement o WHERE o.group_id = a.group_id AND o.active) END,
           tell_at = CASE WHEN $6 THEN $8::timestamptz ELSE tell_at END, told = coalesce($7, told),
           tell_attempts = 0, tell_error = NULL, version = version + 1, updated_at = $8
         WHERE id = $1 RETURNING *`,
        [
          id,
          status ?? null,
          pausedHere ?? null,
          pausedThere ?? null,
          reason ?? null,
          tell,
          told ?? null,
          new Date(now),
        ],
      ),
    );
    return toPeerAgreement(found(row));
  }

  // What peers are to hear.

  /** Takes some for a while; those of peers that cannot be called now rest. */
  async claimUntold(on: DataSource, limit: number, now: EpochMs): Promise<Untold[]> {
    const rows = await sql<AgreementRow & { told: string | null; tell_attempts: number }>(
      on,
      `UPDATE agreement SET tell_at = $2 WHERE id IN (
         SELECT a.id FROM agreement a JOIN peer p ON p.id = a.peer_id WHERE a.tell_at <= $1 AND ${callable}
         ORDER BY a.tell_at LIMIT $3 FOR UPDATE OF a SKIP LOCKED)
       RETURNING *`,
      [new Date(now), new Date(now + LEASE_MS), limit],
    );
    return rows.map((row) => ({ agreement: toPeerAgreement(row), attempts: row.tell_attempts, told: row.told }));
  }

  /** It knows; what has changed since is told next. @param remoteId  its number there, when that was said */
  async tellDone(
    tx: EntityManager,
    { id, version }: Pick<PeerAgreement, 'id' | 'version'>,
    { told, remoteId }: { told: ToldStatus; remoteId?: number },
    now: EpochMs,
  ): Promise<void> {
    await sql(
      tx,
      `UPDATE agreement SET told = $3, remote_id = coalesce($4, remote_id), tell_attempts = 0, tell_error = NULL,
         tell_at = CASE WHEN version <> $2 THEN $5::timestamptz END
       WHERE id = $1`,
      [id, version, told, remoteId ?? null, new Date(now)],
    );
  }

  async tellLater(on: DataSource, id: number, error: string, at: EpochMs): Promise<void> {
    await sql(
      on,
      `UPDATE agreement SET tell_at = $3, tell_error = $2, tell_attempts = tell_attempts + 1
       WHERE id = $1 AND tell_at IS NOT NULL`,
      [id, error, new Date(at)],
    );
  }

  /** Deleted here. */
  async keepEnd(tx: EntityManager, peerId: number, remoteId: number, now: EpochMs): Promise<void> {
    await sql(tx, 'INSERT INTO agreement_end (peer_id, remote_id, due_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
      peerId,
      remoteId,
      new Date(now),
    ]);
  }

  async claimEnds(on: DataSource, limit: number, now: EpochMs): Promise<UntoldEnd[]> {
    return sql<UntoldEnd>(
      on,
      `UPDATE agreement_end SET due_at = $2 WHERE (peer_id, remote_id) IN (
         SELECT e.peer_id, e.remote_id FROM agreement_end e JOIN peer p ON p.id = e.peer_id
         WHERE e.due_at <= $1 AND ${callable} ORDER BY e.due_at LIMIT $3 FOR UPDATE OF e SKIP LOCKED)
       RETURNING peer_id AS "peerId", remote_id AS "remoteId", attempts`,
      [new Date(now), new Date(now + LEASE_MS), limit],
    );
  }

  async endLater(on: DataSource, { peerId, remoteId }: UntoldEnd, at: EpochMs): Promise<void> {
    await sql(
      on,
      'UPDATE agreement_end SET due_at = $3, attempts = attempts + 1 WHERE peer_id = $1 AND remote_id = $2',
      [peerId, remoteId, new Date(at)],
    );
  }

  async endDone(on: DataSource, { peerId, remoteId }: UntoldEnd): Promise<void> {
    await sql(on, 'DELETE FROM agreement_end WHERE peer_id = $1 AND remote_id = $2', [peerId, remoteId]);
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

/** Of one that is about a group. */
function toAgreement(row: AgreementRow): Agreement {
  return toPeerAgreement(row) as Agreement;
}

function toPeerAgreement(row: AgreementRow): PeerAgreement {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    groupId: row.group_id,
    status: row.status,
    pausedHere: row.paused_here,
    pausedThere: row.paused_there,
    reason: row.reason,
    remoteId: row.remote_id,
    tellError: row.tell_error,
    version: row.version,
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
