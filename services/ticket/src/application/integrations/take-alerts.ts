import {
  type Actor,
  type ArticleInput,
  type OutputOf,
  type receiveAlert,
  type receiveAlertmanager,
  type TicketInput,
} from '@helpmesh/contracts';
import { AppError, type Clock, type ErrorKind, epochMs } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { logger } from '@helpmesh/telemetry';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Alert, type Deed, heard, settled, storable } from '../../domain/alert/alert.ts';
import { alertBody, alertTitle, noteWords } from '../../domain/alert/words.ts';
import { SYSTEM_USER } from '../../domain/ticket/ticket.ts';
import { AlertStore, type KeptAlert } from '../../persistence/alert.store.ts';
import { MonitoringStore } from '../../persistence/monitoring.store.ts';
import { ReplicaStore } from '../../persistence/replica.store.ts';
import { requireAnyOf } from '../access.ts';
import { ChangeTickets } from '../change-tickets.ts';
import { CreateTickets } from '../create-tickets.ts';
import { firstGroup } from '../first-group.ts';
import { SERVICE_CATALOGUE, type ServiceCatalogue } from '../ports.ts';
import { desk } from '../recurring/open-recurring.ts';
import { References, Wanted } from '../references.ts';
import { IntegrationSettings } from './integration-settings.ts';

type Answer = OutputOf<typeof receiveAlert>;
type AnyAnswer = OutputOf<typeof receiveAlertmanager>['alerts'][number];
type Note = Extract<Deed, { do: 'note' }>;

export const ALERT_PERMISSION = 'admin.alert';
const EVERY_MS = 30_000;
const AT_ONCE = 50;
const HOUR_MS = 3_600_000;
/** Of different things; a monitoring that has lost its network says that all is down. */
const MOST_AN_HOUR = 500;
const FORGET_MS = 90 * 24 * HOUR_MS;
/** Said again, they would be refused again. */
const refusals = new Set<ErrorKind>(['unreadable', 'invalid', 'forbidden', 'not-found']);

/**
 * Keeps one open ticket of each thing that a monitoring tells of. What is remembered of it is written with the ticket or
 * the note: whoever dies in between, and however often the same is said, there is one of each.
 */
@Injectable()
export class TakeAlerts implements OnModuleInit, OnApplicationShutdown {
  private readonly log = logger('alerts');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly db: DataSource,
    private readonly settings: IntegrationSettings,
    private readonly store: AlertStore,
    private readonly monitoring: MonitoringStore,
    private readonly replicas: ReplicaStore,
    private readonly references: References,
    private readonly creates: CreateTickets,
    private readonly changes: ChangeTickets,
    @Inject(SERVICE_CATALOGUE) private readonly catalogue: ServiceCatalogue,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.settle(), EVERY_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /**
   * @throws AppError forbidden; limited `alert.too-many`; unavailable when the catalogue cannot be asked, and then the
   *   monitoring is to say it again
   */
  async take(actor: Actor, said: Alert): Promise<Answer> {
    requireAnyOf(actor, [ALERT_PERMISSION]);
    const alert = storable(said);
    const { alert_auto_close: solves } = await this.settings.current();
    for (;;) {
      const kept = await this.store.find(this.db, alert.dedupKey);
      const deed = heard(kept?.memory ?? null, alert, kept?.ticket ?? 'none', solves, this.clock.now());
      const answer = await this.carryOut(alert, kept, deed);
      if (answer) return answer;
      // Somebody else has heard of it meanwhile.
    }
  }

  /**
   * Takes many that came together: one that cannot be taken keeps none of the others back.
   * @throws AppError forbidden; unavailable `alert.say-again` when some could not be taken now: all are to be said again
   */
  async takeAll(actor: Actor, alerts: readonly Alert[]): Promise<AnyAnswer[]> {
    requireAnyOf(actor, [ALERT_PERMISSION]);
    const answers: AnyAnswer[] = [];
    let missed = 0;
    for (const alert of alerts) {
      try {
        answers.push(await this.take(actor, alert));
      } catch (error) {
        const why = AppError.from(error);
        this.log.warn({ err: why, alert: alert.dedupKey }, 'an alert could not be taken');
        if (!refusals.has(why.kind)) missed += 1;
        answers.push({ result: 'refused', ticket_id: null, why: why.detail });
      }
    }
    if (missed === 0) return answers;
    const detail = `${missed} of ${alerts.length} alerts could not be taken now. Say them again.`;
    // Alertmanager takes 429 for the last word, and says again what was answered with 503.
    throw new AppError('unavailable', 'alert.say-again', detail, undefined, { members: { retryAfterMs: 60_000 } });
  }

  /** Says what has become of what flapped. */
  settle(): Promise<void> {
    this.running = this.running
      .then(async () => {
        const { alert_auto_close: solves } = await this.settings.current();
        for (const kept of await this.store.quiet(this.db, this.clock.now(), AT_ONCE)) {
          const deed = settled(kept.memory, kept.ticket, solves, this.clock.now());
          await this.carryOut(quietOf(kept), kept, deed).catch((error: unknown) => {
            this.log.warn({ err: error }, 'an alert that is quiet cannot be settled, the next round tries again');
          });
        }
        await this.store.forget(this.db, epochMs(this.clock.now() - FORGET_MS));
      })
      .catch((error: unknown) => {
        this.log.warn({ err: error }, 'alerts cannot be looked at, the next round tries again');
      });
    return this.running;
  }

