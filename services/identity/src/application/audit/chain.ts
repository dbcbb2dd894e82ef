import { createHash } from 'node:crypto';

/** What an entry of the audit log says; nothing of it may change once it is written. */
export interface AuditFacts {
  at: Date;
  service: string;
  action: string;
  actorId: number | null;
  onBehalfOfId: number | null;
  objectType: string;
  objectId: string | null;
  objectLabel: string | null;
  /** JSON text, as it is stored. */
  changes: string;
  address: string | null;
  requestId: string | null;
}

/** An entry in its place. */
export interface ChainedEntry extends AuditFacts {
  /** From 1, without gaps. */
  seq: number;
  hash: Buffer;
  /** What told of somebody who was erased was taken out of it. */
  redacted?: boolean;
}

/** How far the chain reaches. */
export interface ChainHead {
  seq: number;
  hash: Buffer;
}

/** Before the first entry. */
export const genesis: ChainHead = { seq: 0, hash: Buffer.alloc(32) };

/**
 * SHA-256 over the hash before (32 bytes) and the entry as a JSON array in UTF-8: place, time (ISO 8601, ms, UTC),
 * service, action, actor, on behalf of, object type, id and label, changes (as text), address, request id.
 */
export function hashOfEntry(before: Buffer, seq: number, facts: AuditFacts): Buffer {
  const content = JSON.stringify([
    seq,
    facts.at.toISOString(),
    facts.service,
    facts.action,
    facts.actorId,
    facts.onBehalfOfId,
    facts.objectType,
    facts.objectId,
    facts.objectLabel,
    facts.changes,
    facts.address,
    facts.requestId,
  ]);
  return createHash('sha256').update(before).update(content).digest();
}

/** Puts entries behind the head, in this order. */
export function chain(head: ChainHead, entries: readonly AuditFacts[]): ChainedEntry[] {
  let { seq, hash } = head;
  return entries.map((facts) => {
    seq += 1;
    hash = hashOfEntry(hash, seq, facts);
    return { ...facts, seq, hash };
  });
}

export type Step = { ok: true; head: ChainHead } | { ok: false; id: number; why: string };

/**
 * What is left of an entry whose label, changes or address were taken out, bound to the hash it was written with: an
 * entry `audit.redacted` keeps it.
 */
export const hashOfRest = (entry: ChainedEntry): string => hashOfEntry(entry.hash, entry.seq, entry).toString('hex');

/**
 * Does this entry follow on the head? One that was redacted can no longer show it; its hash is held by the entry behind
 * it, and what is left of it by the entry that records the redaction.
 * @param rest  what `hashOfRest` was when it was last redacted, by that record; undefined: there is none
 */
export function follow(head: ChainHead, entry: ChainedEntry, rest?: string): Step {
  const seq = head.seq + 1;
  if (entry.seq !== seq) return { ok: false, id: seq, why: 'this entry was removed' };
  if (entry.redacted) {
    if (rest === hashOfRest(entry)) return { ok: true, head: { seq, hash: entry.hash } };
    return { ok: false, id: seq, why: 'this entry was changed: it says less than it should, and nothing records why' };
  }
  if (!entry.hash.equals(hashOfEntry(head.hash, seq, entry))) {
    return { ok: false, id: seq, why: 'this entry was changed, or one was put before it' };
  }
  return { ok: true, head: { seq, hash: entry.hash } };
}
