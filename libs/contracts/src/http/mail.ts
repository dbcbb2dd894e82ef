import { z } from 'zod';
import { defineEndpoint, defineQuestion } from '../define.ts';
import { Id, Page, Row, text } from './common.ts';

/**
 * A mail that could not be read, that a filter ignores, whose sender is not proven, or that somebody discarded. Its raw
 * file is kept.
 */
export const QuarantinedMail = Row.pick({ id: true, created_at: true }).extend({
  from: z.string().nullable(),
  to: z.array(z.string()),
  size: z.number().int(),
  cause: z.string(),
  attempts: z.number().int(),
  /** Why somebody discarded it; null: nobody did. */
  discarded_because: z.string().nullable(),
});

export const listQuarantine = defineEndpoint({
  id: 'listQuarantine',
  paging: { standard: 50, max: 200 },
  method: 'GET',
  path: '/api/v1/mail/quarantine',
  question: 'rpc.mail-ingest.v1.list-quarantine',
  tag: 'Mail',
  summary:
    'Mails that could not be read, that a filter ignored, whose senders are not proven (`suspended`), or that were discarded, newest first; administrators of mail channels only',
  query: Page.extend({ state: z.enum(['quarantined', 'ignored', 'suspended', 'discarded']).default('quarantined') }),
  response: z.array(QuarantinedMail),
});

export const processQuarantined = defineEndpoint({
  id: 'processQuarantined',
  method: 'POST',
  path: '/api/v1/mail/quarantine/:id/process',
  question: 'rpc.mail-ingest.v1.process-quarantined',
  tag: 'Mail',
  summary: 'Tries a mail again that was set aside',
  params: { id: Id },
  response: z.object({ state: z.string() }),
});

export const releaseSuspended = defineEndpoint({
  id: 'releaseSuspended',
  method: 'POST',
  path: '/api/v1/mail/quarantine/:id/release',
  question: 'rpc.mail-ingest.v1.release-suspended',
  tag: 'Mail',
  summary: 'Lets a mail in whose sender is not proven: it is filed as the mail of a customer, whoever it names',
  params: { id: Id },
  response: z.object({ state: z.string() }),
});

export const discardQuarantined = defineEndpoint({
  id: 'discardQuarantined',
  method: 'POST',
  path: '/api/v1/mail/quarantine/:id/discard',
  question: 'rpc.mail-ingest.v1.discard-quarantined',
  tag: 'Mail',
  summary: 'Nobody needs to look at the mail any more; it is kept as long as others are, and can be tried again',
  params: { id: Id },
  body: z.object({ reason: text(500) }),
  response: z.object({ state: z.string() }),
});

export const SenderProof = z.object({
  /** `off`: nobody looks. `mark`: articles show it. `suspend`: mails in doubt wait until somebody lets them in. */
  policy: z.enum(['off', 'mark', 'suspend']),
  /** Mail servers and mailing lists in front of the desk whose word is taken, by the names they give themselves. */
  trusted_servers: z.array(z.string()),
  /**
   * Whether who is named in Reply-To, and not in From, is taken for the sender of a mail that opens a ticket: with the name
   * in Reply-To, or with that in From (`_use_from_realname`).
   */
  sender_based_on_reply_to: z.enum(['off', 'as_sender_of_email', 'as_sender_of_email_use_from_realname']),
  updated_at: z.string(),
});

export const senderProof = {
  get: defineEndpoint({
    id: 'getSenderProof',
    method: 'GET',
    path: '/api/v1/mail/sender_proof',
    question: 'rpc.mail-ingest.v1.get-sender-proof',
    tag: 'Mail',
    summary:
      'Whom mails are by, and what is done about those whose senders are not proven; administrators of mail channels only',
    response: SenderProof,
  }),
  update: defineEndpoint({
    id: 'updateSenderProof',
    method: 'PUT',
    path: '/api/v1/mail/sender_proof',
    question: 'rpc.mail-ingest.v1.update-sender-proof',
    tag: 'Mail',
    summary: 'Changes whom mails are by, and what is done about those whose senders are not proven',
    body: z
      .object({
        policy: SenderProof.shape.policy,
        trusted_servers: z.array(text(255)).max(50),
        sender_based_on_reply_to: SenderProof.shape.sender_based_on_reply_to,
      })
      .partial(),
    response: SenderProof,
  }),
};

/** Where the bytes of a mail are that was set aside. */
export const getQuarantinedMail = defineQuestion(
  'rpc.mail-ingest.v1.get-quarantined-mail',
  z.object({ id: z.number().int() }),
  z.object({ sha256: z.string(), size: z.number().int() }),
  { callers: ['gateway'] },
);

export const OutboundMail = z.looseObject({
  id: z.string(),
  kind: z.string(),
  /** `suppressed`: a loop guard kept an automatic mail from being sent; `last_error` says which. */
  state: z.enum(['queued', 'sending', 'sent', 'deferred', 'failed', 'suppressed']),
  to: z.array(z.string()),
  subject: z.string(),
  attempts: z.number().int(),
  next_attempt_at: z.string().nullable(),
  last_error: z.string().nullable(),
  created_at: z.string(),
});

export const listOutboundMail = defineEndpoint({
  id: 'listOutboundMail',
  paging: { standard: 50, max: 100 },
  method: 'GET',
  path: '/api/v1/mail/outbound',
  question: 'rpc.notification.v1.list-outbound-mail',
  tag: 'Mail',
  summary: 'The outgoing queue, newest first; administrators of mail channels only',
  query: Page.extend({ state: z.string().max(20).optional() }),
  response: z.array(OutboundMail),
});

export const retryOutboundMail = defineEndpoint({
  id: 'retryOutboundMail',
  method: 'POST',
  path: '/api/v1/mail/outbound/:id/retry',
  question: 'rpc.notification.v1.retry-outbound-mail',
  tag: 'Mail',
  summary: 'Puts a deferred or failed mail back into the queue',
  params: { id: z.uuid() },
  response: OutboundMail,
});
