import { z } from 'zod';
import { bounded, text } from '../http/common.ts';
import { Level } from '../priority-matrix.ts';
import { CanonicalPriority, CanonicalState } from './codes.ts';

/*
 * What helpdesks tell each other, whichever software they run. Objects are strict: what a peer says beyond them is
 * refused, so that nobody believes that it was understood.
 */

/** A helpdesk, by the address it is reached at: `https://desk.example.org`. */
export const NodeId = z.url({ protocol: /^https?$/ }).max(250);

/** The person a ticket is for. How much of it is told is a matter of the agreement; the pseudonym always is. */
export const FederationRequester = z.strictObject({
  /** Stable for the same person between the same two helpdesks, and meaningless elsewhere. */
  pseudonym: text(100).min(1),
  name: text(200).optional(),
  email: z.email().max(254).optional(),
});
export type FederationRequester = z.output<typeof FederationRequester>;

/** Longest reason for handing a ticket over, or back, characters. */
export const HANDOVER_REASON = 1_000;

/**
 * The last word about who is to work on a ticket. `offered` waits for the helpdesk in `to`; until that has `accepted`, and
 * the one in `from` has said so by `assignedNode`, the one in `from` works on it, and after `rejected` as well. `returned`:
 * the one in `to` has given it back.
 */
export const FederationHandover = z.strictObject({
  /** Of the offer: an answer that names another one is for nothing. */
  id: z.uuid(),
  from: NodeId,
  to: NodeId,
  status: z.enum(['offered', 'accepted', 'rejected', 'returned']),
  /** Why it was offered; empty for all but the two. */
  reason: text(HANDOVER_REASON),
  /** Why it was answered so; empty for all but the two. */
  answer: text(HANDOVER_REASON),
  /** Of the last word. */
  at: z.iso.datetime(),
  /** The one in `from` will not take the offer back: whoever accepts works on the ticket without another word. */
  binding: z.literal(true).optional(),
});
export type FederationHandover = z.output<typeof FederationHandover>;

/**
 * What the helpdesk that works on a ticket says of it in its own words, for others to know: nobody does anything by it. No
 * strict object: more may stand in it later.
 */
export const FederationDetails = z.object({
  /** Whose words they are; they count while that helpdesk works on it. */
  node: NodeId,
  /** By name; no way to send it anywhere. */
  group: text(250).nullable(),
  /** Of its catalogue, by name. */
  service: text(250).nullable(),
  impact: Level.nullable(),
  urgency: Level.nullable(),
  /** When it means to have answered, and to be done. */
  firstResponseDue: z.iso.datetime().nullable(),
  solutionDue: z.iso.datetime().nullable(),
});
export type FederationDetails = z.output<typeof FederationDetails>;

/**
 * The fields that are kept equal. Each has one writer at a time: the helpdesk a ticket is assigned to, or, of the first
 * two, the one it began at.
 */
export const FederationFields = z.strictObject({
  subject: text(250).min(1),
  requester: FederationRequester,
  /** The helpdesk that works on it. */
  assignedNode: NodeId,
  state: CanonicalState,
  priority: CanonicalPriority,
  /** Who works on it there; null: nobody yet. */
  ownerName: text(200).nullable(),
  tags: bounded(text(100).min(1), 100),
  /** Absent: nobody has offered it to anybody. */
  handover: FederationHandover.nullish(),
  /** Absent: not known. Told to helpdesks whose descriptor names it among its `fields`, and to those that only read. */
  details: FederationDetails.optional(),
});
export type FederationFields = z.output<typeof FederationFields>;

/** What a helpdesk patches (RFC 7396): who works on a ticket is handed over, which has routes of its own. */
export const FederationPatch = FederationFields.omit({ assignedNode: true, handover: true, details: true }).partial();

export const federationFieldNames = [
  'subject',
  'requester',
  'assignedNode',
  'state',
  'priority',
  'ownerName',
  'tags',
  'handover',
  'details',
] as const satisfies readonly (keyof FederationFields)[];
export type FederationFieldName = (typeof federationFieldNames)[number];

export const FederationTicket = z.strictObject({
  /** Made by the helpdesk it began at. */
  uuid: z.uuid(),
  /** As it is known to people at the helpdesk that tells of it. */
  number: text(60),
  url: z.url({ protocol: /^https?$/ }).max(2_000),
  originNode: NodeId,
  createdAt: z.iso.datetime(),
  fields: FederationFields,
});
export type FederationTicket = z.output<typeof FederationTicket>;

