import type { Message, NoticeKind, NoticeReason, notifyAgents } from '@helpmesh/contracts';
import type { EpochMs } from '@helpmesh/kernel';

export type Command = Message<typeof notifyAgents>;
export type Addressee = Command['data']['people'][number];

/** A line of somebody's list. */
export interface OnlineNotice {
  id: number;
  userId: number;
  ticketId: number;
  kind: NoticeKind;
  reason: NoticeReason;
  seen: boolean;
  createdById: number;
  updatedById: number;
  createdAt: EpochMs;
  updatedAt: EpochMs;
}

/** One person told of one thing, by whatever way. */
export interface Telling {
  /** Its place in the batch. */
  place: number;
  user_id: number;
  ticket_id: number;
  kind: NoticeKind;
  reason: NoticeReason;
  online: boolean;
  seen: boolean;
  by: number;
  at: string;
  /** `YYYY-MM-DD`: once on this day. */
  once_on: string | null;
}

/** What was told of a ticket before counts as seen, but to these people. */
export interface Settling {
  ticket_id: number;
  but: number[];
}

/**
 * What a batch of notices, oldest first, comes to when it is written at once: what a later one of the batch settles is
 * told as seen, and of what is told once a day the first counts.
 */
export function tellingsOf(commands: readonly Command[]): {
  told: { command: Command; person: Addressee; telling: Telling }[];
  settlings: Settling[];
} {
  const told: { command: Command; person: Addressee; telling: Telling }[] = [];
  const settlings = new Map<number, Settling>();
  const days = new Set<string>();
  for (const command of commands) {
    const { ticket, kind, settles, people, onceOn, by, at } = command.data;
    if (settles) {
      const before = settlings.get(ticket.id);
      const but = before ? settles.but.filter((id) => before.but.includes(id)) : settles.but;
      settlings.set(ticket.id, { ticket_id: ticket.id, but });
      for (const { telling } of told) if (isSettledBy(telling, ticket.id, settles.but)) telling.seen = true;
    }
    for (const person of people) {
      const { userId, reason, online, seen } = person;
      const day = onceOn === null ? '' : JSON.stringify([ticket.id, userId, kind, onceOn]);
      if (day !== '' && days.has(day)) continue;
      days.add(day);
      const telling = {
        ...{ place: told.length, user_id: userId, ticket_id: ticket.id, kind, reason, online, seen },
        ...{ by: by.userId, at, once_on: onceOn },
      };
      told.push({ command, person, telling });
    }
  }
  return { told, settlings: [...settlings.values()] };
}

/** That somebody was called by name is for them to see, whatever becomes of the ticket. */
function isSettledBy({ ticket_id, reason, user_id }: Telling, ticketId: number, but: readonly number[]): boolean {
  return ticket_id === ticketId && reason !== 'mentioned' && !but.includes(user_id);
}
