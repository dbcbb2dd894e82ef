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
