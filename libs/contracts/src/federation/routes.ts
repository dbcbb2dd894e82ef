import { z } from 'zod';
import { CanonicalPriority, CanonicalState } from './codes.ts';
import {
  FederationAgreement,
  FederationAgreementChanged,
  FederationAgreementPatch,
  FederationAttachmentAvailable,
  FederationChange,
  FederationComment,
  FederationEvent,
  FederationHandoverAnswer,
  FederationHandoverDraft,
  FederationPatch,
  FederationProposal,
  FederationRequesterErased,
  FederationTicket,
  FederationTombstone,
  FederationWebhookChange,
  FederationWebhookDraft,
  federationNoticeTypes,
  federationTicketFilters,
} from './model.ts';

/** A route of the protocol as its document tells it, and as `tests/e2e/access/federation-contract.ts` holds it to. */
export interface FederationRoute {
  operationId: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `:id` for what is named in it. */
  path: string;
  summary: string;
  /** Of the answer when all is well. */
  status: number;
  /** Answered to anybody; absent: to helpdesks that show their token. */
  open?: true;
  query?: z.ZodObject;
  /** Strict: what a peer says beyond it is refused. */
  body?: z.ZodType;
  bodyType?: string;
  answer?: z.ZodType;
  /** A file of any type is brought, or given. */
  file?: 'in' | 'out';
  /** Has a version, which the answer tells as ETag. */
  versioned?: true;
  /** What a caller has to have seen. */
  precondition?: 'If-Match' | 'If-None-Match';
  /** Goes on where `Link` says. */
  paged?: true;
  /** What is answered is kept nowhere, so a POST is no answer to a second one with its key. */
  secretAnswer?: true;
}

const base = '/federation/v1';
const texts = z.array(z.string());
const cursor = z.coerce.number().int().min(0).optional();
const limit = z.coerce.number().int().min(1).max(200).optional();
const uuid = z.uuid();
const instant = z.iso.datetime();

const Descriptor = z.object({
  product: z.string(),
  protocol: z.literal('federation/v1'),
  node: z.string(),
  openapi: z.url(),
  modes: texts,
  eventTypes: texts,
  /** Of a ticket, that are understood here. */
  fields: texts,
  authentication: texts,
  tokenEndpoint: z.url(),
  jwksUri: z.url(),
  signatureAlgorithms: texts,
  webhooks: z.object({ signatures: texts, eventTypes: texts }),
  limits: z.object({ commentsPerEvent: z.int(), commentCharacters: z.int(), hops: z.int() }),
});

const Agreements = z.object({ agreements: z.array(FederationAgreement) });

/** For helpdesks with several agreements. */
const under = z.object({
  agreement: z.coerce
    .number()
    .int()
    .positive()
    .optional()
    .describe('Number of the agreement that a new ticket is under; absent: the first that is active'),
});

/** What a helpdesk that cannot be called reads. */
const FeedEvent = z.union([
  FederationEvent,
  FederationTombstone,
  FederationRequesterErased,
  FederationAttachmentAvailable,
  FederationAgreementChanged,
]);

const Webhook = z.object({
  id: uuid,
  url: z.url(),
  description: z.string().nullable(),
  /** Null or none: all. */
  eventTypes: z.array(z.enum(federationNoticeTypes)).nullable(),
  agreements: z.array(z.int()).nullable(),
  status: z.string(),
  /** Why it is off. */
  reason: z.string().nullable(),
  /** The last event that was taken. */
  cursor: z.int(),
  waiting: z.int(),
  failures: z.int(),
  failingSince: instant.nullable(),
  nextTryAt: instant.nullable(),
  createdAt: instant,
});
const Keys = z.object({
  /** `whsec_…`, of signatures `v1`. */
  secret: z.string(),
  /** `whpk_…`, of signatures `v1a`. */
  publicKey: z.string(),
});
const Deliveries = z.object({
  deliveries: z.array(
    z.object({
      eventId: z.string(),
      type: z.string(),
      status: z.int().nullable(),
      error: z.string().nullable(),
      durationMs: z.int(),
      at: instant,
    }),
  ),
});

