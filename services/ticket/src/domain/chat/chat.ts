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

/** When it ends by itself, and why: nobody writes any more, or the visitor does not come back. */
export function endOf(
  { seenAt, saidAt }: Pick<ChatLife, 'seenAt' | 'saidAt'>,
  { idleMs, awayMs }: ChatLimits,
): { at: EpochMs; why: 'idle' | 'away' } {
  const [idle, away] = [saidAt + idleMs, seenAt + awayMs];
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
