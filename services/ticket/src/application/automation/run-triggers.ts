import { type ChangeFacts, matches, readsOf } from '@helpmesh/conditions';
import { type EpochMs, epochMs } from '@helpmesh/kernel';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Condition } from '../../domain/condition/condition.ts';
import { dayIn } from '../../domain/notice/day.ts';
import { concerns, runChain, type Trigger, type Triggers } from '../../domain/trigger/trigger.ts';
import { RuleStore } from '../../persistence/rule.store.ts';
import { RECURSIVE_TRIGGERS } from '../ports.ts';
import type { Happening, NewArticle, Writing } from '../writing.ts';
import { type Automation, noAutomation } from './automation.ts';
import { CarryOut } from './carry-out.ts';
import { TicketFacts } from './ticket-facts.ts';

/** Rounds of a chain when triggers may start triggers. */
const DEEPEST = 10;
/** A trigger that runs more often for one ticket feeds a loop that leads through somebody else's machine. */
const MOST_RUNS = 30;
const WINDOW_MS = 600_000;

/** What a chain of triggers knows of what started it. */
interface Event {
  change: ChangeFacts;
  article: NewArticle | null;
  /** Names of the rules so far. */
  chain: string[];
}

/** Runs the triggers that match what is being written, in the same transaction. */
@Injectable()
export class RunTriggers {
  constructor(
    private readonly rules: RuleStore,
    private readonly carryOut: CarryOut,
    private readonly facts: TicketFacts,
    @Inject(RECURSIVE_TRIGGERS) private readonly recursive: boolean,
  ) {}

  of(triggers: Triggers): Automation {
    if (triggers.empty) return noAutomation;
    return { empty: false, run: (tx, writing: Writing) => this.run(tx, writing, triggers.all) };
  }

  private async run(tx: EntityManager, writing: Writing, triggers: readonly Trigger[]): Promise<void> {
    for (const happening of writing.takeHappenings()) await this.look(tx, writing, triggers, happening);
  }

  private async look(tx: EntityManager, writing: Writing, all: readonly Trigger[], happening: Happening) {
    const { actions, changed, reached, by, article, ticketId } = happening;
    const change: ChangeFacts = {
      ...{ actions, changed, by, articleAction: article ? 'create' : 'update' },
      ...(reached && { reached }),
    };
    const step = (trigger: Trigger, event: Event) => this.step(tx, writing, trigger, ticketId, event, change);
    const first: Event = { change, article, chain: happening.rule === undefined ? [] : [happening.rule] };
    await runChain(all, first, step, { recursive: this.recursive, deepest: DEEPEST });
  }

  private async step(
    tx: EntityManager,
    writing: Writing,
    trigger: Trigger,
    ticketId: number,
    event: Event,
    start: ChangeFacts,
  ) {
    if (!concerns(trigger, event.change, event.article !== null)) return null;
    if (!(await this.picks(tx, writing, trigger.condition, ticketId, event))) return null;
    const since: EpochMs = epochMs(writing.now - WINDOW_MS);
    const chain = [...event.chain, trigger.name];
    const wish = { ticketId, article: event.article, by: start.by, cause: start.actions.at(-1) as string, chain };
    const cause = start.reached ? reachedNames[start.reached[0] as keyof typeof reachedNames] : wish.cause;
    if (start.reached && (await this.ranToday(tx, writing, trigger, ticketId, cause))) return null;
    if ((await this.rules.runsSince(tx, trigger, ticketId, since)) >= MOST_RUNS) {
      const why = `Loop guard: it ran ${MOST_RUNS} times for this ticket within 10 minutes.`;
      await this.carryOut.holdBack(tx, writing, trigger, { ...wish, cause }, why);
      return { event: { ...event, chain }, idle: true };
    }
    const did = await this.carryOut.run(tx, writing, trigger, { ...wish, cause });
    const changed = new Set([...event.change.changed, ...did.changed]);
    const articleAction = did.article ? ('create' as const) : event.change.articleAction;
    const next: Event = {
      change: { ...event.change, changed, articleAction },
      // What came from outside stays what conditions look at; a rule's own words take its place when there was none.
      article: event.article ?? did.article,
      chain,
    };
    return { event: next, idle: did.changed.size === 0 && !did.article };
  }

  /** What time does is shown again and again: a trigger acts on it once a calendar day. */
  private async ranToday(tx: EntityManager, { now }: Writing, trigger: Trigger, ticketId: number, cause: string) {
    const last = await this.rules.lastRun(tx, trigger, ticketId, cause);
    return last !== undefined && dayIn(last.zone, last.at) === dayIn(last.zone, now);
  }

  private async picks(
    tx: EntityManager,
    writing: Writing,
    condition: Condition | null,
    ticketId: number,
    { change, article }: Event,
  ): Promise<boolean> {
    if (condition === null) return true;
    const about = { change, article };
    // What costs nothing to know decides most of the time.
    const cheap = condition.op === 'all' ? condition.of.filter((one) => !isDear(one)) : [];
    const known = this.facts.known(writing, ticketId, about);
    const circumstances = this.facts.circumstances(writing, change.by);
    if (cheap.some((one) => !matches(one, known, circumstances))) return false;
    if (!isDear(condition)) return matches(condition, known, circumstances);
    return matches(condition, await this.facts.all(tx, writing, ticketId, about, readsOf(condition)), circumstances);
  }
}

const reachedNames = {
  pending_time: 'reminder_reached',
  escalation_at: 'escalation',
  'escalation_at warning': 'escalation_warning',
} as const;

function isDear(condition: Condition): boolean {
  const reads = readsOf(condition);
  return reads.has('tags') || reads.has('mentions') || reads.has('rating');
}
