import { z } from 'zod';
import { ErasureCounts } from '../commands/privacy.ts';
import { defineEndpoint } from '../define.ts';
import { ErasedTickets } from '../events/privacy.ts';
import { Id, Instant, text } from './common.ts';

const tag = 'Data protection';

/** What may be erased: a person, or one ticket. */
const Erasable = z.enum(['User', 'Ticket']);

/** An erasure, and how far each service is with it. */
export const DataPrivacyTask = z.object({
  id: z.number().int(),
  deletable_type: Erasable,
  deletable_id: z.number().int(),
  state: z.enum(['in process', 'completed']),
  /** Of a ticket: nothing. */
  preferences: z.object({ tickets: ErasedTickets.optional() }),
  /** Stands where the person's names stood; null: a ticket has none. */
  pseudonym: z.string().nullable(),
  /** Rounds go on until one finds nothing anywhere; a ticket needs one. */
  round: z.number().int(),
  services: z.array(
    z.object({
      name: z.string(),
      /** The last round it is through with; 0: none yet. */
      round: z.number().int(),
      /** What it changed or removed in all rounds. */
      counts: ErasureCounts,
      /** What it left for the next round, because somebody still has to read it. */
      waiting: z.number().int(),
      kept: z.array(z.object({ object: z.string(), id: z.string(), why: z.string() })),
      /** When that was; null: never. */
      done_at: Instant.nullable(),
    }),
  ),
  created_by_id: z.number().int(),
  updated_by_id: z.number().int(),
  created_at: Instant,
  updated_at: Instant,
  /** When nothing was left anywhere; null: not yet. */
  completed_at: Instant.nullable(),
});

/** A person or ticket that erasure must leave as it is. */
export const LegalHold = z.object({
  id: z.number().int(),
  object: z.enum(['User', 'Ticket']),
  object_id: z.number().int(),
  reason: z.string(),
  created_by_id: z.number().int(),
  created_at: Instant,
});

const params = { id: Id };

export const dataPrivacyTasks = {
  list: defineEndpoint({
    id: 'listDataPrivacyTasks',
    method: 'GET',
    path: '/api/v1/data_privacy_tasks',
    question: 'rpc.identity.v1.list-data-privacy-tasks',
    tag,
    summary: 'Erasures of people and tickets, newest first, at most 500; needs `admin.data_privacy`',
    response: z.array(DataPrivacyTask),
  }),
  preview: defineEndpoint({
    id: 'previewDataPrivacyTask',
    method: 'GET',
    path: '/api/v1/data_privacy_tasks/preview',
    question: 'rpc.identity.v1.preview-data-privacy-task',
    tag,
    summary: 'What an erasure of this person or ticket would touch, by service; changes nothing',
    query: z.object({ deletable_id: Id, deletable_type: Erasable.optional() }),
    response: z.object({
      deletable_type: Erasable,
      deletable_id: z.number().int(),
      services: z.array(
        z.object({
          name: z.string(),
          /** Null: the service does not answer now. */
          counts: ErasureCounts.nullable(),
        }),
      ),
      /** Why it would be refused; null: it would not. */
      refused: z.string().nullable(),
    }),
  }),
  show: defineEndpoint({
    id: 'getDataPrivacyTask',
    method: 'GET',
    path: '/api/v1/data_privacy_tasks/:id',
    question: 'rpc.identity.v1.show-data-privacy-task',
    tag,
    summary: 'One erasure, and how far each service is with it',
    params,
    response: DataPrivacyTask,
  }),
  create: defineEndpoint({
    id: 'createDataPrivacyTask',
    method: 'POST',
    path: '/api/v1/data_privacy_tasks',
    question: 'rpc.identity.v1.create-data-privacy-task',
    tag,
    summary:
      'Erases a person: a pseudonym takes their place in every service; or deletes a ticket. There is no way back',
    status: 201,
    body: z.object({
      deletable_type: Erasable,
      deletable_id: Id,
      preferences: z.object({
        /** `DELETE`, typed by whoever wishes it. */
        sure: text(20),
        /** Of a person; default `pseudonymise`. */
        tickets: ErasedTickets.optional(),
      }),
    }),
    response: DataPrivacyTask,
  }),
};

export const legalHolds = {
  list: defineEndpoint({
    id: 'listLegalHolds',
    method: 'GET',
    path: '/api/v1/legal_holds',
    question: 'rpc.identity.v1.list-legal-holds',
    tag,
    summary: 'People and tickets that erasure leaves as they are; needs `admin.data_privacy`',
    response: z.array(LegalHold),
  }),
  create: defineEndpoint({
    id: 'createLegalHold',
    method: 'POST',
    path: '/api/v1/legal_holds',
    question: 'rpc.identity.v1.create-legal-hold',
    tag,
    summary: 'Keeps a person or a ticket from being erased',
    status: 201,
    body: z.object({ object: z.enum(['User', 'Ticket']), object_id: Id, reason: text(500).min(1) }),
    response: LegalHold,
  }),
  delete: defineEndpoint({
    id: 'deleteLegalHold',
    method: 'DELETE',
    path: '/api/v1/legal_holds/:id',
    question: 'rpc.identity.v1.delete-legal-hold',
    tag,
    summary: 'Lifts a hold',
    params,
    response: z.object({}),
  }),
};
