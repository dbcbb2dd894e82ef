import { createHash } from 'node:crypto';
import type { ChatMessage, ParsedInputOf, startChat, VisitorChat } from '@helpmesh/contracts';
import { AppError, type Clock, epochMs, isoTime } from '@helpmesh/kernel';
import { afterCommit, transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { endOf, mayBecome, nobodyThere, requirePlace } from '../../domain/chat/chat.ts';
import { displayName } from '../../domain/ticket/people.ts';
import { ChatStore, type LockedChat } from '../../persistence/chat.store.ts';
import { EnsurePeople } from '../ensure-people.ts';
import { References, Wanted } from '../references.ts';
import { say, wordsIn } from './agent-chats.ts';
import { ChatDesk } from './chat-desk.ts';
import { ChatTimer } from './chat-timer.ts';

type Start = ParsedInputOf<typeof startChat>;

/** Chats as visitors of pages have them, who have proven nothing but that they know the secret of their chat. */
@Injectable()
export class VisitorChats {
  constructor(
    private readonly db: DataSource,
    private readonly store: ChatStore,
    private readonly desk: ChatDesk,
    private readonly people: EnsurePeople,
    private readonly references: References,
    private readonly timer: ChatTimer,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @throws AppError forbidden `chat.off`; invalid `chat.nothing-said`, `chat.request-refused` for an address that cannot
   *   be one of a customer; conflict `chat.nobody-there`; limited `chat.too-many-of-network`
   */
  async start({ session, name, email, topic, page, clientId, text, network }: Start): Promise<VisitorChat> {
    const body = wordsIn(text);
    const sessionHash = hashOf(session);
    const known = await this.store.idOf(this.db, sessionHash);
    if (known !== undefined) return this.shown(known, 0);
    const settings = await this.desk.current();
    if (!settings.chat_active) throw new AppError('forbidden', 'chat.off', 'There is no chat here.');
    const open = (await this.desk.open(settings)).topics;
    const [only] = settings.chat_topics.filter((one) => open.includes(one.name));
    const chosen =
      settings.chat_topics.find((one) => one.name === topic && open.includes(one.name)) ??
      (topic === '' ? only : undefined);
    if (!chosen) throw nobodyThere();
    const person = (await this.people.run([{ email, name }])).get(email.toLowerCase());
    if (!person?.active) {
      throw new AppError('invalid', 'chat.request-refused', 'A chat cannot be taken from this address.');
    }
    const now = this.clock.now();
    const due = endOf({ state: 'waiting', seenAt: now, saidAt: now, begunAt: now }, await this.desk.limits()).at;
    const chat = { sessionHash, name, email, customerId: person.id, topic: chosen.name, groupId: chosen.group_id };
    await transaction(this.db, async (tx) => {
      const live = await this.store.live(tx, network);
      // Asked twice at the same time.
      if ((await this.store.idOf(tx, sessionHash)) !== undefined) return;
      requirePlace(live, settings.chat_waiting_max);
      const id = await this.store.begin(tx, { ...chat, page: addressIn(page), network, due, now });
      await this.store.say(tx, id, { sender: 'visitor', clientId, body }, now);
      await this.desk.tell(tx, { id, agentId: null }, 'state');
    });
    return this.read(session, 0);
  }

  /** @throws AppError not-found `chat.no-session` */
  async read(session: string, after: number): Promise<VisitorChat> {
    const id = await this.store.idOf(this.db, hashOf(session));
    if (id === undefined) throw noSession();
    return this.shown(id, after);
  }

  /** @throws AppError not-found `chat.no-session`; invalid `chat.nothing-said`; conflict `chat.closed`, `chat.full` */
  async say(session: string, clientId: string, text: string): Promise<ChatMessage> {
    const body = wordsIn(text);
    return this.change(session, async (tx, chat) => {
      const now = this.clock.now();
      const { message, fresh } = await say(this.store, tx, chat, { sender: 'visitor', clientId, body }, now);
      if (!fresh) return message;
      await this.store.see(tx, chat.id, true, now);
      await this.store.setDue(tx, chat.id, endOf({ ...chat, seenAt: now, saidAt: now }, await this.desk.limits(tx)).at);
      await this.desk.tell(tx, chat, 'words');
      return message;
    });
  }

  /** @throws AppError not-found `chat.no-session` */
  async end(session: string): Promise<VisitorChat> {
    await this.change(session, async (tx, chat) => {
      if (!mayBecome(chat.state, 'closed')) return;
      await this.store.close(tx, chat.id, 'visitor', this.clock.now());
      await this.desk.tell(tx, chat, 'state');
      afterCommit(tx, () => void this.timer.wake());
    });
    return this.read(session, 0);
  }

  /** The visitor has the chat open, or no longer. @throws AppError not-found `chat.no-session` */
  see(session: string, here: boolean) {
    return this.change(session, async (tx, chat) => {
      const { id, state, agentId, said } = chat;
      const seen = { id, state, agentId, said };
      if (state === 'closed') return seen;
      const now = this.clock.now();
      await this.store.see(tx, id, here, now);
      await this.store.setDue(tx, id, endOf({ ...chat, seenAt: now }, await this.desk.limits(tx)).at);
      // Nobody but the agent who talks to them is disturbed.
      if (here !== chat.here && chat.agentId !== null) await this.desk.tell(tx, chat, 'words');
      return seen;
    });
  }

  private change<T>(session: string, work: (tx: EntityManager, chat: LockedChat) => Promise<T>): Promise<T> {
    return transaction(this.db, async (tx) => {
      const chat = await this.store.lock(tx, { sessionHash: hashOf(session) });
      if (!chat) throw noSession();
      return work(tx, chat);
    });
  }

  private async shown(id: number, after: number): Promise<VisitorChat> {
    const chat = await this.store.facts(this.db, id);
    if (!chat) throw noSession();
    const [messages, settings] = [await this.store.messages(this.db, id, after), await this.desk.current()];
    const { state, agentId, said, ticketNumber: ticket } = chat;
    const position = state === 'waiting' ? await this.store.position(this.db, id, chat.groupId) : null;
    const end = epochMs(chat.saidAt + settings.chat_idle_minutes * 60_000);
    return {
      ...{
        id,
        state,
        title: settings.chat_title,
        position,
        agentId,
        agent: await this.nameOf(agentId),
        said,
        messages,
      },
      ...{ endsAt: state === 'open' ? isoTime(end) : null, ticket },
    };
  }

  private async nameOf(agentId: number | null): Promise<string | null> {
    if (agentId === null) return null;
    const person = (await this.references.resolve(new Wanted().user(agentId))).person(agentId);
    // An agent without a name has an address, which is not for strangers.
    return (person && displayName({ ...person, email: null, login: '' })) || null;
  }
}

function hashOf(session: string): string {
  return createHash('sha256').update(session).digest('base64url');
}

/** The address of a page, or nothing: it is shown to agents as a link. */
function addressIn(page: string): string {
  return /^https?:\/\//i.test(page) && URL.canParse(page) ? page : '';
}

function noSession(): AppError {
  return new AppError('not-found', 'chat.no-session', 'There is no such chat any more.');
}
