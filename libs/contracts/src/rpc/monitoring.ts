import { z } from 'zod';
import { defineQuestion } from '../define.ts';
import { Instant } from '../http/common.ts';

/** How a service is, in figures: what programs watch. Nothing in it is about a person. */
export const ServiceFigures = z.object({
  outbox: z.object({
    /** Messages that wait to be published. */
    waiting: z.number().int(),
    /** Age of the oldest of them, seconds. */
    oldest: z.number(),
  }),
  /** Messages that were given up and not replayed since. */
  dead_letters: z.number().int(),
  /** How many there are of what the service keeps, by name; of queues, how many wait, and how long in seconds. */
  counts: z.record(z.string(), z.number()),
  /** When the newest of them came to be. */
  last_created_at: z.record(z.string(), Instant.nullable()),
});
export type ServiceFigures = z.output<typeof ServiceFigures>;

const figuresOf = (service: string) =>
  defineQuestion(`rpc.${service}.v1.figures`, z.object({}), ServiceFigures, { callers: ['gateway'] });

/** The same question to each service that has a database. */
export const serviceFigures = {
  ticket: figuresOf('ticket'),
  identity: figuresOf('identity'),
  'mail-ingest': figuresOf('mail-ingest'),
  notification: figuresOf('notification'),
  reporting: figuresOf('reporting'),
  federation: figuresOf('federation'),
} as const;
export type WatchedService = keyof typeof serviceFigures;

/** A message that was given up, without what it says: that may be about people. */
export const DeadLetterLine = z.object({
  id: z.number().int(),
  /** The durable that did not get it done: service and noun. */
  consumer: z.string(),
  /** What kind of message it is: `ticket.v1.created`. */
  subject: z.string(),
  /** Why, in the words of the last try; at most 500 characters. */
  cause: z.string(),
  tries: z.number().int(),
  died_at: Instant,
});
export type DeadLetterLine = z.output<typeof DeadLetterLine>;

const lettersOf = (service: string) =>
  defineQuestion(
    `rpc.${service}.v1.list-dead-letters`,
    z.object({}),
    z.object({ letters: z.array(DeadLetterLine).max(100) }),
    { callers: ['gateway'] },
  );

/** The newest hundred of what the service gave up. */
export const deadLetterLists = {
  ticket: lettersOf('ticket'),
  identity: lettersOf('identity'),
  'mail-ingest': lettersOf('mail-ingest'),
  notification: lettersOf('notification'),
  reporting: lettersOf('reporting'),
  federation: lettersOf('federation'),
} as const satisfies Record<WatchedService, unknown>;

const replayOf = (service: string) =>
  defineQuestion(
    `rpc.${service}.v1.replay-dead-letters`,
    z.object({ id: z.number().int().positive().optional() }),
    z.object({ open: z.number().int() }),
    { callers: ['gateway'] },
  );

/** Begins to do again what the service gave up, all or one of them, and says how many messages that are. */
export const deadLetterReplays = {
  ticket: replayOf('ticket'),
  identity: replayOf('identity'),
  'mail-ingest': replayOf('mail-ingest'),
  notification: replayOf('notification'),
  reporting: replayOf('reporting'),
  federation: replayOf('federation'),
} as const satisfies Record<WatchedService, unknown>;

/** Tickets that were opened since then. */
export const countOpenedTickets = defineQuestion(
  'rpc.ticket.v1.count-opened',
  z.object({ since: Instant }),
  z.object({ count: z.number().int() }),
  { callers: ['gateway'] },
);

/** Is this the token that programs which watch the installation carry? */
export const checkMonitoringToken = defineQuestion(
  'rpc.identity.v1.check-monitoring-token',
  z.object({ token: z.string().max(200) }),
  z.object({ valid: z.boolean() }),
  { callers: ['gateway'] },
);
