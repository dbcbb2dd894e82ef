import { AttributeBook } from '@helpmesh/attributes';
import { logger } from '@helpmesh/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { SYSTEM_USER } from '../domain/ticket/ticket.ts';
import { type Known, type Needs, ReplicaStore } from '../persistence/replica.store.ts';
import { RunTriggers } from './automation/run-triggers.ts';
import { type Named, TriggerBook } from './automation/trigger-book.ts';
import { keptGroup } from './kept-group.ts';
import { IDENTITY, type Identity } from './ports.ts';
import { Refs } from './refs.ts';
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

/** How long nobody asks again for whom rules name, when the answer did not come, ms. */
const REST_MS = 10_000;

/** Looks up what commands refer to: in the replicas, and by asking identity for what they do not hold yet. */
@Injectable()
export class References {
  private readonly log = logger('references');
  /** Whom triggers name is asked for once, when they begin to hold: one that is gone would be asked for at every write. */
  private asked: { named: Named; done: Promise<void>; over: boolean } | undefined;

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
      // Before the look: what is still missing then is gone.
      const isAsked = named.empty || (this.asked?.named === named && this.asked.over);
      const known = await this.replicas.find(this.db, named.empty ? wanted : withNamed(wanted, named));
      const triggers = await this.triggers.at(known.triggerRevision);
      // They name others since.
      if (this.triggers.named !== named) continue;
      if (!isAsked) {
        await this.askFor(named, known);
        continue;
      }
      for (const user of known.users) wanted.organization(user.organizationId);
      const missing = missingOf(wanted, known);
      const asking = JSON.stringify(missing);
      if (asking === asked || asking === NOTHING) {
        const attributes = await this.attributes.of('Ticket');
        const rules = await this.rules.at(known.slaRevision);
        return new Refs(known, rules, attributes, this.runTriggers.of(triggers));
      }
      asked = asking;
      await this.learn(missing);
    }
  }

  private askFor(named: Named, known: Known): Promise<void> {
    if (this.asked?.named === named) return this.asked.done;
    const missing = missingOf(withNamed(new Wanted(), named), known);
    const nothing = JSON.stringify(missing) === NOTHING;
    const asked = { named, over: false, done: nothing ? Promise.resolve() : this.learn(missing) };
    asked.done = asked.done
      .catch((error) => {
        // The desk goes on without them.
        this.log.warn({ err: error }, 'whom triggers name cannot be looked up now');
        setTimeout(() => {
          if (this.asked === asked) this.asked = undefined;
        }, REST_MS).unref();
      })
      .finally(() => {
        asked.over = true;
      });
    this.asked = asked;
    return asked.done;
  }

  private async learn(missing: Needs): Promise<void> {
    const told = await this.identity.lookup(missing);
    await this.replicas.keepUsers(this.db, fresh(told.users));
    await this.replicas.keepGroups(this.db, fresh(told.groups.map(keptGroup)));
    await this.replicas.keepOrganizations(this.db, fresh(told.organizations));
  }

  /** Fills the replica of groups: mail needs to know all of them, not one by its id. */
  async learnGroups(): Promise<void> {
    const { groups } = await this.identity.lookup({ allGroups: true });
    await this.replicas.keepGroups(this.db, fresh(groups.map(keptGroup)));
  }
}

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
    zone: 'UTC',
    everyContact: false,
  }),
);
const fresh = <T>(rows: T[]) => rows.map((row) => ({ row, version: 0 }));
