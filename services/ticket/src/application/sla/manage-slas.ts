import { AttributeBook } from '@helpmesh/attributes';
import {
  type Actor,
  administersAll,
  administersAny,
  auditMessage,
  type CalendarInput,
  type CalendarPreviewInput,
  type Caller,
  type calendars,
  changesBetween,
  hasPermission,
  type OutputOf,
  recordAudit,
  type SlaInput,
} from '@helpmesh/contracts';
import { AppError, type Clock, type EpochMs, epochMs, isoTime } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { sqlstateOf, transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { groupsOf } from '../../domain/condition/condition.ts';
import { type BusinessHours, brokenTimeframes, calendarOf, type PublicHolidays } from '../../domain/sla/calendar.ts';
import { type DayOff, withDays } from '../../domain/sla/days-off.ts';
import { withoutFeed } from '../../domain/sla/feed.ts';
import { slaKnowledge } from '../../domain/sla/rules.ts';
import { WorkingTime } from '../../domain/sla/working-time.ts';
import { CalendarFeedStore } from '../../persistence/calendar-feed.store.ts';
import { DeskSettingStore } from '../../persistence/desk-setting.store.ts';
import { type Shown, SlaAdminStore, type SlaKind, type Values } from '../../persistence/sla-admin.store.ts';
import { invalidParam, missingValue, noLookupValue, notFound, requireAnyOf } from '../access.ts';
import { knownAttributes } from '../attributes/known-attributes.ts';
import { conditionOf } from '../conditions.ts';
import { CalendarFeeds } from './calendar-feeds.ts';
import { SlaTimer } from './sla-timer.ts';

const classes = { calendar: 'Calendar', sla: 'Sla' } as const;
const permissions = { calendar: 'admin.calendar', sla: 'admin.sla' } as const;
const audited = {
  calendar: ['name', 'timezone', 'business_hours', 'default', 'public_holidays'],
  sla: [
    ...['name', 'calendar_id', 'first_response_time', 'response_time', 'update_time', 'solution_time', 'condition'],
  ],
} as const;

type CalendarPreview = OutputOf<typeof calendars.preview>;

/** Calendars and SLAs that one answer tells of. */
const MOST_ROWS = 1000;
/** Open times that a preview tells of. */
const SHOWN_SPANS = 7;

interface Paging {
  page?: number | undefined;
  per_page?: number | undefined;
  expand?: boolean | undefined;
  full?: boolean | undefined;
}
type Reading = Pick<Paging, 'expand' | 'full'>;
/** Where days off are read from; null: nowhere, undefined: as it was. */
type Feed = { url?: string | null | undefined };

/** SLAs, and the calendars that their time is reckoned in. What changes here reaches the open tickets by itself. */
@Injectable()
export class ManageSlas {
  constructor(
    private readonly db: DataSource,
    private readonly store: SlaAdminStore,
    private readonly desk: DeskSettingStore,
    private readonly outbox: Outbox,
    private readonly timer: SlaTimer,
    private readonly feeds: CalendarFeedStore,
    private readonly reading: CalendarFeeds,
    private readonly attributes: AttributeBook,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(actor: Actor, kind: SlaKind, { page = 1, per_page = 500, expand, full }: Paging): Promise<unknown> {
    requireReader(actor, kind);
    const limit = Math.min(per_page, 1000);
    const own = kind === 'sla' && isCommunity(actor, kind);
    const [most, from] = own ? [MOST_ROWS, 0] : [limit, (page - 1) * limit];
    const all = await this.store.list(this.db, kind, expand === true && !full, most, from);
    const rows = own
      ? (await this.own(actor, all)).slice((page - 1) * limit, page * limit)
      : readable(actor, kind, all);
    return full ? { record_ids: rows.map(({ id }) => id), assets: await this.assets(actor, kind, rows) } : rows;
  }

  /** How far the open tickets are behind the rules; of all of them, which no community is told. */
  async progress(actor: Actor): Promise<{ remaining: number; total: number }> {
    requireAnyOf(actor, [permissions.sla]);
    return this.store.progress(this.db);
  }

  async get(actor: Actor, kind: SlaKind, id: number, reading: Reading): Promise<unknown> {
    requireReader(actor, kind);
    await this.existingFor(this.db, actor, kind, id);
    return this.show(this.db, actor, kind, id, reading);
  }

  async createCalendar(actor: Caller, input: CalendarInput, reading: Reading): Promise<unknown> {
    return this.write(actor, 'calendar', async (tx, now) => {
      const values = completeCalendar({ ...input, timezone: input.timezone ?? (await this.desk.zone(tx)) }, now);
      if (input.default) await this.store.clearDefault(tx);
      const feed = { url: feedUrl(input.ical_url) };
      const id = await this.create(tx, actor, 'calendar', { ...values, name: nameOf(input.name) }, now, feed);
      return this.show(tx, actor, 'calendar', id, reading);
    });
  }

  async updateCalendar(actor: Caller, id: number, input: CalendarInput, reading: Reading): Promise<unknown> {
    return this.write(actor, 'calendar', async (tx, now) => {
      const before = await this.existing(tx, 'calendar', id);
      const values = calendarValues(input, before, now);
      if (input.name !== undefined) values.name = nameOf(input.name);
      // A default moves by being set elsewhere; there is always one.
      if (input.default) await this.store.clearDefault(tx);
      else delete values.default;
      const url = feedUrl(input.ical_url);
      if (url !== undefined && url !== before.ical_url) {
        const days = (values.public_holidays ?? before.public_holidays) as PublicHolidays;
        values.public_holidays = withoutFeed(days);
      }
      await this.change(tx, actor, 'calendar', before, values, now, { url });
      return this.show(tx, actor, 'calendar', id, reading);
    });
  }

  /** Days off that are not there yet, beside those that are. @param trial  only says which */
  async addDaysOff(actor: Caller, id: number, days: readonly DayOff[], trial: boolean) {
    return this.write(actor, 'calendar', async (tx, now) => {
      const before = await this.existing(tx, 'calendar', id);
      const { next, added, kept } = withDays(before.public_holidays as PublicHolidays, days);
      if (!trial && added.length > 0) {
        await this.change(tx, actor, 'calendar', before, calendarValues({ public_holidays: next }, before, now), now);
      }
      return { added, kept };
    });
  }

  async createSla(actor: Caller, input: SlaInput, reading: Reading): Promise<unknown> {
    return this.write(actor, 'sla', async (tx, now) => {
      const values = await this.slaValues(tx, input, {}, now);
      values.calendar_id ??= await this.store.defaultCalendar(tx);
      const id = await this.create(tx, actor, 'sla', { ...values, name: nameOf(input.name) }, now);
      return this.show(tx, actor, 'sla', id, reading);
    });
  }

  async updateSla(actor: Caller, id: number, input: SlaInput, reading: Reading): Promise<unknown> {
    return this.write(actor, 'sla', async (tx, now) => {
      const before = await this.existingFor(tx, actor, 'sla', id);
      const values = await this.slaValues(tx, input, before, now);
      if (input.name !== undefined) values.name = nameOf(input.name);
      await this.change(tx, actor, 'sla', before, values, now);
      return this.show(tx, actor, 'sla', id, reading);
    });
  }

  async remove(actor: Caller, kind: SlaKind, id: number): Promise<void> {
    await this.write(actor, kind, async (tx) => {
      const before = await this.existingFor(tx, actor, kind, id);
      if (before.default) throw referenced();
      await this.store.remove(tx, kind, id);
      await this.tell(tx, actor, kind, 'deleted', before, null);
    });
  }

  async calendarsInit(actor: Actor): Promise<unknown> {
    requireReader(actor, 'calendar');
    const rows = readable(actor, 'calendar', await this.store.list(this.db, 'calendar', false, MOST_ROWS, 0));
    const assets = await this.assets(actor, 'calendar', rows);
    return { record_ids: rows.map(({ id }) => id), ical_feeds: {}, timezones: this.timezones(actor), assets };
  }

  /** @throws AppError invalid, for what could not be saved either */
  previewCalendar(actor: Actor, { from, minutes = [], ...input }: CalendarPreviewInput): CalendarPreview {
    requireReader(actor, 'calendar');
    const now = this.clock.now();
    const time = timeOf(completeCalendar(input, now));
    const start = from === undefined ? now : epochMs(Date.parse(from));
    const iso = (at: number) => isoTime(epochMs(at));
    return {
      from: iso(start),
      is_open: time.isOpen(start),
      open: time.next(start, SHOWN_SPANS).map((span) => ({ from: iso(span.from), to: iso(span.to) })),
      due: minutes.map((count) => {
        const at = time.after(start, count);
        return { minutes: count, at: at === null ? null : iso(at) };
      }),
    };
  }

  /** Hours ahead of UTC now, by name. */
  timezones(actor: Actor): Record<string, number> {
    requireReader(actor, 'calendar');
    const now = this.clock.now();
    return Object.fromEntries(
      ['UTC', ...Intl.supportedValuesOf('timeZone')].map((name) => [name, hoursAhead(name, now)]),
    );
  }

  private async slaValues(tx: EntityManager, input: SlaInput, before: Values, now: EpochMs): Promise<Values> {
    const { calendar, condition, name: _, ...given } = input;
    const values: Values = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    if (values.calendar_id == null) delete values.calendar_id;
    if (values.calendar_id === undefined && calendar !== undefined) {
      values.calendar_id = await this.store.idNamed(tx, 'calendar', calendar);
      if (values.calendar_id === undefined) throw noLookupValue('calendar', calendar);
    }
    if (condition !== undefined) {
      conditionOf(condition, slaKnowledge(knownAttributes(await this.attributes.of('Ticket'))));
      values.condition = condition ?? {};
    }
    const next: Values = { ...before, ...values };
    if (next.response_time && next.update_time) {
      const why = 'An SLA promises either a response to the customer or regular updates, not both.';
      throw new AppError('invalid', 'sla.two-update-times', why);
    }
    const calendarId = (next.calendar_id as number | undefined) ?? (await this.store.defaultCalendar(tx));
    const row = await this.store.get(tx, 'calendar', calendarId);
    if (!row) throw invalidParam('calendar_id', calendarId);
    const time = timeOf(row);
    for (const name of ['first_response_time', 'response_time', 'update_time', 'solution_time']) {
      const minutes = next[name];
      if (typeof minutes !== 'number' || time.after(now, minutes) !== null) continue;
      const why = `The calendar ${row.name} has no ${minutes} minutes in the next twenty years.`;
      throw new AppError('invalid', 'sla.time-out-of-reach', why);
    }
    return values;
  }

  private async create(
    tx: EntityManager,
    actor: Caller,
    kind: SlaKind,
    values: Values,
    now: EpochMs,
    feed: Feed = {},
  ): Promise<number> {
    const id = await this.store.insert(tx, kind, values, actor.userId, now);
    if (feed.url !== undefined) await this.feeds.set(tx, id, feed.url, now);
    await this.refuseOthers(tx, actor, kind, id);
    await this.tell(tx, actor, kind, 'created', null, await this.existing(tx, kind, id));
    return id;
  }

  private async change(
    tx: EntityManager,
    actor: Caller,
    kind: SlaKind,
    before: Shown,
    values: Values,
    now: EpochMs,
    feed: Feed = {},
  ): Promise<void> {
    await this.store.update(tx, kind, before.id, values, actor.userId, now);
    if (feed.url !== undefined) await this.feeds.set(tx, before.id, feed.url, now);
    await this.refuseOthers(tx, actor, kind, before.id);
    await this.tell(tx, actor, kind, 'changed', before, await this.existing(tx, kind, before.id));
  }

  private async existing(on: DataSource | EntityManager, kind: SlaKind, id: number, expand = false): Promise<Shown> {
    const row = await this.store.get(on, kind, id, expand);
    if (!row) throw notFound(classes[kind], id);
    return row;
  }

  private async show(on: DataSource | EntityManager, actor: Actor, kind: SlaKind, id: number, reading: Reading) {
    const { expand, full } = reading;
    const [row] = readable(actor, kind, [await this.existing(on, kind, id, expand && !full)]) as [Shown];
    return full ? { id, assets: await this.assets(actor, kind, [row], on) } : row;
  }

  /** Existing clients know an SLA in assets by either name. */
  private async assets(actor: Actor, kind: SlaKind, rows: Shown[], on: DataSource | EntityManager = this.db) {
    const byId = (all: Shown[]) => Object.fromEntries(all.map((row) => [row.id, row]));
    if (kind === 'calendar') return { Calendar: byId(rows) };
    const used = new Set(rows.map((row) => row.calendar_id));
    const calendars = (await this.store.list(on, 'calendar', false, MOST_ROWS, 0)).filter(({ id }) => used.has(id));
    return { Sla: byId(rows), TicketSLA: byId(rows), Calendar: byId(readable(actor, 'calendar', calendars)) };
  }

  /** What others look after is not there for whoever administers a community. */
  private async existingFor(on: DataSource | EntityManager, actor: Actor, kind: SlaKind, id: number): Promise<Shown> {
    const row = await this.existing(on, kind, id);
    if (kind === 'sla' && isCommunity(actor, kind) && (await this.own(actor, [row])).length === 0) {
      throw notFound(classes[kind], id);
    }
    return row;
  }

  /** @throws AppError invalid `sla.not-of-community`: it would be for tickets of others as well */
  private async refuseOthers(tx: EntityManager, actor: Actor, kind: SlaKind, id: number): Promise<void> {
    if (!isCommunity(actor, kind) || (await this.own(actor, [await this.existing(tx, kind, id)])).length > 0) return;
    const why = 'The condition must say that the group is one of those of your community, or some of them.';
    throw new AppError('invalid', 'sla.not-of-community', why);
  }

  /** Those that promise something to tickets of the actor's communities only. */
  private async own(actor: Actor, rows: readonly Shown[]): Promise<Shown[]> {
    const knowledge = slaKnowledge(knownAttributes(await this.attributes.of('Ticket')));
    return rows.filter((row) => {
      const condition = conditionOf(row.condition, knowledge);
      return administersAll(actor, [...((condition && groupsOf(condition)) ?? [])]);
    });
  }

  private async tell(
    tx: EntityManager,
    actor: Caller,
    kind: SlaKind,
    what: 'created' | 'changed' | 'deleted',
    before: Shown | null,
    after: Shown | null,
  ): Promise<void> {
    const { id, name } = (after ?? before) as Shown;
    const changes = changesBetween(before, after, audited[kind]);
    // Addresses of private calendars are secrets: that it is another one is told, and not which.
    if ((before?.ical_url ?? null) !== (after?.ical_url ?? null)) changes.ical_url = {};
    const told = { action: `${kind}.${what}`, object: { type: classes[kind], id, label: name }, changes };
    await this.outbox.add(tx, recordAudit, auditMessage(actor, told));
  }

  private async write<T>(
    actor: Actor,
    kind: SlaKind,
    work: (tx: EntityManager, now: EpochMs) => Promise<T>,
  ): Promise<T> {
    if (kind === 'calendar' || !administersAny(actor)) requireAnyOf(actor, [permissions[kind]]);
    try {
      const answer = await transaction(this.db, (tx) => work(tx, this.clock.now()));
      this.timer.wake();
      if (kind === 'calendar') this.reading.wake();
      return answer;
    } catch (error) {
      const state = sqlstateOf(error);
      if (state === '23505') throw new AppError('invalid', 'input.not-unique', 'This object already exists.');
      if (state === '23503') throw referenced();
      throw error;
    }
  }
}

/** SLAs are shown with their calendars, so whoever may see the one may see the other. */
function requireReader(actor: Actor, kind: SlaKind): void {
  if (administersAny(actor)) return;
  requireAnyOf(actor, kind === 'calendar' ? [permissions.calendar, permissions.sla] : [permissions.sla]);
}

/** Whether it is by a community alone that the actor has to do with them. */
function isCommunity(actor: Actor, kind: SlaKind): boolean {
  const by = kind === 'calendar' ? [permissions.calendar, permissions.sla] : [permissions.sla];
  return !by.some((permission) => hasPermission(actor, permission));
}

/** Addresses of private calendars are secrets, and not of communities. */
function readable(actor: Actor, kind: SlaKind, rows: Shown[]): Shown[] {
  if (kind !== 'calendar' || !isCommunity(actor, kind)) return rows;
  return rows.map((row) => ({ ...row, ical_url: null, last_log: null }));
}

/** @throws AppError invalid, for what is missing as well */
function completeCalendar(input: CalendarInput, now: EpochMs): Values {
  if (input.business_hours === undefined) throw missingValue('business_hours');
  return calendarValues({ public_holidays: {}, ...input }, {}, now);
}

/** @throws AppError invalid, for what no time can be reckoned with */
function calendarValues(input: CalendarInput, before: Values, now: EpochMs): Values {
  const { ical_url: _, name: __, ...given } = input;
  const values: Values = Object.fromEntries(
    Object.entries({ ...given, ...(given.public_holidays === null && { public_holidays: {} }) }).filter(
      ([, value]) => value !== undefined,
    ),
  );
  const next = { ...before, ...values } as unknown as Shown & { business_hours: BusinessHours };
  const broken = brokenTimeframes(next.business_hours);
  if (broken.length > 0) {
    const why = `These are no business hours: ${broken.slice(0, 5).join(', ')}. A time frame is like 09:00-17:00.`;
    throw new AppError('invalid', 'calendar.hours-invalid', why);
  }
  const wrong = Object.keys(next.public_holidays ?? {}).find((day) => !isDay(day));
  if (wrong !== undefined) {
    throw new AppError('invalid', 'calendar.holiday-invalid', `"${wrong.slice(0, 50)}" is no day like 2026-12-25.`);
  }
  if (timeOf(next).after(now, 0) === null) {
    throw new AppError('invalid', 'calendar.never-open', 'A calendar needs business hours on at least one day.');
  }
  return values;
}

/** Undefined: not said. @throws AppError invalid `calendar.feed-address` */
function feedUrl(written: string | null | undefined): string | null | undefined {
  if (written === undefined) return undefined;
  // What calendars on telephones call the same.
  const url = written?.trim().replace(/^webcals?:/i, 'https:') ?? '';
  if (url === '') return null;
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new AppError(
    'invalid',
    'calendar.feed-address',
    'The address of a feed is like https://example.org/holidays.ics.',
  );
}

function timeOf(row: Values): WorkingTime {
  const { timezone, business_hours, public_holidays } = row;
  const calendar = calendarOf(timezone as string, business_hours as BusinessHours, public_holidays as PublicHolidays);
  try {
    return new WorkingTime(calendar);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new AppError('invalid', 'calendar.timezone-unknown', `There is no time zone "${calendar.timezone}".`);
  }
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

function hoursAhead(timeZone: string, now: EpochMs): number {
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  const shown = format.formatToParts(now).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(shown) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) + Number(minutes ?? 0) / 60);
}

function nameOf(name: string | undefined): string {
  if (!name?.trim()) throw new AppError('invalid', 'input.name-blank', "Name can't be blank");
  return name;
}

function referenced(): AppError {
  return new AppError('invalid', 'input.referenced', "Can't delete, object has references.");
}
