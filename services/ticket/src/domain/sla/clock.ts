import type { EpochMs } from '@helpmesh/kernel';
import type { ClockName, Figure } from './escalation.ts';
import { noFigures } from './escalation.ts';
import type { Interval, WorkingTime } from './working-time.ts';

/** Promised minutes of working time; null promises nothing. At most one of `response` and `update` is set. */
export interface Targets {
  firstResponse: number | null;
  /** From the customer's words to the agent's. */
  response: number | null;
  /** From one of the agent's words to the next, whoever spoke in between. */
  update: number | null;
  solution: number | null;
}

/** What happened to a ticket, as far as its promises go. */
export interface TicketFacts {
  createdAt: EpochMs;
  firstResponseAt: EpochMs | null;
  /** The first close. */
  closeAt: EpochMs | null;
  lastContactAgentAt: EpochMs | null;
  /** When the customer began to wait, or the latest time they did. */
  lastContactCustomerAt: EpochMs | null;
}

/** From when on the ticket was in a state, and what that state means. */
export interface StateSince {
  at: EpochMs;
  /** No clock runs in this state. */
  paused: boolean;
  closed: boolean;
}

/** Everything that the due times of a ticket follow from. */
export interface Course {
  facts: TicketFacts;
  /** Never empty; the first one since the ticket was opened. */
  states: readonly StateSince[];
}

const MINUTE_MS = 60_000;

/**
 * Times in which no clock ran, whole minutes, in order and apart; the last one may not have ended yet. A wait that began
 * and ended in one minute is none.
 */
export function pausesOf(states: readonly StateSince[]): Interval[] {
  const pauses: Interval[] = [];
  states.forEach((state, i) => {
    if (!state.paused) return;
    const from = wholeMinute(state.at);
    const next = states[i + 1];
    const to = next ? wholeMinute(next.at) : Number.POSITIVE_INFINITY;
    const last = pauses.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else if (from < to) pauses.push({ from, to });
  });
  return pauses;
}

/** Since when the present solution is promised: the ticket was opened, or opened again after it was closed. */
export function solutionSince({ facts, states }: Course): EpochMs {
  let since = facts.createdAt;
  states.forEach((state, i) => {
    if (states[i - 1]?.closed && !state.closed) since = state.at;
  });
  return since;
}

/** Since when an answer or a sign of life is promised; null while nobody waits for one. */
export function updateSince({ facts }: Course, targets: Targets): EpochMs | null {
  const { createdAt, lastContactAgentAt: agent, lastContactCustomerAt: customer } = facts;
  if (targets.response !== null) return customer !== null && (agent === null || agent < customer) ? customer : null;
  return targets.update === null ? null : (agent ?? createdAt);
}

/**
 * Due times and results of a ticket under these promises.
 * @param before  what was known, in the order of what happened; the longest wait for an update is kept from it
 * @param agentBefore  the agent's words before the latest ones; the promise of updates is measured between the two
 */
export function reckon(
  course: Course,
  targets: Targets,
  time: WorkingTime,
  before: Readonly<Record<ClockName, Figure>> = noFigures,
  agentBefore: EpochMs | null = null,
): Record<ClockName, Figure> {
  const { facts, states } = course;
  const pauses = pausesOf(states);
  const now = states.at(-1) as StateSince;
  const due = (since: EpochMs | null, minutes: number | null) =>
    now.paused || since === null || minutes === null ? null : time.after(since, minutes, pauses);
  const took = (from: EpochMs | null, to: EpochMs | null) =>
    from === null || to === null ? null : time.between(from, to, pauses);

  const { createdAt, firstResponseAt, closeAt, lastContactAgentAt: agent, lastContactCustomerAt: customer } = facts;
  const waited =
    targets.response !== null
      ? agent !== null && customer !== null && customer <= agent && took(customer, agent)
      : agent !== null && agent !== agentBefore && took(agentBefore ?? createdAt, agent);
  const update = targets.response ?? targets.update;
  const since = solutionSince(course);
  const solving = closeAt === null || since !== createdAt;
  return {
    first_response: figure(
      firstResponseAt === null ? due(createdAt, targets.firstResponse) : null,
      took(createdAt, firstResponseAt),
      targets.firstResponse,
    ),
    update: figure(due(updateSince(course, targets), update), longest(before.update.inMin, waited), update),
    solution: figure(solving ? due(since, targets.solution) : null, took(createdAt, closeAt), targets.solution),
  };
}

function figure(dueAt: EpochMs | null, inMin: number | null, target: number | null): Figure {
  if (target === null) return { dueAt: null, inMin: null, diffInMin: null };
  return { dueAt, inMin, diffInMin: inMin === null ? null : target - inMin };
}

function longest(known: number | null, waited: number | null | false): number | null {
  if (waited === false || waited === null) return known;
  return known === null ? waited : Math.max(known, waited);
}

function wholeMinute(at: number): number {
  return at - (at % MINUTE_MS);
}
