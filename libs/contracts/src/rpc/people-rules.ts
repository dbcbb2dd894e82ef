import { z } from 'zod';
import { defineQuestion } from '../define.ts';
import { boundedRecord } from '../http/common.ts';

const Id = z.number().int();

/** A schedule over people or organizations: for which ones, and what is done. The JSON is as REST has it. */
const rule = {
  object: z.enum(['User', 'Organization']),
  condition: z.record(z.string(), z.unknown()),
  perform: boundedRecord(z.unknown(), 100),
  /** The calendars that are open now, which only their owner knows. */
  openCalendarIds: z.array(Id).max(10_000),
  /** Where the desk is: a name of the IANA time zone database. */
  zone: z.string().max(100).default('UTC'),
  /** How texts tell times: by which clock, and in which language; null: that of the person, and where the desk is. */
  telling: z
    .object({ locale: z.string().max(100).nullable(), timezone: z.string().max(100).nullable() })
    .default({ locale: null, timezone: null }),
};

/** What would be done to one of them: nothing is. */
const Prospect = z.object({
  id: Id,
  label: z.string(),
  would: z.array(z.object({ action: z.string(), from: z.unknown().optional(), to: z.unknown().optional() })),
});

/**
 * Whom a schedule picks now, the oldest first and a page at a time, and what it would do to the first of them. Invalid:
 * `condition.unsupported`, `action.invalid`, `attribute.value-invalid`.
 */
export const pickPeople = defineQuestion(
  'rpc.identity.v1.pick-people',
  z.object({
    ...rule,
    /** The last one of the page before. */
    after: Id.default(0),
    limit: z.number().int().min(0).max(5_000),
    examples: z.number().int().min(0).max(20),
  }),
  z.object({
    ids: z.array(Id),
    /** How many there are in all; told with the first page. */
    total: z.number().int().nullable().default(null),
    examples: z.array(Prospect),
  }),
  { callers: ['ticket'] },
);

/**
 * Does to these what a schedule says, each in a transaction of its own, where its condition still picks them. Asked
 * twice within one run, it does nothing the second time, and answers as it did the first time.
 */
export const changePeople = defineQuestion(
  'rpc.identity.v1.change-people',
  z.object({ ...rule, rule: z.object({ id: Id, name: z.string() }), run: Id.optional(), ids: z.array(Id).max(100) }),
  z.object({
    /** Of those that are still picked. */
    outcomes: z.array(
      z.object({
        id: Id,
        outcome: z.enum(['done', 'partly', 'held-back', 'failed']),
        /** By the names of the actions; nothing: it was so already. */
        did: z.array(z.string()),
        heldBack: z.array(z.object({ action: z.string(), why: z.string() })),
      }),
    ),
  }),
  { callers: ['ticket'] },
);
