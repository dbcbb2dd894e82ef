import { AttributeBook, type AttributeSet } from '@helpmesh/attributes';
import { AppError } from '@helpmesh/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { SlaRules } from '../domain/sla/rules.ts';
import type { Group, Organization, Person } from '../domain/ticket/people.ts';
import type { TicketPriority } from '../domain/ticket/priority.ts';
import { States } from '../domain/ticket/state.ts';
import { type CustomValue, SYSTEM_USER, type World } from '../domain/ticket/ticket.ts';
import { type Known, type Needs, ReplicaStore } from '../persistence/replica.store.ts';
import { type Automation, RunTriggers } from './automation/run-triggers.ts';
import { type Named, TriggerBook } from './automation/trigger-book.ts';
import { IDENTITY, type Identity } from './ports.ts';
import { RuleBook } from './sla/rule-book.ts';

/** What a command may refer to, collected before anything is looked up. */
export class Wanted implements Needs {
  private readonly ids = { user: new Set<number>(), group: new Set<number>(), organization: new Set<number>() };
  private readonly names = { user: new Set<string>(), group: new Set<string>(), organization: new Set<string>() };

  user(key: number | string | null | undefined): this {
    return this.want('user', typeof key === 'string' ? key.toLowerCase() : key);
  }

  group(key: number | string | null | undefined): this {
    return this.want('group', key);
  }

  organization(key: number | string | null | undefined): this {
    return this.want('organization', key);
  }

  get userIds(): number[] {
    return [...this.ids.user];
  }
  get logins(): string[] {
    return [...this.names.user];
  }
  get groupIds(): number[] {
    return [...this.ids.group];
  }
  get groupNames(): string[] {
    return [...this.names.group];
  }
  get organizationIds(): number[] {
    return [...this.ids.organization];
  }
  get organizationNames(): string[] {
    return [...this.names.organization];
  }

  private want(kind: 'user' | 'group' | 'organization', key: number | string | null | undefined): this {
    if (typeof key === 'number') this.ids[kind].add(key);
    else if (key) this.names[kind].add(key);
    return this;
  }
}

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

/** Looks up what commands refer to: in the replicas, and by asking identity for what they do not hold yet. */
@Injectable()
export class References {
  constructor(
    private readonly db: DataSource,
    private readonly replicas: ReplicaStore,
    private readonly rules: RuleBook,
    private readonly attributes: AttributeBook,
    private readonly triggers: TriggerBook,
    private readonly runTriggers: RunTriggers,
    @Inject(IDENTITY) private readonly identity: Identity,
  ) {}

  /** Asks the network on a miss, so never call it inside a transaction. What nobody knows is asked for once. */
  async resolve(wanted: Wanted): Promise<Refs> {
    wanted.user(SYSTEM_USER);
    let asked = '';
    for (;;) {
      const named = this.triggers.named;
      const known = await this.replicas.find(this.db, named.empty ? wanted : withNamed(wanted, named));
      const triggers = await this.triggers.at(known.triggerRevision);
      // They name others since.
      if (this.triggers.named !== named) continue;
      for (const user of known.users) wanted.organization(user.organizationId);
      const missing = missingOf(wanted, known);
      const asking = JSON.stringify(missing);
      if (asking === asked || asking === NOTHING) {
        const attributes = await this.attributes.of('Ticket');
        const rules = await this.rules.at(known.slaRevision);
        return new Refs(known, rules, attributes, this.runTriggers.of(triggers));
      }
      asked = asking;
      const told = await this.identity.lookup(missing);
      await this.replicas.keepUsers(this.db, fresh(told.users));
      await this.replicas.keepGroups(this.db, fresh(told.groups));
      await this.replicas.keepOrganizations(this.db, fresh(told.organizations));
    }
  }

  /** Fills the replica of groups: mail needs to know all of them, not one by its id. */
  async learnGroups(): Promise<void> {
    const { groups } = await this.identity.lookup({ allGroups: true });
    await this.replicas.keepGroups(this.db, fresh(groups));
  }
}

/** Whom triggers name is looked up in the replicas only: one that is gone would be asked for at every write. */
function withNamed(wanted: Wanted, { userIds, groupIds }: Named): Needs {
  return {
    userIds: [...wanted.userIds, ...userIds],
    logins: wanted.logins,
    groupIds: [...wanted.groupIds, ...groupIds],
    groupNames: wanted.groupNames,
    organizationIds: wanted.organizationIds,
    organizationNames: wanted.organizationNames,
  };
}

function missingOf(wanted: Needs, known: Known): Needs {
  const users = new Set(known.users.map((user) => user.id));
  const names = new Set(known.users.flatMap((user) => [user.login, user.email]));
  const groups = new Set<unknown>(known.groups.flatMap((group) => [group.id, group.name]));
  const organizations = new Set<unknown>(known.organizations.flatMap((one) => [one.id, one.name]));
  return {
    userIds: wanted.userIds.filter((id) => !users.has(id)),
    logins: wanted.logins.filter((name) => !names.has(name)),
    groupIds: wanted.groupIds.filter((id) => !groups.has(id)),
    groupNames: wanted.groupNames.filter((name) => !groups.has(name)),
    organizationIds: wanted.organizationIds.filter((id) => !organizations.has(id)),
    organizationNames: wanted.organizationNames.filter((name) => !organizations.has(name)),
  };
}

const NOTHING = JSON.stringify(
  missingOf(new Wanted(), {
    users: [],
    groups: [],
    organizations: [],
    states: [],
    priorities: [],
    slaRevision: 0,
    triggerRevision: 0,
  }),
);
const fresh = <T>(rows: T[]) => rows.map((row) => ({ row, version: 0 }));

function byId<T extends { id: number }>(rows: readonly T[]): Map<number, T> {
  return new Map(rows.map((row) => [row.id, row]));
}
