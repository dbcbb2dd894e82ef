import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { Id, Page, Row } from './common.ts';

/** A mail that could not be read, or that a filter ignores. Its raw file is kept; nothing is dropped. */
export const QuarantinedMail = Row.pick({ id: true, created_at: true }).extend({
  from: z.string().nullable(),
  to: z.array(z.string()),
  size: z.number().int(),
  cause: z.string(),
  attempts: z.number().int(),
});

export const listQuarantine = defineEndpoint({
  id: 'listQuarantine',
  paging: { standard: 50, max: 200 },
  method: 'GET',
  path: '/api/v1/mail/quarantine',
  question: 'rpc.mail-ingest.v1.list-quarantine',
  tag: 'Mail',
  summary: 'Mails that could not be read, or that a filter ignored, newest first; administrators of mail channels only',
  query: Page.extend({ state: z.enum(['quarantined', 'ignored']).default('quarantined') }),
  response: z.array(QuarantinedMail),
});

export const processQuarantined = defineEndpoint({
  id: 'processQuarantined',
  method: 'POST',
  path: '/api/v1/mail/quarantine/:id/process',
  question: 'rpc.mail-ingest.v1.process-quarantined',
  tag: 'Mail',
  summary: 'Tries a mail again that could not be read, or that a filter ignored',
  params: { id: Id },
  response: z.object({ state: z.string() }),
});

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
