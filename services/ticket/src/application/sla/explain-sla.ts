import { type Actor, groupsWith, type OutputOf, type ticketSla } from '@helpmesh/contracts';
import { type Clock, type EpochMs, epochMs, isoTime } from '@helpmesh/kernel';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Course, pausesOf, solutionSince, updateSince } from '../../domain/sla/clock.ts';
import { type ClockName, clockNames, earliestDue } from '../../domain/sla/escalation.ts';
import { courseOf } from '../../domain/sla/follow.ts';
import type { Sla } from '../../domain/sla/rules.ts';
import type { Interval } from '../../domain/sla/working-time.ts';
import type { Ticket } from '../../domain/ticket/ticket.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { notAuthorized, notFound } from '../access.ts';
import { References, Wanted } from '../references.ts';

type Explanation = OutputOf<typeof ticketSla>;
type ClockExplanation = Explanation['clocks'][number];
type Since = Pick<ClockExplanation, 'since_what'> & { since: EpochMs | null };

/** Says where the due times of a ticket come from. For agents: promises among them are not the customer's business. */
@Injectable()
export class ExplainSla {
  constructor(
    private readonly db: DataSource,
    private readonly tickets: TicketStore,
    private readonly references: References,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(actor: Actor, ticketId: number): Promise<Explanation> {
    const [ticket] = await this.tickets.facts(this.db, [{ visible: VisibleTickets.to(actor, 'read'), id: ticketId }]);
    if (!ticket) throw notFound('Ticket', ticketId);
    if (actor.kind !== 'service' && !groupsWith(actor, 'read').includes(ticket.groupId)) throw notAuthorized();
    const { slaRules, states } = await this.references.resolve(new Wanted());
    const moves = (await this.tickets.moves(this.db, [ticketId])).get(ticketId) ?? [];
    const tags = await this.tickets.tagKeys(this.db, slaRules.readsTags ? [ticketId] : []);
    const sla = slaRules.of(ticket, tags.get(ticketId));
    const course = courseOf(ticket, moves, states);
    const pauses = pausesOf(course.states);
    const paused = pauses.at(-1)?.to === Number.POSITIVE_INFINITY ? pauses.at(-1) : undefined;
    const { revision } = ticket.escalation;
    return {
      ticket_id: ticketId,
      sla: sla ? { id: sla.id, name: sla.name } : null,
      calendar: sla?.calendar ?? null,
      up_to_date: revision === null || revision === slaRules.revision,
      paused_since: paused ? isoTime(epochMs(paused.from)) : null,
      escalation_at: iso(earliestDue(ticket.escalation)),
      clocks: sla ? clockNames.flatMap((clock) => this.explain(clock, ticket, course, sla, pauses)) : [],
    };
  }

  private explain(clock: ClockName, ticket: Ticket, course: Course, sla: Sla, all: Interval[]): ClockExplanation[] {
    const { targets, time } = sla;
    const target =
      clock === 'update'
        ? (targets.response ?? targets.update)
        : clock === 'solution'
          ? targets.solution
          : targets.firstResponse;
    if (target === null) return [];
    const { since, since_what } = sinceOf(clock, course, sla);
    const end = clock === 'first_response' ? (ticket.firstResponseAt ?? this.clock.now()) : this.clock.now();
    const paused = all.flatMap((pause) => {
      if (since === null || pause.to <= since || pause.from >= end) return [];
      const from = epochMs(Math.max(pause.from, since));
      const ended = pause.to <= end;
      const to = epochMs(ended ? pause.to : end);
      return [{ from: isoTime(from), to: ended ? isoTime(to) : null, in_min: time.between(from, to) }];
    });
    const { dueAt, inMin, diffInMin } = ticket.escalation.figures[clock];
    return [
      {
        ...{ clock, target_in_min: target, since: iso(since), since_what },
        ...{ due_at: iso(dueAt), in_min: inMin, diff_in_min: diffInMin },
        ...{ paused, paused_in_min: paused.reduce((sum, { in_min }) => sum + in_min, 0) },
      },
    ];
  }
}

function sinceOf(clock: ClockName, course: Course, { targets }: Sla): Since {
  const { createdAt, lastContactAgentAt } = course.facts;
  if (clock === 'first_response') return { since: createdAt, since_what: 'created' };
  if (clock === 'solution') {
    const since = solutionSince(course);
    return { since, since_what: since === createdAt ? 'created' : 'reopened' };
  }
  const since = updateSince(course, targets);
  if (since === null) return { since, since_what: null };
  if (targets.response !== null) return { since, since_what: 'customer-contact' };
  return { since, since_what: lastContactAgentAt === null ? 'created' : 'agent-contact' };
}

function iso(at: EpochMs | null): string | null {
  return at === null ? null : isoTime(at);
}