  /** @returns undefined when somebody else was faster */
  private async carryOut(alert: Alert, kept: KeptAlert | undefined, deed: Deed): Promise<Answer | undefined> {
    if (deed.do === 'ignore') return { result: 'ignored', ticket_id: null };
    if (deed.do === 'open') return this.open(alert, kept, deed);
    if (!kept) return undefined;
    const next = { ...kept, memory: deed.memory };
    if (deed.do === 'note') return (await this.tell(alert, kept, deed)) ? answerOf(deed, kept.ticketId) : undefined;
    return transaction(this.db, async (tx) => {
      if (!(await this.store.claim(tx, kept.dedupKey, kept.version))) return undefined;
      await this.store.keep(tx, next, false, this.clock.now());
      return { result: 'counted' as const, ticket_id: kept.ticketId };
    });
  }

  private async open(
    alert: Alert,
    kept: KeptAlert | undefined,
    { memory }: Extract<Deed, { do: 'open' }>,
  ): Promise<Answer | undefined> {
    const now = this.clock.now();
    if ((await this.store.openedSince(this.db, epochMs(now - HOUR_MS))) >= MOST_AN_HOUR) {
      throw new AppError(
        'limited',
        'alert.too-many',
        'Alerts have opened too many tickets within the hour.',
        undefined,
        {
          members: { retryAfterMs: 60_000 },
        },
      );
    }
    const input: TicketInput = {
      ...(await this.placeOf(alert.service)),
      title: alertTitle(alert),
      customer_id: SYSTEM_USER,
      preferences: { alert: { dedupKey: alert.dedupKey } },
      article: articleOf(alertTitle(alert), alertBody(alert)),
    };
    let ticketId: number | undefined;
    await this.creates.runOnce(
      { actor: desk, input, flags: {}, key: undefined },
      (tx) => this.store.claim(tx, alert.dedupKey, kept?.version),
      async (tx, id) => {
        await this.store.keep(tx, { dedupKey: alert.dedupKey, ticketId: id, memory }, true, now);
        ticketId = id;
      },
    );
    return ticketId === undefined ? undefined : { result: 'opened', ticket_id: ticketId };
  }

  /** The group of the service, when the catalogue has one of that name; else the one that was chosen. */
  private async placeOf(name: string | null): Promise<Pick<TicketInput, 'service_id' | 'group_id'>> {
    const route = name ? await this.catalogue.routeNamed(name) : null;
    if (route) return { service_id: route.id };
    const { alert_group_id: chosen } = await this.settings.current();
    const refs = await this.references.resolve(new Wanted().group(chosen));
    const group = chosen === null ? undefined : refs.group(chosen);
    return { group_id: group?.active ? group.id : await firstGroup(this.replicas, this.db) };
  }

  private async tell(alert: Alert, kept: KeptAlert, { memory, why, state }: Note): Promise<boolean> {
    const { ticketId, dedupKey, version } = kept;
    const stateId = await this.stateFor(state);
    const body = noteWords(why, alert, memory, kept.memory.unsaid);
    const article = articleOf(alertTitle(alert), body);
    const input: TicketInput = { article, ...(stateId !== undefined && { state_id: stateId }) };
    const command = { do: 'update' as const, actor: desk, ticketId, input, flags: {}, key: undefined };
    let isOurs = false;
    await this.changes.runTogether([command], {
      open: async (tx) => {
        isOurs = await this.store.claim(tx, dedupKey, version);
        return new Set(isOurs ? [ticketId] : []);
      },
      close: async (tx, results) => {
        if (!isOurs) return;
        const done = results.get(ticketId);
        if (done instanceof AppError) throw done;
        await this.store.keep(tx, { dedupKey, ticketId, memory }, false, this.clock.now());
      },
    });
    return isOurs;
  }

  private async stateFor(state: Note['state']): Promise<number | undefined> {
    if (state === 'close') return this.monitoring.closingState(this.db);
    if (state === null) return undefined;
    const refs = await this.references.resolve(new Wanted());
    return refs.states.forFollowUp.id;
  }
}

function answerOf({ state, why }: Note, ticketId: number): Answer {
  const result =
    state === 'close' ? 'closed' : state === 'reopen' ? 'reopened' : why === 'flapping' ? 'flapping' : 'noted';
  return { result, ticket_id: ticketId };
}

/** What flapped speaks for itself: nothing new was said of it. */
function quietOf({ dedupKey, memory: { status } }: KeptAlert): Alert {
  const nothing = { service: null, site: null, probe: null, since: null, url: null, text: null };
  return { dedupKey, status, downtime: false, ...nothing };
}

/** As said by the customer, so that it is seen as something new. */
function articleOf(subject: string, body: string): ArticleInput {
  return { subject, body, content_type: 'text/plain', type: 'web', sender: 'Customer', internal: false };
}
