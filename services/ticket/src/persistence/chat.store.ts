import type { ChatMessage, ChatSession } from '@helpmesh/contracts';
import { type EpochMs, epochMs, isoTime } from '@helpmesh/kernel';
import { lockInTransaction, sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import type { ChatEnd, ChatLife, ChatState, FreeAgent } from '../domain/chat/chat.ts';
import type { Said } from '../domain/chat/transcript.ts';

type On = DataSource | EntityManager;

export interface NewChat {
  sessionHash: string;
  name: string;
  email: string;
  customerId: number;
  topic: string;
  groupId: number;
  page: string;
  /** Which network it comes from, without its address. */
  network: string;
  due: EpochMs;
  now: EpochMs;
}

/** A chat as those need it who change it. */
export interface LockedChat extends ChatLife {
  id: number;
  groupId: number;
  said: number;
  here: boolean;
}

export interface ChatFacts extends LockedChat {
  ticketNumber: string | null;
}

/** A chat that has ended and of which a ticket is to be made. */
export interface EndedChat {
  id: number;
  name: string;
  customerId: number;
  topic: string;
  groupId: number;
  page: string;
  agentId: number | null;
  dueAt: string;
}

interface LockedRow {
  id: number;
  state: ChatState;
  agent_id: number | null;
  group_id: number;
  said: number;
  here: boolean;
  seen_at: number;
  said_at: number;
  created_at: number;
}

/** Chats that an agent takes at once who said nothing of it. */
export const SLOTS = 3;

const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::float8 AS ${column}`;
const locked = `id, state, agent_id, group_id, said, here, ${ms('seen_at')}, ${ms('said_at')}, ${ms('created_at')}`;

const shown = `c.id, c.state, c.name, c.email, c.customer_id, c.topic, c.group_id, c.page, c.agent_id,
  c.here AND c.seen_at > $1 AS visitor_here,
  (SELECT count(*)::int FROM chat_message m WHERE m.chat_id = c.id AND m.sender = 'visitor'
     AND m.id > coalesce((SELECT max(a.id) FROM chat_message a WHERE a.chat_id = c.id AND a.sender = 'agent'), 0)) AS unanswered,
  coalesce((SELECT left(m.body, 200) FROM chat_message m WHERE m.chat_id = c.id ORDER BY m.id DESC LIMIT 1), '') AS last_words,
  c.ticket_id, t.number AS ticket_number, c.closed_by, iso(c.created_at) AS created_at, iso(c.accepted_at) AS accepted_at,
  iso(c.closed_at) AS closed_at`;

/** How long after it was last heard of a chat that was left open without a word counts as open, ms. */
const HERE_MS = 40_000;
/** What a list shows at most. */
const MOST_SHOWN = 100;

@Injectable()
export class ChatStore {
  /** The agent says so again and again: who does not has gone. */
  async setAvailability(
    on: On,
    agent: { userId: number; active: boolean | undefined; slots: number | undefined; groupIds: number[] },
    now: EpochMs,
  ): Promise<{ active: boolean; slots: number }> {
    const [row] = await sql<{ active: boolean; slots: number }>(
      on,
      `INSERT INTO chat_agent AS known (user_id, active, slots, group_ids, seen_at)
       VALUES ($1, coalesce($2, false), coalesce($3, ${SLOTS}), $4::int[], $5)
       ON CONFLICT (user_id) DO UPDATE SET active = coalesce($2, known.active), slots = coalesce($3, known.slots),
         group_ids = excluded.group_ids, seen_at = excluded.seen_at
       RETURNING active, slots`,
      [agent.userId, agent.active ?? null, agent.slots ?? null, agent.groupIds, isoTime(now)],
    );
    return row as { active: boolean; slots: number };
  }

  async availability(on: On, userId: number): Promise<{ active: boolean; slots: number } | undefined> {
    const [row] = await sql<{ active: boolean; slots: number }>(
      on,
      'SELECT active, slots FROM chat_agent WHERE user_id = $1',
      [userId],
    );
    return row;
  }

  /** Who takes chats, and how many wait. @param seenSince  who was not heard of since then has gone */
  async agents(on: On, seenSince: EpochMs): Promise<{ agents: FreeAgent[]; waiting: number }> {
    const [row] = await sql<{ agents: FreeAgent[]; waiting: number }>(
      on,
      `SELECT (SELECT count(*)::int FROM chat WHERE state = 'waiting') AS waiting,
         (SELECT coalesce(json_agg(json_build_object('groupIds', a.group_ids, 'free',
            a.slots - (SELECT count(*) FROM chat c WHERE c.state = 'open' AND c.agent_id = a.user_id))), '[]')
          FROM chat_agent a WHERE a.active AND a.seen_at > $1) AS agents`,
      [isoTime(seenSince)],
    );
    return row as { agents: FreeAgent[]; waiting: number };
  }

  /** Whether the agent may take one more; nobody else gives them one until the transaction ends. */
  async holdSlot(tx: EntityManager, userId: number, now: EpochMs): Promise<boolean> {
    await sql(
      tx,
      `INSERT INTO chat_agent (user_id, active, slots, group_ids, seen_at) VALUES ($1, false, ${SLOTS}, '{}', $2)
       ON CONFLICT DO NOTHING`,
      [userId, isoTime(now)],
    );
    const [agent] = await sql<{ slots: number }>(tx, 'SELECT slots FROM chat_agent WHERE user_id = $1 FOR UPDATE', [
      userId,
    ]);
    const [row] = await sql<{ open: number }>(
      tx,
      "SELECT count(*)::int AS open FROM chat WHERE state = 'open' AND agent_id = $1",
      [userId],
    );
    return (row?.open ?? 0) < (agent?.slots ?? 0);
  }

  /** Live chats, as they are until the transaction ends: nobody else begins one. */
  async live(tx: EntityManager, network: string): Promise<{ waiting: number; ofNetwork: number }> {
    await lockInTransaction(tx, 'ticket.chat-begin');
    const [row] = await sql<{ waiting: number; ofNetwork: number }>(
      tx,
      `SELECT count(*) FILTER (WHERE state = 'waiting')::int AS waiting,
         count(*) FILTER (WHERE network = $1)::int AS "ofNetwork"
       FROM chat WHERE state <> 'closed'`,
      [network],
    );
    return row as { waiting: number; ofNetwork: number };
  }

  async begin(tx: EntityManager, chat: NewChat): Promise<number> {
    const [row] = await sql<{ id: number }>(
      tx,
      `INSERT INTO chat (session_sha256, state, name, email, customer_id, topic, group_id, page, said_at, here, seen_at,
         due_at, created_at, network)
       VALUES ($1, 'waiting', $2, $3, $4, $5, $6, $7, $8, true, $8, $9, $8, $10)
       RETURNING id`,
      [
        ...[chat.sessionHash, chat.name, chat.email, chat.customerId, chat.topic, chat.groupId, chat.page],
        ...[isoTime(chat.now), isoTime(chat.due), chat.network],
      ],
    );
    return (row as { id: number }).id;
  }

  /** Holds it until the transaction ends. */
  async lock(tx: EntityManager, by: { id: number } | { sessionHash: string }): Promise<LockedChat | undefined> {
    const [where, value] = 'id' in by ? ['id', by.id] : ['session_sha256', by.sessionHash];
    const [row] = await sql<LockedRow>(tx, `SELECT ${locked} FROM chat WHERE ${where} = $1 FOR UPDATE`, [value]);
    return row && asLocked(row);
  }

  /** Says something once. @returns what was said, and whether it is new */
  async say(
    tx: EntityManager,
    chatId: number,
    { sender, clientId, body }: { sender: 'visitor' | 'agent'; clientId: string; body: string },
    now: EpochMs,
  ): Promise<{ message: ChatMessage; fresh: boolean }> {
    const columns = 'id, sender, body, iso(created_at) AS created_at';
    const [known] = await sql<ChatMessage>(
      tx,
      `SELECT ${columns} FROM chat_message WHERE chat_id = $1 AND sender = $2 AND client_id = $3`,
      [chatId, sender, clientId],
    );
    if (known) return { message: known, fresh: false };
    const [made] = await sql<ChatMessage>(
      tx,
      `WITH counted AS (UPDATE chat SET said = said + 1, said_at = $5 WHERE id = $1 RETURNING said)
       INSERT INTO chat_message (chat_id, id, sender, client_id, body, created_at)
       SELECT $1, said, $2, $3, $4, $5 FROM counted RETURNING ${columns}`,
      [chatId, sender, clientId, body, isoTime(now)],
    );
    return { message: made as ChatMessage, fresh: true };
  }

  async setDue(tx: EntityManager, id: number, due: EpochMs | null): Promise<void> {
    await sql(tx, 'UPDATE chat SET due_at = $2 WHERE id = $1', [id, due === null ? null : isoTime(due)]);
  }

  async take(tx: EntityManager, id: number, agentId: number, now: EpochMs): Promise<void> {
    await sql(tx, "UPDATE chat SET state = 'open', agent_id = $2, accepted_at = $3, said_at = $3 WHERE id = $1", [
      ...[id, agentId, isoTime(now)],
    ]);
  }

  /** The timer makes a ticket of it now. */
  async close(tx: EntityManager, id: number, by: ChatEnd, now: EpochMs): Promise<void> {
    await sql(tx, "UPDATE chat SET state = 'closed', closed_by = $2, closed_at = $3, due_at = $3 WHERE id = $1", [
      ...[id, by, isoTime(now)],
    ]);
  }

  async see(tx: EntityManager, id: number, here: boolean, now: EpochMs): Promise<void> {
    await sql(tx, 'UPDATE chat SET here = $2, seen_at = $3 WHERE id = $1', [id, here, isoTime(now)]);
  }

  async waiting(on: On, groupIds: readonly number[], now: EpochMs): Promise<ChatSession[]> {
    return this.some(on, "c.state = 'waiting' AND c.group_id = ANY ($2::int[])", groupIds, now);
  }

  async own(on: On, agentId: number, now: EpochMs): Promise<ChatSession[]> {
    return this.some(on, "c.state = 'open' AND c.agent_id = $2", agentId, now);
  }

  async one(on: On, id: number, now: EpochMs): Promise<ChatSession | undefined> {
    return (await this.some(on, 'c.id = $2', id, now))[0];
  }

  /** Chats of a person, for the archive of their data. */
  async ofPerson(on: On, userId: number): Promise<(ChatSession & { messages: ChatMessage[] })[]> {
    const chats = await this.some(on, 'c.customer_id = $2', userId, epochMs(0));
    const messages = await sql<ChatMessage & { chat_id: number }>(
      on,
      `SELECT chat_id, id, sender, body, iso(created_at) AS created_at FROM chat_message
       WHERE chat_id = ANY ($1::int[]) ORDER BY chat_id, id`,
      [chats.map(({ id }) => id)],
    );
    return chats.map((chat) => ({
      ...chat,
      messages: messages.filter((one) => one.chat_id === chat.id).map(({ chat_id: _, ...message }) => message),
    }));
  }

  async idOf(on: On, sessionHash: string): Promise<number | undefined> {
    const [row] = await sql<{ id: number }>(on, 'SELECT id FROM chat WHERE session_sha256 = $1', [sessionHash]);
    return row?.id;
  }

  async messages(on: On, chatId: number, after = 0): Promise<ChatMessage[]> {
    return sql(
      on,
      `SELECT id, sender, body, iso(created_at) AS created_at FROM chat_message
       WHERE chat_id = $1 AND id > $2 ORDER BY id`,
      [chatId, after],
    );
  }

  async words(on: On, chatId: number): Promise<Said[]> {
    const rows = await sql<{ sender: Said['sender']; body: string; created_at: number }>(
      on,
      `SELECT sender, body, ${ms('created_at')} FROM chat_message WHERE chat_id = $1 ORDER BY id`,
      [chatId],
    );
    return rows.map(({ sender, body, created_at }) => ({ sender, body, at: epochMs(created_at) }));
  }

  /** What a visitor is shown of it, beside the words. */
  async facts(on: On, id: number): Promise<ChatFacts | undefined> {
    const [row] = await sql<LockedRow & { ticket_number: string | null }>(
      on,
      `SELECT ${locked}, (SELECT number FROM ticket WHERE ticket.id = chat.ticket_id) AS ticket_number
       FROM chat WHERE id = $1`,
      [id],
    );
    return row && { ...asLocked(row), ticketNumber: row.ticket_number };
  }

  /** Chats before this one in the queue of its group, itself included. */
  async position(on: On, id: number, groupId: number): Promise<number> {
    const [row] = await sql<{ count: number }>(
      on,
      "SELECT count(*)::int AS count FROM chat WHERE state = 'waiting' AND group_id = $2 AND id <= $1",
      [id, groupId],
    );
    return row?.count ?? 1;
  }

  /** Live chats whose end may have come; held until the transaction ends. */
  async takeDue(tx: EntityManager, now: EpochMs, limit: number): Promise<LockedChat[]> {
    const rows = await sql<LockedRow>(
      tx,
      `SELECT ${locked} FROM chat WHERE due_at <= $1 AND state <> 'closed' ORDER BY due_at LIMIT $2
       FOR UPDATE SKIP LOCKED`,
      [isoTime(now), limit],
    );
    return rows.map(asLocked);
  }

  /** Ended chats of which a ticket is to be made. */
  async ended(on: On, now: EpochMs, limit: number): Promise<EndedChat[]> {
    return sql(
      on,
      `SELECT id, name, customer_id AS "customerId", topic, group_id AS "groupId", page, agent_id AS "agentId",
         iso(due_at) AS "dueAt"
       FROM chat WHERE due_at <= $1 AND state = 'closed' ORDER BY due_at LIMIT $2`,
      [isoTime(now), limit],
    );
  }

  /** Whether a ticket is still to be made of it; nobody else makes one until the transaction ends. */
  async claimEnded(tx: EntityManager, id: number): Promise<boolean> {
    const rows = await sql(
      tx,
      "SELECT 1 FROM chat WHERE id = $1 AND state = 'closed' AND ticket_id IS NULL FOR UPDATE SKIP LOCKED",
      [id],
    );
    return rows.length > 0;
  }

  async settle(tx: EntityManager, id: number, ticketId: number): Promise<void> {
    await sql(tx, 'UPDATE chat SET ticket_id = $2, due_at = NULL WHERE id = $1', [id, ticketId]);
  }

  /** Tries once more at that time. */
  async putOff(on: On, id: number, until: EpochMs): Promise<void> {
    await sql(on, 'UPDATE chat SET due_at = $2 WHERE id = $1 AND ticket_id IS NULL', [id, isoTime(until)]);
  }

  /** What was said stands in the ticket; the chat is for the page of the visitor. */
  async forgetOld(on: On, before: EpochMs): Promise<void> {
    await sql(on, 'DELETE FROM chat WHERE closed_at < $1 AND ticket_id IS NOT NULL', [isoTime(before)]);
    await sql(on, 'DELETE FROM chat_agent WHERE seen_at < $1 AND NOT active', [isoTime(before)]);
  }

  /** @param what  a condition on `c` with its value as $2 */
  private some(on: On, what: string, value: unknown, now: EpochMs): Promise<ChatSession[]> {
    return sql(
      on,
      `SELECT ${shown} FROM chat c LEFT JOIN ticket t ON t.id = c.ticket_id WHERE ${what} ORDER BY c.id LIMIT ${MOST_SHOWN}`,
      [isoTime(epochMs(Math.max(0, now - HERE_MS))), value],
    );
  }
}

function asLocked({
  agent_id: agentId,
  group_id: groupId,
  seen_at,
  said_at,
  created_at,
  ...row
}: LockedRow): LockedChat {
  return { ...row, agentId, groupId, seenAt: epochMs(seen_at), saidAt: epochMs(said_at), begunAt: epochMs(created_at) };
}
