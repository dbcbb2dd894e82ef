import { z } from 'zod';
import { type Author, identitiesOf } from '../access/caller.ts';
import { defineCommand } from '../define.ts';

/**
 * What changed, by attribute: old and new value. An attribute with neither changed, and its value is nobody's business
 * here (passwords, addresses of people).
 */
export const AuditChanges = z.record(
  z.string(),
  z.object({ from: z.unknown().optional(), to: z.unknown().optional() }),
);
export type AuditChanges = z.output<typeof AuditChanges>;

/** Something an administrator changed, told to the service that keeps the audit log. */
export const recordAudit = defineCommand(
  'cmd.identity.v1.record-audit',
  z.object({
    /** Who did it; null: no person. */
    actorId: z.number().int().nullable(),
    /** In whose name, when that is another one. */
    onBehalfOfId: z.number().int().nullable(),
    /** `<noun>.<happened>`: `ticket-state.changed`. */
    action: z.string().regex(/^[a-z-]+\.[a-z-]+$/),
    /** The class of the object, as REST names it: `Ticket::State`. */
    objectType: z.string().max(100),
    objectId: z.string().max(100).nullable(),
    objectLabel: z.string().max(500).nullable(),
    changes: AuditChanges,
    address: z.string().max(64).nullable(),
    requestId: z.string().max(200).nullable(),
  }),
  { senders: ['ticket', 'mail-ingest', 'notification', 'federation'] },
);

export interface AuditedChange {
  action: string;
  object: { type: string; id: string | number; label?: string | null };
  changes?: AuditChanges;
}

/** The message for the outbox; its aggregate is the object. */
export function auditMessage(
  author: Author,
  { action, object: { type, id, label = null }, changes = {} }: AuditedChange,
): { aggregateId: string; data: z.input<typeof recordAudit.data> } {
  return {
    aggregateId: `${type}-${id}`,
    data: {
      ...identitiesOf(author),
      action,
      objectType: type,
      objectId: String(id),
      objectLabel: label === null ? null : label.slice(0, 500),
      changes,
      address: author.address ?? null,
      requestId: author.requestId ?? null,
    },
  };
}

/**
 * The attributes that differ, with old and new value; long texts are cut. Null stands for "was not there": what is
 * added or removed tells all its attributes that say something.
 * @param names  the attributes to look at
 */
export function changesBetween<T extends object>(
  before: T | null,
  after: T | null,
  names: readonly (keyof T & string)[],
): AuditChanges {
  const changes: AuditChanges = {};
  for (const name of names) {
    const [from, to] = [shortened(before?.[name]), shortened(after?.[name])];
    if (JSON.stringify(from) === JSON.stringify(to)) continue;
    changes[name] = { ...(before && { from }), ...(after && { to }) };
  }
  return changes;
}

const LONGEST_TEXT = 1_000;

function shortened(value: unknown): unknown {
  if (value === undefined || value === '') return null;
  return typeof value === 'string' && value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value;
}
