import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { FederationComment, FederationTicket } from '../federation/model.ts';
import { bounded, Flag, Id, optionalId, Page, Row, text } from './common.ts';

export const agreementKinds = ['redirect', 'full', 'direct'] as const;
const disclosures = ['none', 'name', 'name+email'] as const;

/** How a community is integrated (docs/glossary.md). */
export const Agreement = Row.extend({
  kind: z.enum(agreementKinds),
  name: z.string(),
  group_id: z.number().int(),
  /** Of `redirect` agreements. */
  list_address: z.string().nullable(),
  /** Of `full` agreements: the helpdesk with which tickets of the group are kept equal. */
  peer_id: z.number().int().nullable(),
  /** What that helpdesk is told of requesters. */
  disclosure: z.enum(disclosures),
  /** It is told what only agents may read. */
  internal_notes: z.boolean(),
  /** The largest file that is taken from that helpdesk, bytes; 0: none. */
  max_attachment_bytes: z.number().int(),
  /** Media types that are taken, `image/*` for all of a kind; none named: every type. */
  attachment_types: z.array(z.string()),
  /** Working hours in which the helpdesk is to answer when a ticket is offered to it; 0: whenever it likes. */
  answer_hours: z.number().int(),
  active: z.boolean(),
  /** `proposed`: the helpdesk has not answered. */
  status: z.enum(['proposed', 'accepted', 'declined', 'ended']),
  /** By whom sharing rests; null: it does not. */
  suspended_by: z.enum(['us', 'them', 'both']).nullable(),
  /** Why the helpdesk has declined or ended it. */
  reason: z.string().nullable(),
  /** Why the helpdesk does not know of the last change yet; null: it does, or need not. */
  untold: z.string().nullable(),
});

/** What another helpdesk has proposed, and nobody here has answered. */
const AgreementProposal = z.object({
  id: z.number().int(),
  peer_id: z.number().int(),
  name: z.string(),
  /** What that helpdesk would tell us of requesters, and whether it would tell us internal notes. */
  disclosure: z.enum(disclosures),
  internal_notes: z.boolean(),
  created_at: z.string(),
});

/** What would become of a ticket under an agreement. */
const AgreementPreview = z.object({
  /** The helpdesk or the list; null: it stays here. */
  to: z.string().nullable(),
  /** Why nothing would be sent; null: it would. */
  why_not: z.string().nullable(),
  ticket: FederationTicket.nullable(),
  /** The first of them; `comments_total` says how many there are. */
  comments: z.array(FederationComment),
  comments_total: z.number().int(),
  /** Articles that stay here because they are internal. */
  internal_articles: z.number().int(),
  /** What a helpdesk without our protocol would get first, in its own shape and without our secret; null: see `ticket`. */
  request: z.object({ method: z.string(), url: z.string(), content_type: z.string(), body: z.string() }).nullable(),
  /** Why that cannot be said: the helpdesk does not answer, or refuses our account. */
  request_problem: z.string().nullable(),
  /** What would go to a list. */
  mail: z
    .object({ reply_to: z.string(), subject: z.string(), text: z.string(), files: z.array(z.string()) })
    .nullable(),
});

const tag = 'Agreements';
const path = '/api/v1/agreements';
const body = z.object({
  kind: z.enum(agreementKinds).default('redirect'),
  name: text(200),
  group_id: Id,
  list_address: z.email().max(254).nullish(),
  peer_id: optionalId,
  disclosure: z.enum(disclosures).optional(),
  internal_notes: Flag.optional(),
  max_attachment_bytes: z.number().int().min(0).max(100_000_000).optional(),
  attachment_types: bounded(
    z.string().regex(/^[a-z0-9][a-z0-9!#$&^_.+-]{0,80}\/([a-z0-9][a-z0-9!#$&^_.+-]{0,80}|\*)$/),
    50,
  ).optional(),
  answer_hours: z.coerce.number().int().min(0).max(1_000).optional(),
  active: Flag.optional(),
});
const proposals = '/api/v1/agreement_proposals';

export const agreements = {
  proposals: defineEndpoint({
    id: 'listAgreementProposals',
    method: 'GET',
    path: proposals,
    question: 'rpc.federation.v1.list-agreement-proposals',
    tag,
    summary: 'What other helpdesks propose, and nobody here has answered',
    response: z.array(AgreementProposal),
  }),
  accept: defineEndpoint({
    id: 'acceptAgreementProposal',
    method: 'POST',
    path: `${proposals}/:id/accept`,
    question: 'rpc.federation.v1.accept-agreement-proposal',
    tag,
    summary: 'Says yes to a proposal, for a group of ours and on our terms: tickets are shared from then on',
    params: { id: Id },
    body: body
      .omit({ kind: true, list_address: true, peer_id: true, active: true })
      .extend({ name: text(200).optional() }),
    response: Agreement,
  }),
  decline: defineEndpoint({
    id: 'declineAgreementProposal',
    method: 'POST',
    path: `${proposals}/:id/decline`,
    question: 'rpc.federation.v1.decline-agreement-proposal',
    tag,
    summary: 'Says no to a proposal, for good',
    params: { id: Id },
    body: z.object({ reason: text(500).optional() }),
    response: z.object({}),
  }),
  list: defineEndpoint({
    id: 'listAgreements',
    paging: { standard: 100, max: 500 },
    method: 'GET',
    path,
    question: 'rpc.federation.v1.list-agreements',
    tag,
    summary: 'All agreements',
    query: Page,
    response: z.array(Agreement),
  }),
  get: defineEndpoint({
    id: 'getAgreement',
    method: 'GET',
    path: `${path}/:id`,
    question: 'rpc.federation.v1.get-agreement',
    tag,
    summary: 'One agreement',
    params: { id: Id },
    response: Agreement,
  }),
  preview: defineEndpoint({
    id: 'previewAgreement',
    method: 'POST',
    path: `${path}/:id/preview`,
    question: 'rpc.federation.v1.preview-agreement',
    tag,
    summary: 'What would be sent of a ticket under this agreement; nothing is sent, and nothing is changed',
    params: { id: Id },
    body: z.object({ ticket_id: Id }),
    response: AgreementPreview,
  }),
  create: defineEndpoint({
    id: 'createAgreement',
    method: 'POST',
    path,
    question: 'rpc.federation.v1.create-agreement',
    tag,
    summary: 'Makes an agreement: what becomes of new tickets of a group',
    status: 201,
    body: body.extend({
      /** The helpdesk is asked, and nothing is shared before it has accepted. */
      propose: Flag.optional(),
    }),
    response: Agreement,
  }),
  update: defineEndpoint({
    id: 'updateAgreement',
    method: 'PUT',
    path: `${path}/:id`,
    question: 'rpc.federation.v1.update-agreement',
    tag,
    summary: 'Changes an agreement',
    params: { id: Id },
    body: body.omit({ kind: true }).partial().extend({
      /** Sharing under it rests on both sides; what happens meanwhile is told afterwards. */
      suspended: Flag.optional(),
    }),
    response: Agreement,
  }),
  delete: defineEndpoint({
    id: 'deleteAgreement',
    method: 'DELETE',
    path: `${path}/:id`,
    question: 'rpc.federation.v1.delete-agreement',
    tag,
    summary: 'Ends an agreement; tickets already redirected stay so',
    params: { id: Id },
  }),
};
