import {
  type Actor,
  hasPermission,
  type OutputOf,
  type ProviderKind,
  type ReportAsked,
  type reports,
} from '@helpmesh/contracts';
import { AppError, type Clock, type EpochMs } from '@helpmesh/kernel';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Condition } from '../../domain/condition/condition.ts';
import { type Backend, type Metric, metrics } from '../../domain/report/metrics.ts';
import { edgesOf, type Span } from '../../domain/report/span.ts';
import { AdminRowStore } from '../../persistence/admin-row.store.ts';
import { DeskSettingStore } from '../../persistence/desk-setting.store.ts';
import { HelpReadingStore } from '../../persistence/help-reading.store.ts';
import { type Profile, type ReportRow, ReportStore } from '../../persistence/report.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { missingValue, requireAnyOf } from '../access.ts';
import { Conditions } from '../conditions.ts';
import { IDENTITY, type Identity, SERVICE_CATALOGUE, type ServiceCatalogue } from '../ports.ts';
import { ReadTickets } from '../read-tickets.ts';

const PROFILE = 'report-profile';
/** Profiles there may be; a desk has a few. */
const MOST_PROFILES = 1_000;
/** Tickets behind a number that are told, and of how many everything is. */
const MOST_IDS = 6_000;
const MOST_SHOWN = 100;

/** Whoever stands for groups. */
type Provider = Pick<OutputOf<typeof reports.providers>['providers'][number], 'kind' | 'id' | 'name' | 'agreement'> & {
  groupIds: number[];
};
type Set = { ids: number[]; assets: Record<string, unknown>; count: number };

