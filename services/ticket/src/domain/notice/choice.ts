import {
  defaultNoticeMatrix,
  type NoticeEvent,
  type NoticeKind,
  type NoticeMatrix,
  noticeChannels,
  noticeCriteria,
  noticeEvents,
} from '@helpmesh/contracts';
import { atOnce, habitsOf, type MailHabits } from './mail-time.ts';

/** What an agent wants to be told. */
export interface Choice {
  matrix: NoticeMatrix;
  /** Null: of all groups. Never narrows what is said of one's own tickets. */
  groupIds: ReadonlySet<number> | null;
  habits: MailHabits;
}

const untouched: Choice = { matrix: defaultNoticeMatrix, groupIds: null, habits: atOnce };

/**
 * Reads `notification_config` of somebody's preferences, which clients of all ages wrote: a row that was chosen counts
 * as it is, with what it leaves out as "no"; a row that is missing is as seeded.
 */
export function choiceOf(config: Readonly<Record<string, unknown>> | null | undefined): Choice {
  if (!config) return untouched;
  const rows = isObject(config.matrix) ? config.matrix : {};
  const matrix = Object.fromEntries(
    noticeEvents.map((event) => [event, isObject(rows[event]) ? rowOf(rows[event]) : defaultNoticeMatrix[event]]),
  ) as NoticeMatrix;
  const chosen = Array.isArray(config.group_ids) ? config.group_ids.map(idIn).filter(Number.isSafeInteger) : [];
  return { matrix, groupIds: chosen.length === 0 ? null : new Set(chosen), habits: habitsOf(config) };
}

/** The row that decides about a kind. */
export function eventOf(kind: NoticeKind): NoticeEvent {
  return kind === 'escalation_warning' ? 'escalation' : kind;
}

function rowOf({ criteria, channel }: Record<string, unknown>): NoticeMatrix[NoticeEvent] {
  return { criteria: flags(noticeCriteria, criteria), channel: flags(noticeChannels, channel) };
}

function flags<K extends string>(names: readonly K[], given: unknown): Record<K, boolean> {
  const values = isObject(given) ? given : {};
  return Object.fromEntries(names.map((name) => [name, isOn(values[name])])) as Record<K, boolean>;
}

/** What is neither a number nor a text may have no way to become one. */
const idIn = (value: unknown) => (typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN);
const isOn = (value: unknown) => value === true || value === 'true' || value === 1 || value === '1';
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
