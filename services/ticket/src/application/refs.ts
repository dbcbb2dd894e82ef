import type { AttributeSet } from '@helpmesh/attributes';
import type { Level, PriorityMatrix } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import type { SlaRules } from '../domain/sla/rules.ts';
import type { Matrix } from '../domain/ticket/assessment.ts';
import type { Group, Organization, Person } from '../domain/ticket/people.ts';
import type { TicketPriority } from '../domain/ticket/priority.ts';
import { States } from '../domain/ticket/state.ts';
import type { CustomValue, World } from '../domain/ticket/ticket.ts';
import type { Known } from '../persistence/replica.store.ts';
import type { Automation } from './automation/automation.ts';

/** The answer: everything a decision about tickets looks at besides the ticket. */
export class Refs implements World {
  readonly states: States;
  readonly priorities: readonly TicketPriority[];
  private readonly users: Map<number, Person>;
  private readonly groups: Map<number, Group>;
  private readonly organizations: Map<number, Organization>;

  constructor(
    private readonly known: Known,
    readonly slaRules: SlaRules,
    /** Custom attributes of tickets. */
    readonly attributes: AttributeSet,
    readonly automation: Automation,
  ) {
    this.states = new States(known.states);
    this.priorities = known.priorities;
    this.users = byId(known.users);
    this.groups = byId(known.groups);
    this.organizations = byId(known.organizations);
  }

  /** What several commands refer to, as one; of one row in several the last counts. */
  static together(all: readonly Refs[]): Refs {
    const unique = [...new Set(all)].map((refs) => refs.known);
    const last = unique.at(-1) as Known;
    if (unique.length === 1) return all[0] as Refs;
    const together = {
      ...last,
      users: unique.flatMap(({ users }) => users),
      groups: unique.flatMap(({ groups }) => groups),
      organizations: unique.flatMap(({ organizations }) => organizations),
    };
    const { slaRules, attributes, automation } = all.at(-1) as Refs;
    return new Refs(together, slaRules, attributes, automation);
  }

  /** Where the desk is. */
  get zone(): string {
    return this.known.zone;
  }

  get everyContact(): boolean {
    return this.known.everyContact;
  }

  readonly ownerOf = (userId: number): Person | undefined => this.users.get(userId);

  person(id: number): Person | undefined {
    return this.users.get(id);
  }

  /** By login, then by e-mail address. */
  personNamed(name: string): Person | undefined {
    const wanted = name.toLowerCase();
    const all = [...this.users.values()];
    return all.find((user) => user.login === wanted) ?? all.find((user) => user.email === wanted);
  }

  group(id: number): Group | undefined {
    return this.groups.get(id);
  }

  /** A group that a ticket is in; it was resolved before. */
  groupOf(id: number): Group {
    const group = this.groups.get(id);
    if (!group)
      throw new AppError('unavailable', 'identity.group-unknown', 'The group is not known yet.', `group ${id}`);
    return group;
  }

  groupNamed(name: string): Group | undefined {
    return [...this.groups.values()].find((group) => group.name === name);
  }

  organization(id: number): Organization | undefined {
    return this.organizations.get(id);
  }

  organizationNamed(name: string): Organization | undefined {
    return [...this.organizations.values()].find((organization) => organization.name === name);
  }

  /** Priorities that are gone since leave their places empty. */
  readonly matrixOf = (groupId: number): Matrix | null => {
    const matrix = this.groups.get(groupId)?.priorityMatrix;
    if (!matrix) return null;
    const known = (id: number) => (this.priority({ id }) ? id : null);
    const row = ({ low, medium, high }: PriorityMatrix[Level]) => ({
      low: known(low),
      medium: known(medium),
      high: known(high),
    });
    return { low: row(matrix.low), medium: row(matrix.medium), high: row(matrix.high) };
  };

  priority(key: { id?: number; name?: string }): TicketPriority | undefined {
    return this.priorities.find((one) => (key.id === undefined ? one.name === key.name : one.id === key.id));
  }

  get defaultPriority(): TicketPriority {
    const priority = this.priorities.find((one) => one.defaultCreate) ?? this.priorities[0];
    if (!priority) throw new AppError('bug', 'internal', 'Something went wrong on our side.', 'no ticket priority');
    return priority;
  }

  /** The name behind an id attribute, for history. */
  readonly nameOf = (attribute: string, id: number): string | null => {
    switch (attribute) {
      case 'group_id':
        return this.groups.get(id)?.name ?? null;
      case 'state_id':
        return this.states.find({ id })?.name ?? null;
      case 'priority_id':
      case 'original_priority_id':
        return this.priority({ id })?.name ?? null;
      case 'owner_id':
      case 'customer_id':
        return this.users.get(id)?.login ?? null;
      case 'organization_id':
        return this.organizations.get(id)?.name ?? null;
      default:
        return null;
    }
  };

  /** How people read a value of an attribute, for history. */
  readonly shownOf = (name: string, value: CustomValue): string | null => {
    const text = this.attributes.get(name)?.shown(value) ?? (value === null ? null : String(value));
    return text !== null && text.length > LONGEST_TOLD ? `${text.slice(0, LONGEST_TOLD)}…` : text;
  };
}

/** History says what happened, it is no archive of versions. */
const LONGEST_TOLD = 5_000;

function byId<T extends { id: number }>(rows: readonly T[]): Map<number, T> {
  return new Map(rows.map((row) => [row.id, row]));
}
