import { z } from 'zod';
import { AuditChanges } from '../commands/audit.ts';
import { defineEndpoint } from '../define.ts';
import { Id, Instant, text } from './common.ts';

const tag = 'Audit log';

/** One entry of the audit log. Logins are those of today; ids are what was recorded. */
export const AuditEntry = z.object({
  /** Place in the chain, without gaps. */
  id: z.number().int(),
  created_at: Instant,
  /** The service in which it happened. */
  service: z.string(),
  /** `<noun>.<happened>`: `user.changed`, `acting-for.request`. */
  action: z.string(),
  /** Who did it; null: no person. */
  actor_id: z.number().int().nullable(),
  actor: z.string().nullable(),
  /** In whose name, when that is another one. */
  on_behalf_of_id: z.number().int().nullable(),
  on_behalf_of: z.string().nullable(),
  object_type: z.string(),
  object_id: z.string().nullable(),
  object_label: z.string().nullable(),
  changes: AuditChanges,
  ip: z.string().nullable(),
  request_id: z.string().nullable(),
  /** SHA-256 over the hash before and this entry, in hexadecimal. */
  hash: z.string(),
});

const filter = {
  /** Id, login or e-mail of whoever acted, or in whose name. */
  actor: text(255).optional(),
  /** A whole action, or its noun: `user` finds `user.changed`. */
  action: text(100).optional(),
  object_type: text(100).optional(),
  object_id: text(100).optional(),
  service: text(50).optional(),
  /** Instants: not before, and before. */
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
};

export const auditLog = {
  list: defineEndpoint({
    id: 'listAuditEntries',
    method: 'GET',
    path: '/api/v1/audit',
    question: 'rpc.identity.v1.list-audit-entries',
    tag,
    summary: 'Entries of the audit log, newest first; needs `admin.audit_log`',
    query: z.object({
      ...filter,
      /** Only entries older than the one with this id: `next` of the page before. */
      before: Id.optional(),
      /** At most 1000, default 100. */
      limit: z.coerce.number().int().min(1).optional(),
    }),
    response: z.object({
      entries: z.array(AuditEntry),
      /** What to ask for with `before` to get the next page; null: there is none. */
      next: z.number().int().nullable(),
    }),
  }),
  verify: defineEndpoint({
    id: 'verifyAuditLog',
    method: 'GET',
    path: '/api/v1/audit/verify',
    question: 'rpc.identity.v1.verify-audit-log',
    tag,
    summary: 'Walks the whole chain and names the first entry that does not fit; needs `admin.audit_log`',
    response: z.object({
      ok: z.boolean(),
      /** Entries that fit. */
      entries: z.number().int(),
      /** Hash of the last one that fits, in hexadecimal: note it elsewhere, and nobody can rewrite what was before. */
      head: z.string(),
      /** The first entry that does not, and why. */
      broken: z.object({ id: z.number().int(), why: z.string() }).nullable(),
    }),
  }),
};