/** By reference: the bytes are fetched from `/federation/v1/attachments/{uuid}/content`. */
export const FederationAttachment = z.strictObject({
  uuid: z.uuid(),
  filename: text(250).min(1),
  mediaType: text(150),
  size: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type FederationAttachment = z.output<typeof FederationAttachment>;

/** Longest body of a comment, characters. */
const BODY = 500_000;

/** What was said once stays so: comments are added, never changed. */
export const FederationComment = z.strictObject({
  uuid: z.uuid(),
  author: z.strictObject({
    node: NodeId,
    displayName: text(200),
    role: z.enum(['requester', 'agent', 'system']),
  }),
  visibility: z.enum(['public', 'internal']),
  createdAt: z.iso.datetime(),
  format: z.enum(['text/plain', 'text/html']),
  body: text(BODY),
  attachments: bounded(FederationAttachment, 100),
});
export type FederationComment = z.output<typeof FederationComment>;

/**
 * Where a ticket stands at the helpdesk that tells of it. Messages of a ticket are numbered by their sender; what one
 * of them leaves out because it was lost is in the next, or in the ticket itself.
 */
export const FederationChange = z.strictObject({
  /** 1, 2, 3, … of this ticket between these two helpdesks; 0, where it stands, when nothing was told yet. */
  sequence: z.number().int().min(0),
  /** The last number of the other side that the sender has taken in. */
  acknowledged: z.number().int().min(0),
  /** Helpdesks that it came through, the first one first, the sender last. */
  via: bounded(NodeId, 20),
  ticket: FederationTicket,
  /** Which of the fields the sender has changed. */
  changed: bounded(z.enum(federationFieldNames), federationFieldNames.length),
  /** Those that the other side has not been told of. */
  comments: bounded(FederationComment, 200),
});
export type FederationChange = z.output<typeof FederationChange>;

export const federationEventTypes = [
  'eu.eosc.helpdesk.ticket.created.v1',
  'eu.eosc.helpdesk.ticket.updated.v1',
  'eu.eosc.helpdesk.ticket.state_changed.v1',
  'eu.eosc.helpdesk.ticket.handover_requested.v1',
  'eu.eosc.helpdesk.ticket.handover_answered.v1',
  'eu.eosc.helpdesk.comment.added.v1',
] as const;

/** Offers a ticket that the caller works on to this helpdesk. */
export const FederationHandoverDraft = z.strictObject({ reason: text(HANDOVER_REASON).optional() });

/** `accepted` and `rejected` answer what was offered to the caller; `returned` gives back what it works on. */
export const FederationHandoverAnswer = z.strictObject({
  status: z.enum(['accepted', 'rejected', 'returned', 'withdrawn']),
  /** For people; a rejection and a return need one. */
  reason: text(HANDOVER_REASON).optional(),
});

/** A change on its way: CloudEvents 1.0, structured JSON. */
export const FederationEvent = z.strictObject({
  specversion: z.literal('1.0'),
  id: z.uuid(),
  /** The sending helpdesk. */
  source: NodeId,
  type: z.enum(federationEventTypes),
  /** The ticket's uuid. */
  subject: z.uuid(),
  time: z.iso.datetime(),
  datacontenttype: z.literal('application/json'),
  data: FederationChange,
});
export type FederationEvent = z.output<typeof FederationEvent>;

/** In the feed: the ticket is not shared any more, and nothing more is told of it. Also CloudEvents 1.0. */
export const FederationTombstone = z.strictObject({
  ...{ specversion: z.literal('1.0'), id: z.uuid(), source: NodeId },
  type: z.literal('eu.eosc.helpdesk.ticket.unshared.v1'),
  /** The ticket's uuid. */
  subject: z.uuid(),
  time: z.iso.datetime(),
  datacontenttype: z.literal('application/json'),
  /** Why, for people. */
  data: z.strictObject({ why: text(500) }),
});
export type FederationTombstone = z.output<typeof FederationTombstone>;

/**
 * The person a ticket is for was erased where it began. Whoever hears it takes what it knows of them out of the ticket
 * within thirty days, and says so; also of a ticket that is not shared any more. A helpdesk that is called hears it until it
 * has said so; in the feed and in webhooks it comes once.
 */
export const FederationRequesterErased = z.strictObject({
  /** The same each time it comes. */
  ...{ specversion: z.literal('1.0'), id: z.uuid(), source: NodeId },
  type: z.literal('eu.eosc.helpdesk.ticket.requester_erased.v1'),
  /** The ticket's uuid. */
  subject: z.uuid(),
  time: z.iso.datetime(),
  datacontenttype: z.literal('application/json'),
  data: z.strictObject({
    requester: z.strictObject({ pseudonym: text(100).min(1) }),
    /** By then it is to be done. */
    until: z.iso.datetime(),
  }),
});
export type FederationRequesterErased = z.output<typeof FederationRequesterErased>;

/** The bytes of a file that a comment names can be fetched. */
export const FederationAttachmentAvailable = z.strictObject({
  ...{ specversion: z.literal('1.0'), id: z.uuid(), source: NodeId },
  type: z.literal('eu.eosc.helpdesk.attachment.available.v1'),
  /** The ticket's uuid. */
  subject: z.uuid(),
  time: z.iso.datetime(),
  datacontenttype: z.literal('application/json'),
  data: z.strictObject({
    attachment: FederationAttachment,
    /** Uuid of the comment. */
    comment: z.uuid(),
    /** Where its bytes are. */
    url: z.url(),
  }),
});
export type FederationAttachmentAvailable = z.output<typeof FederationAttachmentAvailable>;

/** An agreement, as the helpdesk that tells of it has it. */
export const FederationAgreement = z.object({
  /** Its number there. */
  id: z.int(),
  name: z.string(),
  /** Number of the group there that it is about; null: that is said by who accepts it. */
  group: z.int().nullable(),
  mode: z.enum(['full', 'redirect', 'direct']),
  /**
   * `pending`: one side has proposed it, and nothing is shared; `inactive`: of no new tickets; `suspended`: sharing rests,
   * and what happens meanwhile is told afterwards.
   */
  status: z.enum(['pending', 'accepted', 'inactive', 'suspended', 'declined', 'ended']),
  /** While it is pending: the helpdesk that has said yes. */
  proposedBy: z.string().nullable(),
  /** Each says itself when it goes on. */
  suspendedBy: z.array(z.string()),
  /** Why it was declined or ended, for people. */
  reason: z.string().nullable(),
  requesterDisclosure: z.enum(['none', 'name', 'name+email']),
  internalNotes: z.enum(['always', 'never']),
  /** The helpdesk that tells of it, then the other one. */
  nodes: z.array(z.string()),
  maxAttachmentBytes: z.int(),
  attachmentTypes: z.array(z.string()),
});
export type FederationAgreement = z.output<typeof FederationAgreement>;

/** What a helpdesk proposes: tickets are to be kept equal. What it would tell us, and take of us; the rest is ours to say. */
export const FederationProposal = z.strictObject({
  /** Number of the agreement at the helpdesk that proposes it: the same again is the same proposal. */
  number: z.int().positive(),
  name: text(200).min(1),
  mode: z.literal('full'),
  requesterDisclosure: z.enum(['none', 'name', 'name+email']),
  internalNotes: z.enum(['always', 'never']),
});
export type FederationProposal = z.output<typeof FederationProposal>;

/** `accepted` says yes to what was proposed to the caller, and ends a rest of its own; `ended` also withdraws a proposal. */
export const FederationAgreementPatch = z.strictObject({
  status: z.enum(['accepted', 'declined', 'suspended', 'ended']),
  /** For people, of a no and of an end. */
  reason: text(500).optional(),
});
export type FederationAgreementStep = z.output<typeof FederationAgreementPatch>['status'];

/** An agreement was made, changed or ended. */
export const FederationAgreementChanged = z.strictObject({
  ...{ specversion: z.literal('1.0'), id: z.uuid(), source: NodeId },
  type: z.literal('eu.eosc.helpdesk.agreement.changed.v1'),
  /** Number of the agreement, as in `data`. */
  subject: text(20),
  time: z.iso.datetime(),
  datacontenttype: z.literal('application/json'),
  data: FederationAgreement,
});
export type FederationAgreementChanged = z.output<typeof FederationAgreementChanged>;

/** What is told beside the tickets themselves. */
export type FederationNotice = FederationRequesterErased | FederationAttachmentAvailable | FederationAgreementChanged;

/** What a webhook may be told of. */
export const federationNoticeTypes = [
  ...federationEventTypes,
  'eu.eosc.helpdesk.ticket.unshared.v1',
  'eu.eosc.helpdesk.ticket.requester_erased.v1',
  'eu.eosc.helpdesk.attachment.available.v1',
  'eu.eosc.helpdesk.agreement.changed.v1',
] as const;

/** An address of a peer to which it wants what happens to be told. */
export const FederationWebhookDraft = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).max(1_000),
  /** For people. */
  description: text(200).optional(),
  /** None: all. */
  eventTypes: bounded(z.enum(federationNoticeTypes), federationNoticeTypes.length).optional(),
  /** Ids of agreements; absent: all that there are and will be. */
  agreements: bounded(z.number().int().positive(), 100).optional(),
});
export type FederationWebhookDraft = z.output<typeof FederationWebhookDraft>;

/** What is changed of it; `active` also switches one on that was disabled. */
export const FederationWebhookChange = FederationWebhookDraft.partial().extend({
  status: z.enum(['active', 'paused']).optional(),
});
export type FederationWebhookChange = z.output<typeof FederationWebhookChange>;

/** Which of the tickets between us; each narrows. */
export const federationTicketFilters = z.object({
  updatedSince: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('Those of which something was told or taken in since then, to the millisecond'),
  state: z
    .string()
    .max(200)
    .transform((list) => list.split(','))
    .pipe(z.array(CanonicalState).min(1))
    .optional()
    .describe('One of `/code-lists`, or several with commas between'),
  group: z.coerce.number().int().positive().optional().describe('Number of a group, as the agreements name it'),
  cursor: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(200).optional(),
});
