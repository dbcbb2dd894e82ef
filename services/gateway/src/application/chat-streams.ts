import type { OutputOf, seeVisitor, VisitorChat } from '@helpmesh/contracts';
import { AppError, type Clock, type EpochMs } from '@helpmesh/kernel';
import { logger } from '@helpmesh/telemetry';

/** The owner of chats, as this needs it; every call is by the secret of the visitor. */
export interface ChatOwner {
  read(session: string, after: number): Promise<VisitorChat>;
  see(session: string, here: boolean): Promise<OutputOf<typeof seeVisitor>>;
}

/** Somebody writes in a chat that an agent has. */
export interface ChatTyping {
  id: number;
  agentId: number;
  by: 'visitor' | 'agent';
}

/** One page of a visitor that has its chat open. */
export interface ChatPage {
  readonly session: string;
  /** Newest message that it has. */
  after: number;
  /** @returns false when it reads too slowly to be worth keeping */
  write(text: string): boolean;
  close(): void;
}

interface Place {
  /** What it was shown last; undefined while it is being let in. */
  shown: VisitorChat | undefined;
  working: boolean;
  asked: boolean;
}

/** Streams of one chat: the page, and those that a reload has not taken away yet. */
const MOST_OF_ONE = 5;
/** What comes within this time moves the queue once, ms. */
const GATHER_MS = 250;
/** Who comes back within this time, as while a page is loaded anew, has not been away, ms. */
const AWAY_MS = 5_000;

/**
 * Shows visitors what happens in their chats. Nothing is kept here: what is new is asked of the owner each time, and
 * that a page is open is said to it again and again, so another gateway goes on where this one ends.
 */
export class ChatStreams {
  private readonly log = logger('chat-streams');
  private readonly pages = new Map<ChatPage, Place>();
  private readonly leaving = new Map<string, NodeJS.Timeout>();
  private queueTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly owner: ChatOwner,
    private readonly clock: Clock,
    /** Streams that may be open at once. */
    private readonly most: number,
    private readonly awayMs = AWAY_MS,
  ) {}

  get size(): number {
    return this.pages.size;
  }

  /**
   * @throws AppError not-found `chat.no-session`; limited `chat.too-many-pages`; unavailable `chat.too-many-streams`,
   *   `chat.cut` when it left before it was in
   */
  async join(page: ChatPage): Promise<void> {
    if (this.pages.size >= this.most) {
      throw new AppError('unavailable', 'chat.too-many-streams', 'Too many chats are open. Try again later.');
    }
    const same = [...this.pages.keys()].filter(({ session }) => session === page.session);
    if (same.length >= MOST_OF_ONE) {
      throw new AppError('limited', 'chat.too-many-pages', 'This chat is open in too many places.');
    }
    // Counted from here on: others ask to come in while the owner is asked.
    const place: Place = { shown: undefined, working: false, asked: false };
    this.pages.set(page, place);
    try {
      await this.owner.see(page.session, true);
      place.shown = await this.owner.read(page.session, page.after);
    } catch (error) {
      this.pages.delete(page);
      throw error;
    }
    if (!this.pages.has(page)) throw new AppError('unavailable', 'chat.cut', 'The stream was cut. Open it again.');
    this.show(page, place.shown);
    // What happened between the answer and now was told to nobody.
    this.refresh(page);
  }

  /** The page has gone. Its visitor has when no page of theirs comes for a moment. */
  leave(page: ChatPage): void {
    if (!this.pages.delete(page) || this.isHere(page.session)) return;
    clearTimeout(this.leaving.get(page.session));
    const timer = setTimeout(() => {
      this.leaving.delete(page.session);
      if (this.isHere(page.session)) return;
      this.owner.see(page.session, false).catch((error: unknown) => {
        this.log.debug({ err: error }, 'that a visitor left could not be said; it is noticed by their silence');
      });
    }, this.awayMs).unref();
    this.leaving.set(page.session, timer);
  }

  /** A chat changed, at whichever gateway. @param moved  it was taken or ended, so others are nearer their turn */
  hear(id: number, moved: boolean): void {
    for (const [page, { shown }] of this.pages) if (shown?.id === id) this.refresh(page);
    if (!moved) return;
    this.queueTimer ??= setTimeout(() => {
      this.queueTimer = undefined;
      for (const [page, { shown }] of this.pages) if (shown?.state === 'waiting') this.refresh(page);
    }, GATHER_MS).unref();
  }

  /** The agent of a chat is writing. */
  typing(id: number): void {
    for (const [page, { shown }] of this.pages) if (shown?.id === id) this.send(page, TYPING);
  }

  /** Says that the visitors are there, and finds what was missed. */
  beat(): void {
    for (const [page, { shown }] of this.pages) {
      if (!shown) continue;
      this.send(page, ': beat\n\n');
      if (shown.state === 'closed') continue;
      this.owner.see(page.session, true).then(
        (now) => {
          if (now.state !== shown.state || now.said > page.after || now.agentId !== shown.agentId) this.refresh(page);
        },
        (error: unknown) => this.failed(page, error),
      );
    }
  }

  /** Events were missed. */
  refreshAll(): void {
    for (const page of this.pages.keys()) this.refresh(page);
  }

  closeAll(): void {
    clearTimeout(this.queueTimer);
    // Not left: the visitors come back to whoever takes over.
    for (const timer of this.leaving.values()) clearTimeout(timer);
    this.leaving.clear();
    for (const [page, { shown }] of this.pages) if (shown) page.close();
    this.pages.clear();
  }

  private isHere(session: string): boolean {
    return [...this.pages.keys()].some((page) => page.session === session);
  }

  private refresh(page: ChatPage): void {
    const place = this.pages.get(page);
    if (!place?.shown) return;
    place.asked = true;
    if (!place.working) void this.work(page, place);
  }

  /** One question at a time, so that what is shown is never older than what was. */
  private async work(page: ChatPage, place: Place): Promise<void> {
    place.working = true;
    try {
      while (place.asked && this.pages.has(page)) {
        place.asked = false;
        const next = await this.owner.read(page.session, page.after);
        const same = JSON.stringify(next) === JSON.stringify({ ...place.shown, messages: [] });
        place.shown = next;
        if (!same) this.show(page, next);
      }
    } catch (error) {
      this.failed(page, error);
    } finally {
      place.working = false;
    }
  }

  private show(page: ChatPage, chat: VisitorChat): void {
    page.after = chat.messages.at(-1)?.id ?? page.after;
    this.send(page, `data: ${JSON.stringify(shownTo(chat, this.clock.now()))}\n\n`);
    // Nothing more can happen in it.
    if (chat.state === 'closed' && chat.ticket !== null && this.pages.delete(page)) page.close();
  }

  private send(page: ChatPage, text: string): void {
    if (page.write(text)) return;
    page.close();
    this.leave(page);
  }

  /** The chat is gone, or its owner cannot be asked: the page comes back and is told. */
  private failed(page: ChatPage, error: unknown): void {
    this.log.debug({ err: error }, 'a visitor could not be shown their chat');
    page.close();
    this.leave(page);
  }
}

/**
 * What a visitor is told: ids of people and chats are nothing to them, and their clock may be wrong.
 * `ends_in`: ms until it ends unless somebody writes, null while nobody counts.
 */
export function shownTo({ id: _, agentId: __, endsAt, said: ___, ...chat }: VisitorChat, now: EpochMs) {
  return { ...chat, ends_in: endsAt === null ? null : Math.max(0, Date.parse(endsAt) - now) };
}

const TYPING = 'event: typing\ndata: {}\n\n';
