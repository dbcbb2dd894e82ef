import { type Message, ticketCreated, ticketDeleted, ticketUpdated } from '@helpmesh/contracts';
import { uuidv7 } from '@helpmesh/kernel';
import type { TicketEvent } from '../src/domain/ticket-point.ts';

export interface Step {
  /** ISO-8601 or ms since the epoch. */
  at: string | number;
  groupId?: number;
  stateType?: string;
  state?: string;
  deleted?: boolean;
}

/** The events of one ticket, version by version; the first step creates it. */
export function history(ticketId: number, steps: Step[]): TicketEvent[] {
  const created = iso(steps[0]?.at ?? 0);
  let now = { groupId: 1, stateType: 'new', state: undefined as string | undefined };
  return steps.map((step, i) => {
    now = { groupId: step.groupId ?? now.groupId, stateType: step.stateType ?? now.stateType, state: step.state };
    const closed = ['closed', 'merged', 'redirected'].includes(now.stateType);
    const ticket = {
      ...{ id: ticketId, number: String(10_000 + ticketId), title: 'T', groupId: now.groupId },
      ...{ group: `Group ${now.groupId}`, stateId: 1, state: now.state ?? now.stateType, stateType: now.stateType },
      ...{ priorityId: 2, priority: '2 normal', customerId: 7, organizationId: null, ownerId: 1, articleCount: 1 },
      ...{ createdAt: created, updatedAt: iso(step.at), closeAt: closed ? iso(step.at) : null },
    };
    const type = i === 0 ? ticketCreated.type : step.deleted ? ticketDeleted.type : ticketUpdated.type;
    const id = uuidv7();
    return {
      ...{ id, type, time: iso(step.at), source: 'ticket', correlationId: id },
      ...{ aggregateId: String(ticketId), aggregateVersion: i + 1 },
      data: {
        ...{ ticket, article: null, changes: {}, changedById: 3, createdById: 3 },
        customer: { userId: 7, email: null, name: 'C', locale: 'en' },
      },
    } as unknown as Message<typeof ticketUpdated>;
  });
}

/** A generator of numbers in [0, 1) that gives the same row for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function iso(at: string | number): string {
  return new Date(at).toISOString();
}
