import {
  type Actor,
  type ChatConversation,
  type ChatMessage,
  type ChatSession,
  type chatSessions,
  groupsWith,
  hasPermission,
  type OutputOf,
  type ShownChat,
} from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { afterCommit, transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { endOf, mayBecome, requireRoom, requireWaiting } from '../../domain/chat/chat.ts';
import { ChatStore, type LockedChat, SLOTS } from '../../persistence/chat.store.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { notAuthorized } from '../access.ts';
import { ChatDesk } from './chat-desk.ts';
import { ChatTimer } from './chat-timer.ts';

/** Chats as agents have them: those that wait in the groups they read, of which they take those that they may change. */
@Injectable()
export class AgentChats {
  constructor(
    private readonly db: DataSource,
    private readonly store: ChatStore,
    private readonly desk: ChatDesk,
    private readonly timer: ChatTimer,
    private readonly tickets: TicketStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError forbidden */
  async list(actor: Actor): Promise<OutputOf<typeof chatSessions.list>> {
    const groups = groupsOf(actor);
    const now = this.clock.now();
    const [{ chat_active }, agent, waiting, own] = await Promise.all([
      this.desk.current(),
      this.store.availability(this.db, actor.userId),
      this.store.waiting(this.db, groups, now),
      this.store.own(this.db, actor.userId, now),
    ]);
    const shown = (chats: readonly ChatSession[]) => chats.map((chat) => this.shown(actor, chat));
    return {
      ...{ enabled: chat_active, agent: agent ?? { active: false, slots: SLOTS } },
      ...{ waiting: shown(waiting), own: shown(own) },
    };
  }

  /** @throws AppError forbidden */
  async setAvailability(actor: Actor, { active, slots }: { active?: boolean | undefined; slots?: number | undefined }) {
    const agent = { userId: actor.userId, active, slots, groupIds: groupsOf(actor, 'change') };
    return this.store.setAvailability(this.db, agent, this.clock.now());
  }

  /** @throws AppError forbidden, not-found */
  async get(actor: Actor, id: number): Promise<ChatConversation> {
    const groups = groupsOf(actor);
    const chat = await this.store.one(this.db, id, this.clock.now());
    if (!chat || !mayRead(actor, groups, { agentId: chat.agent_id, groupId: chat.group_id })) throw noChat(id);
    // What became a ticket is for whoever may read that, wherever it is now.
    if (chat.ticket_id !== null && !(await this.seesTicket(actor, chat.ticket_id))) throw noChat(id);
    return { ...this.shown(actor, chat), messages: await this.store.messages(this.db, chat.id) };
  }

  /** @throws AppError forbidden, not-found; conflict `chat.taken`, `chat.closed`, `chat.no-slot` */
  take(actor: Actor, id: number): Promise<ChatConversation> {
    return this.change(actor, id, async (tx, chat) => {
      if (chat.state === 'open' && chat.agentId === actor.userId) return;
      if (!groupsOf(actor, 'change').includes(chat.groupId)) throw notAuthorized();
      requireWaiting(chat);
      const now = this.clock.now();
      if (!(await this.store.holdSlot(tx, actor.userId, now))) {
        throw new AppError('conflict', 'chat.no-slot', 'You have as many chats as you take at once. End one first.');
      }
      await this.store.take(tx, id, actor.userId, now);
      const taken = { ...chat, state: 'open' as const, agentId: actor.userId, saidAt: now };
      await this.store.setDue(tx, id, endOf(taken, await this.desk.limits(tx)).at);
      await this.desk.tell(tx, taken, 'state');
    });
  }

  /** @throws AppError forbidden, not-found; invalid `chat.nothing-said`; conflict `chat.not-yours`, `chat.closed`, `chat.full` */
  async say(actor: Actor, id: number, { body, client_id }: { body: string; client_id: string }): Promise<ChatMessage> {
    const words = wordsIn(body);
    return transaction(this.db, async (tx) => {
      const chat = await this.lockOwn(tx, actor, id);
      const now = this.clock.now();
      const { message, fresh } = await say(
        this.store,
        tx,
        chat,
        { sender: 'agent', clientId: client_id, body: words },
        now,
      );
      if (!fresh) return message;
      await this.store.setDue(tx, id, endOf({ ...chat, saidAt: now }, await this.desk.limits(tx)).at);
      await this.desk.tell(tx, chat, 'words');
      return message;
    });
  }

  /** @throws AppError forbidden, not-found; conflict `chat.not-yours` */
  close(actor: Actor, id: number): Promise<ChatConversation> {
    return this.change(actor, id, async (tx, chat) => {
      requireOwn(actor, chat);
      if (!mayBecome(chat.state, 'closed')) return;
      await this.store.close(tx, id, 'agent', this.clock.now());
      await this.desk.tell(tx, chat, 'state');
      afterCommit(tx, () => void this.timer.wake());
    });
  }

  private async change(
    actor: Actor,
    id: number,
    work: (tx: EntityManager, chat: LockedChat) => Promise<void>,
  ): Promise<ChatConversation> {
    await transaction(this.db, async (tx) => work(tx, await this.lock(tx, actor, id)));
    return this.get(actor, id);
  }

  private async lock(tx: EntityManager, actor: Actor, id: number): Promise<LockedChat> {
    const groups = groupsOf(actor);
    const chat = await this.store.lock(tx, { id });
    if (!chat || !mayRead(actor, groups, chat)) throw noChat(id);
    return chat;
  }

  private async lockOwn(tx: EntityManager, actor: Actor, id: number): Promise<LockedChat> {
    const chat = await this.lock(tx, actor, id);
    requireOwn(actor, chat);
    return chat;
  }

  private async seesTicket(actor: Actor, id: number): Promise<boolean> {
    const [ticket] = await this.tickets.facts(this.db, [{ visible: VisibleTickets.to(actor, 'read'), id }]);
    return ticket !== undefined;
  }

  private shown(actor: Actor, chat: ChatSession): ShownChat {
    return { ...chat, may_take: chat.state === 'waiting' && groupsOf(actor, 'change').includes(chat.group_id) };
  }
}

/**
 * Says something, once. The caller holds the chat.
 * @throws AppError conflict `chat.closed`, `chat.full` of what is new
 */
export async function say(
  store: ChatStore,
  tx: EntityManager,
  chat: LockedChat,
  words: Parameters<ChatStore['say']>[2],
  now: Parameters<ChatStore['say']>[3],
) {
  const said = await store.say(tx, chat.id, words, now);
  // What was taken before is answered as it was, also after the end.
  if (said.fresh) requireRoom(chat);
  return said;
}

/** @throws AppError invalid `chat.nothing-said` */
export function wordsIn(body: string): string {
  const words = body.replaceAll('\0', '').trim();
  if (words === '') throw new AppError('invalid', 'chat.nothing-said', 'There is nothing in the message.');
  return words;
}

/** Groups whose chats are the agent's to see, or with `change` to take. @throws AppError forbidden */
function groupsOf(actor: Actor, level: 'read' | 'change' = 'read'): number[] {
  if (!hasPermission(actor, 'chat.agent')) throw notAuthorized();
  return groupsWith(actor, level);
}

function mayRead(actor: Actor, groups: readonly number[], chat: Pick<LockedChat, 'agentId' | 'groupId'>): boolean {
  return chat.agentId === actor.userId || groups.includes(chat.groupId);
}

function requireOwn(actor: Actor, { agentId }: Pick<LockedChat, 'agentId'>): void {
  if (agentId === actor.userId) return;
  throw new AppError('conflict', 'chat.not-yours', 'Take the chat first: another agent has it, or nobody.');
}

function noChat(id: number): AppError {
  return new AppError('not-found', 'chat.not-found', `Couldn't find Chat::Session with 'id'=${id}`);
}
