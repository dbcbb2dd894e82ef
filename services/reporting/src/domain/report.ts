import { type Actor, groupsWith, hasAnyPermission, hasPermission } from '@helpmesh/contracts';
import { AppError, type EpochMs } from '@helpmesh/kernel';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;
const MAX_DAYS = 3_660;

/** Days of UTC, `from` included, `until` not; `YYYY-MM-DD`. */
export interface ReportWindow {
  from: string;
  until: string;
}

/**
 * The days asked for; without a wish the last 30, today included.
 * @param to  last day, included
 * @throws AppError invalid `report.window-refused`
 */
export function reportWindow(from: string | undefined, to: string | undefined, now: EpochMs): ReportWindow {
  const last = to === undefined ? Math.floor(now / DAY_MS) : dayNumber(to);
  const first = from === undefined ? last - DEFAULT_DAYS + 1 : dayNumber(from);
  if (first > last) throw refused('The first day of a report cannot be after the last.');
  if (last - first >= MAX_DAYS) throw refused(`A report covers at most ${MAX_DAYS} days.`);
  return { from: dayText(first), until: dayText(last + 1) };
}

/**
 * Whose numbers the actor may see: all groups with the permission `report` or any of `admin`, else the groups an agent
 * may read. A customer sees none.
 * @returns ids of groups; null: all
 * @throws AppError forbidden `access.not-authorized`
 */
export function groupsOfReport(actor: Actor | undefined, groupId: number | undefined): number[] | null {
  if (!actor) throw notAuthorized();
  const all = actor.kind === 'service' || hasPermission(actor, 'report') || hasAnyPermission(actor, 'admin');
  if (all) return groupId === undefined ? null : [groupId];
  const own = groupsWith(actor, 'read');
  if (own.length === 0) throw notAuthorized();
  if (groupId === undefined) return own;
  if (!own.includes(groupId)) throw notAuthorized();
  return [groupId];
}

function dayNumber(day: string): number {
  return Math.floor(Date.parse(`${day}T00:00:00Z`) / DAY_MS);
}

function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

function refused(detail: string): AppError {
  return new AppError('invalid', 'report.window-refused', detail);
}

function notAuthorized(): AppError {
  return new AppError('forbidden', 'access.not-authorized', 'Not authorized');
}