/** Every route that another helpdesk may call. */
export const federationRoutes: readonly FederationRoute[] = [
  {
    ...{ operationId: 'federationDescriptor', method: 'GET', path: base, status: 200, open: true },
    summary: 'What this helpdesk speaks; open to all',
    answer: Descriptor,
  },
  {
    ...{ operationId: 'federationKeys', method: 'GET', path: `${base}/jwks`, status: 200, open: true },
    summary: 'The public keys of this desk; open to all',
    answer: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }),
  },
  {
    ...{ operationId: 'federationAgreements', method: 'GET', path: `${base}/agreements`, status: 200 },
    summary: 'The agreements between us',
    answer: Agreements,
  },
  {
    ...{ operationId: 'federationPropose', method: 'POST', path: `${base}/agreements`, status: 201, versioned: true },
    summary: 'Proposes an agreement: nothing is shared before an administrator here has accepted it',
    body: FederationProposal,
    answer: FederationAgreement,
  },
  {
    ...{ operationId: 'federationAgreement', method: 'GET', path: `${base}/agreements/:id`, status: 200 },
    versioned: true,
    summary: 'One of them',
    answer: FederationAgreement,
  },
  {
    ...{ operationId: 'federationChangeAgreement', method: 'PATCH', path: `${base}/agreements/:id`, status: 200 },
    summary: 'Accepts or declines what was proposed to you, suspends, resumes or ends an agreement',
    body: FederationAgreementPatch,
    bodyType: 'application/merge-patch+json',
    answer: FederationAgreement,
    ...{ versioned: true, precondition: 'If-Match' },
  },
  {
    ...{ operationId: 'federationCodeLists', method: 'GET', path: `${base}/code-lists`, status: 200 },
    summary: 'States and priorities that helpdesks share',
    answer: z.object({ states: z.array(CanonicalState), priorities: z.array(CanonicalPriority) }),
  },
  {
    ...{ operationId: 'federationFeed', method: 'GET', path: `${base}/events`, status: 200, paged: true },
    summary: 'What happened, for helpdesks that cannot be called; what comes before `after` is forgotten',
    query: z.object({
      after: cursor.describe('The cursor of the last answer'),
      limit,
      wait: z.coerce.number().min(0).max(30).optional().describe('Seconds in which it waits for something to tell'),
    }),
    answer: z.object({ events: z.array(FeedEvent), cursor: z.int() }),
  },
  {
    ...{ operationId: 'federationTell', method: 'POST', path: `${base}/events`, status: 202 },
    summary:
      'Tells of a change, as a CloudEvent; or that a requester was erased, which is done here when it is answered',
    query: under,
    body: z.union([FederationEvent, FederationRequesterErased]),
    bodyType: 'application/cloudevents+json',
  },
  {
    ...{ operationId: 'federationTickets', method: 'GET', path: `${base}/tickets`, status: 200, paged: true },
    summary: 'Tickets between us',
    query: federationTicketFilters,
    answer: z.object({
      tickets: z.array(
        z.object({
          uuid,
          version: z.string(),
          state: CanonicalState,
          /** When something was last told or taken in, here. */
          updatedAt: instant,
        }),
      ),
    }),
  },
  {
    ...{ operationId: 'federationTicket', method: 'GET', path: `${base}/tickets/:id`, status: 200, versioned: true },
    summary: 'Where a ticket stands',
    answer: FederationChange,
  },
  {
    ...{ operationId: 'federationOpenTicket', method: 'PUT', path: `${base}/tickets/:id`, status: 202 },
    summary: 'Opens a ticket',
    query: under,
    body: FederationTicket,
    precondition: 'If-None-Match',
  },
  {
    ...{ operationId: 'federationChangeTicket', method: 'PATCH', path: `${base}/tickets/:id`, status: 202 },
    summary: 'Changes fields',
    body: FederationPatch,
    bodyType: 'application/merge-patch+json',
    precondition: 'If-Match',
  },
  {
    ...{ operationId: 'federationHandOver', method: 'POST', path: `${base}/tickets/:id/handover`, status: 202 },
    summary: 'Offers a ticket that you work on to this helpdesk: you work on it until it is accepted here',
    body: FederationHandoverDraft,
  },
  {
    ...{ operationId: 'federationAnswerHandover', method: 'PATCH', path: `${base}/tickets/:id/handover`, status: 202 },
    summary: 'Accepts or rejects a ticket that was offered to you, returns one, or withdraws what you have offered',
    body: FederationHandoverAnswer,
    bodyType: 'application/merge-patch+json',
    precondition: 'If-Match',
  },
  {
    ...{ operationId: 'federationComments', method: 'GET', path: `${base}/tickets/:id/comments`, status: 200 },
    paged: true,
    summary: 'Its comments',
    query: z.object({ cursor, limit }),
    answer: z.object({ comments: z.array(FederationComment) }),
  },
  {
    ...{
      operationId: 'federationAddComment',
      method: 'PUT',
      path: `${base}/tickets/:id/comments/:comment`,
      status: 202,
    },
    summary: 'Adds a comment; 200 when it is there',
    body: FederationComment,
  },
  {
    ...{ operationId: 'federationReadFile', method: 'GET', path: `${base}/attachments/:id/content`, status: 200 },
    summary: 'The bytes of a file that a comment names, with their `Content-Digest`',
    file: 'out',
  },
  {
    ...{ operationId: 'federationBringFile', method: 'PUT', path: `${base}/attachments/:id/content`, status: 201 },
    summary: 'Brings the bytes of a file before the comment that names it; takes `Content-Digest` (sha-256)',
    file: 'in',
    answer: z.object({ uuid, sha256: z.string(), size: z.int() }),
  },
  {
    ...{ operationId: 'federationUnshare', method: 'DELETE', path: `${base}/tickets/:id/share`, status: 204 },
    summary: 'Stops sharing a ticket; both keep what they have',
  },
  {
    ...{ operationId: 'federationRequesterErased', method: 'PUT', path: `${base}/tickets/:id/requester-erased` },
    status: 204,
    summary: 'Says that you have taken an erased requester out of a ticket; also of one that is not shared any more',
    body: z.strictObject({ event: uuid.describe('Id of the event that told of it') }),
  },
  {
    ...{ operationId: 'federationWebhooks', method: 'GET', path: `${base}/webhooks`, status: 200 },
    summary: 'Your webhooks, and how they are doing',
    answer: z.object({ webhooks: z.array(Webhook) }),
  },
  {
    ...{ operationId: 'federationAddWebhook', method: 'POST', path: `${base}/webhooks`, status: 201 },
    summary:
      'Has what happens told to an address of yours, once it has repeated a challenge; answers the keys of its signatures, once',
    body: FederationWebhookDraft,
    answer: Webhook.extend(Keys.shape),
    ...{ versioned: true, secretAnswer: true },
  },
  {
    ...{ operationId: 'federationWebhook', method: 'GET', path: `${base}/webhooks/:id`, status: 200, versioned: true },
    summary: 'One of them',
    answer: Webhook,
  },
  {
    ...{ operationId: 'federationChangeWebhook', method: 'PATCH', path: `${base}/webhooks/:id`, status: 200 },
    summary: 'Changes one, pauses it or switches it on',
    body: FederationWebhookChange,
    bodyType: 'application/merge-patch+json',
    answer: Webhook,
    ...{ versioned: true, precondition: 'If-Match' },
  },
  {
    ...{ operationId: 'federationRemoveWebhook', method: 'DELETE', path: `${base}/webhooks/:id`, status: 204 },
    summary: 'Ends one',
  },
  {
    ...{ operationId: 'federationRotateWebhook', method: 'POST', path: `${base}/webhooks/:id/rotate`, status: 200 },
    summary: 'Makes new keys, shown this once; the ones before sign as well for a day',
    answer: Keys,
    secretAnswer: true,
  },
  {
    ...{ operationId: 'federationPingWebhook', method: 'POST', path: `${base}/webhooks/:id/ping`, status: 202 },
    summary: 'Calls it now, telling nothing',
  },
  {
    ...{ operationId: 'federationReplayWebhook', method: 'POST', path: `${base}/webhooks/:id/replay`, status: 202 },
    summary: 'Tells again what came after a cursor of the last seven days, or goes on there',
    body: z.strictObject({ after: z.int().min(0) }),
  },
  {
    ...{ operationId: 'federationWebhookCalls', method: 'GET', path: `${base}/webhooks/:id/deliveries`, status: 200 },
    summary: 'Its last 50 calls, the newest first',
    answer: Deliveries,
  },
];
