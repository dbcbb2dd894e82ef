import type { EpochMs } from '@helpmesh/kernel';
import { type ClockName, clockNames, type Escalation, type Stage } from './escalation.ts';
import type { WorkingTime } from './working-time.ts';

/** How long before a due time it is warned of, minutes of working time: a warning at night would help nobody. */
const WARNING_MIN = 15;

export interface Notice {
  clock: ClockName;
  stage: Stage;
  dueAt: EpochMs;
}

/** What is still to be told, in the order of its time. A due time is warned of once and reported once. */
function pending({ figures, told }: Escalation, time: WorkingTime): (Notice & { at: EpochMs })[] {
  return clockNames
    .flatMap((clock) => {
      const { dueAt } = figures[clock];
      if (dueAt === null) return [];
      const known = told[clock]?.dueAt === dueAt ? told[clock].stage : undefined;
      if (known === 'escalated') return [];
      const escalated = { clock, stage: 'escalated' as const, dueAt, at: dueAt };
      if (known === 'warning') return [escalated];
      const warnAt = time.before(dueAt, WARNING_MIN) ?? dueAt;
      return [{ clock, stage: 'warning' as const, dueAt, at: warnAt }, escalated];
    })
    .sort((a, b) => a.at - b.at);
}

/** When there is next something to tell. */
export function noticeAt(escalation: Escalation, time: WorkingTime): EpochMs | null {
  return pending(escalation, time)[0]?.at ?? null;
}

/** What is to be told now; of a due time that passed unseen only that it did. And what is known then. */
export function takeNotices(
  escalation: Escalation,
  time: WorkingTime,
  now: EpochMs,
): { notices: Notice[]; after: Escalation } {
  const latest = new Map<ClockName, Notice>();
  for (const { at, ...notice } of pending(escalation, time)) if (at <= now) latest.set(notice.clock, notice);
  const notices = [...latest.values()];
  const told = { ...escalation.told };
  for (const { clock, dueAt, stage } of notices) told[clock] = { dueAt, stage };
  const after = { ...escalation, told };
  return { notices, after: { ...after, noticeAt: noticeAt(after, time) } };
}