/** Numbers of what happened to tickets, and the tickets behind them, for whoever may see reports. */
@Injectable()
export class Reports {
  constructor(
    private readonly db: DataSource,
    private readonly store: ReportStore,
    private readonly rows: AdminRowStore,
    private readonly conditions: Conditions,
    private readonly reads: ReadTickets,
    private readonly desk: DeskSettingStore,
    private readonly help: HelpReadingStore,
    @Inject(SERVICE_CATALOGUE) private readonly catalogue: ServiceCatalogue,
    @Inject(IDENTITY) private readonly identity: Identity,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError forbidden */
  async config(actor: Actor): Promise<OutputOf<typeof reports.config>> {
    requireAnyOf(actor, ['report']);
    const shown = metrics.flatMap(({ backends, hidden, ...metric }) =>
      hidden
        ? []
        : {
            ...metric,
            backend: backends.map(({ name, display, selected }) => ({ name, display, selected, dataDownload: true })),
          },
    );
    const profiles = await this.rows.list(this.db, PROFILE, MOST_PROFILES, 0);
    return {
      config: { metric: Object.fromEntries(shown.map((metric) => [metric.name, metric])) },
      profiles: profiles.filter(({ active }) => active === true),
    };
  }

  /** @throws AppError forbidden; invalid `report.metric-unknown`, `report.span-invalid`, `report.profile-missing` */
  async generate(actor: Actor, asked: ReportAsked): Promise<{ data: Record<string, number[]> }> {
    requireAnyOf(actor, ['report']);
    const { backends } = metricOf(asked);
    const chosen = backends.filter(({ name }) => isOn(asked.backends?.[name]));
    const [edges, profile] = await Promise.all([this.edges(asked), this.profile(actor, asked)]);
    const visible = countedFor(actor);
    const counts = await Promise.all(
      chosen.map(({ counted }) => this.store.counts(this.db, visible, counted, profile, edges)),
    );
    return { data: Object.fromEntries(chosen.map(({ name }, i) => [name, counts[i] as number[]])) };
  }

  /** @throws AppError as `generate` */
  async groups(actor: Actor, asked: ReportAsked): Promise<OutputOf<typeof reports.groups>> {
    requireAnyOf(actor, ['report']);
    const [edges, profile] = await Promise.all([this.edges(asked), this.profile(actor, asked)]);
    const now = this.clock.now();
    const [figures, help] = await Promise.all([
      this.store.groups(this.db, countedFor(actor), profile, edges, now),
      this.help.between(this.db, edges),
    ]);
    return { ...figures, help };
  }

  /** @throws AppError as `generate`; unavailable */
  async providers(actor: Actor, asked: ReportAsked): Promise<OutputOf<typeof reports.providers>> {
    requireAnyOf(actor, ['report']);
    const [edges, profile, all] = await Promise.all([
      this.edges(asked),
      this.profile(actor, asked),
      this.allProviders(),
    ]);
    const sets = all.map(({ groupIds }) => groupIds);
    const figures = await this.store.sets(this.db, countedFor(actor), profile, edges, this.clock.now(), sets);
    return {
      providers: all.flatMap(({ groupIds: _, ...provider }, place) => {
        const found = figures.get(place);
        return found ? { ...provider, ...found } : [];
      }),
    };
  }

  /** @throws AppError as `generate`; invalid `report.backend-unknown` */
  async sets(
    actor: Actor,
    asked: ReportAsked & {
      downloadBackendSelected?: string | undefined;
      group_id?: number | undefined;
      provider?: { kind: ProviderKind; id: number } | undefined;
      sheet?: boolean | undefined;
    },
  ): Promise<Set | ReportRow[]> {
    requireAnyOf(actor, ['report']);
    const { counted } = backendOf(metricOf(asked), asked.downloadBackendSelected);
    const [edges, profile] = await Promise.all([this.edges(asked), this.profile(actor, asked)]);
    // Titles are more than numbers: only of what they may read.
    const visible = VisibleTickets.to(actor, 'read');
    const groupIds = asked.group_id === undefined ? await this.groupsOf(asked.provider) : [asked.group_id];
    const { ids, count } = await this.store.ids(this.db, visible, counted, profile, edges, MOST_IDS, groupIds);
    if (asked.sheet) return this.store.rows(this.db, visible, ids);
    const shown = await this.reads.records(visible, actor, ids.slice(0, MOST_SHOWN));
    return { ids, assets: (JSON.parse(shown) as { assets: Set['assets'] }).assets, count };
  }

  /** By kind and name. @throws AppError unavailable */
  private async allProviders(): Promise<Provider[]> {
    const [{ agreements, helpdesks }, communities] = await Promise.all([
      this.catalogue.providers(),
      this.identity.communityGroups(),
    ]);
    const of = (kind: ProviderKind, found: { id: number; name: string; groupIds: number[] }[]) =>
      found.map((one) => ({ kind, ...one, agreement: null }));
    return [
      ...of('community', communities),
      ...agreements.map(({ id, name, kind, groupId }) => ({
        ...{ kind: 'agreement' as const, id, name, groupIds: [groupId], agreement: kind },
      })),
      ...of('helpdesk', helpdesks),
    ];
  }

  /** The groups that are asked for; null: all. One that is gone stands for none. @throws AppError unavailable */
  private async groupsOf(asked: { kind: ProviderKind; id: number } | undefined): Promise<number[] | null> {
    if (!asked) return null;
    const found = (await this.allProviders()).find(({ kind, id }) => kind === asked.kind && id === asked.id);
    return found?.groupIds ?? [];
  }

  private async edges(asked: ReportAsked): Promise<EpochMs[]> {
    const now = this.clock.now();
    const zone = asked.timezone || (await this.desk.zone(this.db));
    try {
      return edgesOf(spanOf(asked), zone, now);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const why = 'There is no such day, week, month or time zone.';
      throw new AppError('invalid', 'report.span-invalid', why, undefined, { cause: error });
    }
  }

  /** The tickets of any of the profiles that are chosen. */
  private async profile(actor: Actor, { profiles = {} }: ReportAsked): Promise<Profile> {
    const ids = Object.keys(profiles).filter((id) => isOn(profiles[id]) && /^\d{1,9}$/.test(id));
    const found = (await Promise.all(ids.map((id) => this.rows.get(this.db, PROFILE, Number(id))))).filter(
      (row) => row?.active === true,
    );
    if (found.length === 0) throw new AppError('invalid', 'report.profile-missing', 'No such profile.');
    const conditions = await Promise.all(found.map((row) => this.conditions.read(row?.condition)));
    const all = conditions.includes(null);
    const condition: Condition | null = all ? null : { op: 'any', of: conditions as Condition[] };
    return { condition, circumstances: await this.conditions.circumstances(actor, conditions) };
  }
}

/**
 * Of what numbers are: of the tickets one may read; for somebody who has no part in tickets, and is given reports all
 * the same, of all of them.
 */
function countedFor(actor: Actor): VisibleTickets {
  const takesPart = hasPermission(actor, 'ticket.agent') || hasPermission(actor, 'ticket.customer');
  return takesPart ? VisibleTickets.to(actor, 'read') : VisibleTickets.toTheService();
}

function metricOf({ metric }: ReportAsked): Metric {
  const found = metrics.find(({ name }) => name === metric);
  if (!found) throw new AppError('invalid', 'report.metric-unknown', 'No such metric.');
  return found;
}

function backendOf({ backends }: Metric, asked: string | undefined): Backend {
  if (asked === undefined) throw missingValue('downloadBackendSelected');
  const found = backends.find(({ name }) => name === asked);
  if (!found) throw new AppError('invalid', 'report.backend-unknown', 'No such backend of this metric.');
  return found;
}

function spanOf({ timeRange: range, year, month, week, day }: ReportAsked): Span {
  if (range === 'realtime') return { range };
  if (year === undefined) throw missingValue('year');
  if (range === 'year') return { range, year };
  if (range === 'week') {
    if (week === undefined) throw missingValue('week');
    return { range, year, week };
  }
  if (month === undefined) throw missingValue('month');
  if (range === 'month') return { range, year, month };
  if (day === undefined) throw missingValue('day');
  return { range, year, month, day };
}

const isOn = (value: unknown): boolean => value === true || value === 1 || value === 'true' || value === '1';
