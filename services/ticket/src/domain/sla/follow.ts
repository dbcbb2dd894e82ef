import type { EpochMs } from '@helpmesh/kernel';
import { isClosed, type States } from '../ticket/state.ts';
import type { Ticket } from '../ticket/ticket.ts';
import { type Course, reckon, type StateSince } from './clock.ts';
import { type Escalation, noEscalation, noFigures } from './escalation.ts';
import { noticeAt } from './notices.ts';
import type { SlaRules } from './rules.ts';

/** A change of a ticket's state, from its history. */
export interface Move {
  from: number;
  to: number;
  at: EpochMs;
}

/** What was written of a ticket: as it was before (undefined: it is new), and after each step. */
export interface Steps {
  before: Ticket | undefined;
  after: readonly Ticket[];
}

/** @param moves  all there were, oldest first */
export function courseOf(ticket: Ticket, moves: readonly Move[], states: States): Course {
  const since = (stateId: number, at: EpochMs): StateSince => {
    const state = states.get(stateId);
    return { at, paused: state.ignoreEscalation, closed: isClosed(state) };
  };
  const first = since(moves[0]?.from ?? ticket.stateId, ticket.createdAt);
  return { facts: ticket, states: [first, ...moves.map(({ to, at }) => since(to, at))] };
}

/**
 * Whether a ticket is done with: it was closed and still is, and nothing came that its figures follow from. They stay
 * as they are then, whatever became of the rules.
 */
export function isSettled({ before, after }: Steps, states: States): boolean {
  const ticket = after.at(-1) as Ticket;
  return (
    before !== undefined &&
    isClosed(states.get(before.stateId)) &&
    isClosed(states.get(ticket.stateId)) &&
    before.firstResponseAt === ticket.firstResponseAt &&
    before.closeAt === ticket.closeAt &&
    before.lastContactAgentAt === ticket.lastContactAgentAt &&
    before.lastContactCustomerAt === ticket.lastContactCustomerAt
  );
}

/**
 * What the SLA clock knows of a ticket after these steps.
 * @param tags  keys of its tags, where the rules read them
 */
export function follow(
  steps: Steps,
  moves: readonly Move[],
  states: States,
  rules: SlaRules,
  tags: readonly string[] = [],
): Escalation {
  const { before, after } = steps;
  const ticket = after.at(-1) as Ticket;
  const revision = isClosed(states.get(ticket.stateId)) ? null : rules.revision;
  if (isSettled(steps, states)) return { ...ticket.escalation, noticeAt: null, revision };
  const { told } = ticket.escalation;
  const sla = rules.of(ticket, tags);
  if (!sla) return { ...noEscalation, told, revision };

  const { states: course } = courseOf(ticket, moves, states);
  let figures = before?.escalation.figures ?? noFigures;
  let agentBefore = before?.lastContactAgentAt ?? null;
  for (const step of after) {
    figures = reckon({ facts: step, states: course }, sla.targets, sla.time, figures, agentBefore);
    agentBefore = step.lastContactAgentAt;
  }
  const escalation = { figures, told, noticeAt: null, revision };
  return { ...escalation, noticeAt: noticeAt(escalation, sla.time) };
}
