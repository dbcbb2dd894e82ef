import { z } from 'zod';
import { defineQuestion } from '../define.ts';

/**
 * One envelope of the External Helpdesk API, as it came. Refuses with `forbidden` when the guard header is missing or
 * wrong; `unreadable`, `invalid` and `not-found` are the caller's fault.
 */
export const answerPbas = defineQuestion(
  'rpc.federation.v1.answer-pbas',
  z.object({
    /** The bytes, base64: the guard is over them and nothing else. */
    body: z.string().max(6_000_000),
    /** Lower-case names. */
    headers: z.record(z.string(), z.string()),
    /** Address of the caller. */
    address: z.string().max(64),
    /** It came by https. */
    secure: z.boolean(),
  }),
  z.object({ envelope: z.string() }),
  { callers: ['gateway'] },
);

/** A link that `init_session` gave is opened: once. */
export const openPbasLink = defineQuestion(
  'rpc.federation.v1.open-pbas-link',
  z.object({
    token: z.string().max(100),
    ip: z.string().max(64).optional(),
    userAgent: z.string().max(500).optional(),
  }),
  z.object({
    sessionToken: z.string(),
    csrfToken: z.string(),
    userId: z.number().int(),
    expiresAt: z.iso.datetime(),
    /** Where to: a form for a new ticket, or the list. */
    act: z.enum(['add', 'list']),
  }),
  { callers: ['gateway'] },
);

/**
 * Customers whom another system brings and keeps: made, found by address, or changed. Answers in the order asked. An
 * account that may do more than a customer is neither found by its address nor changed.
 */
export const keepContacts = defineQuestion(
  'rpc.identity.v1.keep-contacts',
  z.object({
    contacts: z
      .array(
        z.object({
          /** Who it was the last time; null: not known yet. */
          userId: z.number().int().nullable(),
          /** Login of an account that can have no address of its own: unique, the same whenever it is asked. */
          login: z.string().max(100),
          email: z.string().max(254),
          firstname: z.string().max(100),
          lastname: z.string().max(100),
          /** Whoever has the address may be the one. */
          mayLink: z.boolean(),
        }),
      )
      .max(500),
  }),
  z.object({ contacts: z.array(z.object({ userId: z.number().int(), changed: z.boolean() })) }),
  { callers: ['federation'] },
);

/** A session for a customer for whom another system vouches. Refuses accounts that are closed or may do more. */
export const openSessionFor = defineQuestion(
  'rpc.identity.v1.open-session-for',
  z.object({
    userId: z.number().int(),
    ip: z.string().max(64).optional(),
    userAgent: z.string().max(500).optional(),
  }),
  z.object({
    sessionToken: z.string(),
    csrfToken: z.string(),
    userId: z.number().int(),
    expiresAt: z.iso.datetime(),
  }),
  { callers: ['federation'] },
);
