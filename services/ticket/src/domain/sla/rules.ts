import { matches, readsOf } from '@helpmesh/conditions';
import type { EpochMs } from '@helpmesh/kernel';
import type { Condition } from '../condition/condition.ts';
import type { Knowledge } from '../condition/fields.ts';
import type { Ticket } from '../ticket/ticket.ts';
import type { Targets } from './clock.ts';
import type { WorkingTime } from './working-time.ts';

/** A due time follows from the ticket and its tags alone, so that whoever reckons it again finds the same. */
export const slaKnowledge = (attributes: Knowledge['attributes']): Knowledge => ({ scope: 'fields', attributes });

export interface Sla {
  id: number;
  name: string;
  calendar: { id: number; name: string; timezone: string };
  /** Null: for tickets that no other SLA is for. */
  condition: Condition | null;
  targets: Targets;
  time: WorkingTime;
}

/** All SLAs as they were after so many changes. */
export class SlaRules {
  private readonly slas: readonly Sla[];
  /** Whether the tags of a ticket have to be known to choose its SLA. */
  readonly readsTags: boolean;

  constructor(
    readonly revision: number,
    slas: readonly Sla[],
    private readonly calendars: ReadonlyMap<number, WorkingTime> = new Map(),
  ) {
    const byName = (a: Sla, b: Sla) => (a.name < b.name ? -1 : 1);
    const conditional = slas.filter(({ condition }) => condition !== null).sort(byName);
    this.readsTags = conditional.some(({ condition }) => condition !== null && readsOf(condition).has('tags'));
    this.slas = [...conditional, ...slas.filter(({ condition }) => condition === null).sort(byName)];
  }

  /** Nothing is promised to anybody. */
  get empty(): boolean {
    return this.slas.length === 0;
  }

  /** Whether a calendar is open; nothing is where there is none. */
  isOpen(calendarId: number, at: EpochMs): boolean {
    return this.calendars.get(calendarId)?.isOpen(at) ?? false;
  }

  /**
   * The first by name whose condition picks the ticket, else the first without a condition.
   * @param tags  keys of its tags; absent where `readsTags` says that they do not matter
   */
  of(ticket: Ticket, tags: readonly string[] = []): Sla | undefined {
    // What an SLA is chosen by does not depend on when it is asked (slaKnowledge).
    const whenever = { now: ticket.updatedAt };
    return this.slas.find(({ condition }) => condition === null || matches(condition, { ticket, tags }, whenever));
  }
}
