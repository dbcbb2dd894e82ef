import { AppError, type EpochMs, epochMs } from '@helpmesh/kernel';

export type ChatState = 'waiting' | 'open' | 'closed';
export type ChatEnd = 'visitor' | 'agent' | 'idle' | 'away';

/** What decides about a chat's life. */
export interface ChatLife {
  state: ChatState;
  agentId: number | null;
  /** When the visitor was last known to have the chat open. */
  seenAt: EpochMs;
  /** When somebody last said something, or took it. */
  saidAt: EpochMs;
  begunAt: EpochMs;
}

export interface ChatLimits {
  idleMs: number;
  awayMs: number;
}

/** Messages of a chat; longer ones are letters. */
export const MOST_MESSAGES = 500;

const moves = { waiting: ['open', 'closed'], open: ['closed'], closed: [] } as const satisfies Record<
  ChatState,
  readonly ChatState[]
>;

export function mayBecome(from: ChatState, to: ChatState): boolean {
  return (moves[from] as readonly ChatState[]).includes(to);
}

/** @throws AppError conflict `chat.taken`, `chat.closed` */
export function requireWaiting({ state }: Pick<ChatLife, 'state'>): void {
  if (mayBecome(state, 'open')) return;
  if (state === 'closed') throw closed();
  throw new AppError('conflict', 'chat.taken', 'Somebody else has taken this chat.');
}

/** @throws AppError conflict `chat.closed`, `chat.full` */
export function requireRoom({ state, said }: { state: ChatState; said: number }): void {
  if (state === 'closed') throw closed();
  if (said >= MOST_MESSAGES) {
    throw new AppError('conflict', 'chat.full', `A chat has ${MOST_MESSAGES} messages at most.`);
  }
}

/** Chats of one network that may be live at once. */
const MOST_OF_NETWORK = 2;

/**
 * Whether one more may begin. @param live  chats that nobody ended: of all those who wait, of the own network
 * @throws AppError conflict `chat.nobody-there`; limited `chat.too-many-of-network`
 */
export function requirePlace(live: { waiting: number; ofNetwork: number }, waitingMax: number): void {
  if (live.ofNetwork >= MOST_OF_NETWORK) {
    throw new AppError('limited', 'chat.too-many-of-network', 'As many chats as may be are open from your network.');
  }
  if (live.waiting >= waitingMax) throw nobodyThere();
}

export function nobodyThere(): AppError {
  return new AppError('conflict', 'chat.nobody-there', 'Nobody can take a chat at the moment.');
}

/**
 * When it ends by itself, and why: nobody writes any more, or the visitor does not come back. Words keep no place in the
 * queue: who waits is counted from the beginning.
 */
export function endOf(
  { state, seenAt, saidAt, begunAt }: Pick<ChatLife, 'state' | 'seenAt' | 'saidAt' | 'begunAt'>,
  { idleMs, awayMs }: ChatLimits,
): { at: EpochMs; why: 'idle' | 'away' } {
  const [idle, away] = [(state === 'waiting' ? begunAt : saidAt) + idleMs, seenAt + awayMs];
  return away < idle ? { at: epochMs(away), why: 'away' } : { at: epochMs(idle), why: 'idle' };
}

/** An agent who takes chats at this moment. */
export interface FreeAgent {
  groupIds: readonly number[];
  /** Chats that the agent may take beside those that are open. */
  free: number;
}

export interface Topic {
  name: string;
  groupId: number;
}

/**
 * Whether a visitor finds somebody, and for which topics: `offline` when nobody takes chats of any of them, `busy` when
 * all who do have their hands full, or too many wait already.
 */
export function doorOf(
  topics: readonly Topic[],
  agents: readonly FreeAgent[],
  queue: { waiting: number; max: number },
): { state: 'offline' | 'busy' | 'online'; topics: string[] } {
  const served = (groupId: number, some: readonly FreeAgent[]) =>
    some.some(({ groupIds }) => groupIds.includes(groupId));
  if (!topics.some(({ groupId }) => served(groupId, agents))) return { state: 'offline', topics: [] };
  const free = agents.filter((agent) => agent.free > 0);
  const open = topics.filter(({ groupId }) => served(groupId, free)).map(({ name }) => name);
  if (open.length === 0 || queue.waiting >= queue.max) return { state: 'busy', topics: [] };
  return { state: 'online', topics: open };
}

/**
 * `https://www.example.org` of what somebody wrote as the address of a page; undefined when it is none.
 * @see https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin
 */
export function originIn(written: string): string | undefined {
  const text = written.trim();
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const { origin, hostname, username, password } = new URL(text);
  return hostname.includes('*') || username || password ? undefined : origin;
}

function closed(): AppError {
  return new AppError('conflict', 'chat.closed', 'This chat has ended.');
}
