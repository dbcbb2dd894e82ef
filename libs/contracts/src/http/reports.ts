import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { boundedRecord, Flag, text } from './common.ts';
import { agreementKinds } from './federation.ts';

const tag = 'Reports';

const Count = z.coerce.number().int();
/** Names or ids with whether they are chosen; a form sends texts. */
const Chosen = boundedRecord(z.union([z.boolean(), z.number(), text(10)]), 100);

const Asked = z.object({
  metric: text(50).optional(),
  timeRange: z.enum(['realtime', 'day', 'week', 'month', 'year']).default('year'),
  year: Count.min(1970).max(9999).optional(),
  month: Count.min(1).max(12).optional(),
  day: Count.min(1).max(31).optional(),
  /** Of the year, as ISO 8601 counts them. */
  week: Count.min(1).max(53).optional(),
  /** Ids of profiles; tickets of any of them are counted. */
  profiles: Chosen.optional(),
  backends: Chosen.optional(),
  /** A name of the IANA time zone database, in which days and months are meant. */
  timezone: text(100).optional(),
});
export type ReportAsked = z.output<typeof Asked>;

const Backend = z.object({
  name: z.string(),
  display: z.string(),
  /** Whether it is shown until somebody chooses. */
  selected: z.boolean(),
  /** Whether its tickets can be asked for. */
  dataDownload: z.boolean(),
});
const Metric = z.object({
  name: z.string(),
  display: z.string(),
  default: z.boolean(),
  prio: z.number().int(),
  backend: z.array(Backend),
});

const whole = z.number().int();
/** Of a duration; null: there is none to take it of. */
const minutes = z.number().nullable();
const GroupFigures = z.object({
  created: whole,
  closed: whole,
  answered: whole,
  /** Now, whatever the period. */
  open: whole,
  /** Since they were created: half of the open ones are younger. */
  open_median_min: minutes,
  /** From the creation to the first answer: half of them, and nine of ten, were sooner. By the clock, nights included. */
  response_median_min: minutes,
  response_p90_min: minutes,
  /** From the creation to the first close. */
  solution_median_min: minutes,
  solution_p90_min: minutes,
  response_kept: whole,
  response_late: whole,
  solution_kept: whole,
  solution_late: whole,
  rated: whole,
  satisfied: whole,
  /** Of all scores, 1 to 5. */
  score: z.number().nullable(),
});
export type GroupFigures = z.output<typeof GroupFigures>;

/** Whoever stands for groups: the community they are of, the agreement about them, the helpdesk they are kept equal with. */
const providerKinds = ['community', 'agreement', 'helpdesk'] as const;
export type ProviderKind = (typeof providerKinds)[number];

export const reports = {
  config: defineEndpoint({
    id: 'reportConfig',
    method: 'GET',
    path: '/api/v1/reports/config',
    question: 'rpc.ticket.v1.report-config',
    tag,
    summary: 'What can be counted, and for which profiles; needs the permission `report`',
    response: z.object({
      config: z.object({ metric: z.record(z.string(), Metric) }),
      profiles: z.array(z.looseObject({ id: z.number().int(), name: z.string() })),
    }),
  }),
  generate: defineEndpoint({
    id: 'generateReport',
    method: 'POST',
    path: '/api/v1/reports/generate',
    question: 'rpc.ticket.v1.generate-report',
    tag,
    summary: 'Numbers by the minute of the last hour, or by the hours, days or months of a day, week, month or year',
    body: Asked,
    response: z.object({ data: z.record(z.string(), z.array(z.number().int())) }),
  }),
  groups: defineEndpoint({
    id: 'reportGroups',
    method: 'POST',
    path: '/api/v1/reports/groups',
    question: 'rpc.ticket.v1.report-groups',
    tag,
    summary:
      'How groups did in an hour, day, week, month or year: numbers, times, promises, ratings; and what the help spared',
    body: Asked.omit({ metric: true, backends: true }),
    response: z.object({
      /** Those with anything to tell, by name. */
      groups: z.array(GroupFigures.extend({ group_id: whole, group: z.string() })),
      total: GroupFigures,
      /** Of the whole days, UTC, in the period. */
      help: z.object({ views: whole, deflections: whole }),
    }),
  }),
  providers: defineEndpoint({
    id: 'reportProviders',
    method: 'POST',
    path: '/api/v1/reports/providers',
    question: 'rpc.ticket.v1.report-providers',
    tag,
    summary:
      'How communities, agreements and other helpdesks did in an hour, day, week, month or year, by the groups they stand for now',
    body: Asked.omit({ metric: true, backends: true }),
    response: z.object({
      /** Those with anything to tell, by kind and name. A group may be of several of them: their numbers are no parts of a sum. */
      providers: z.array(
        GroupFigures.extend({
          kind: z.enum(providerKinds),
          id: whole,
          name: z.string(),
          /** Of an agreement. */
          agreement: z.enum(agreementKinds).nullable(),
        }),
      ),
    }),
  }),
  sets: defineEndpoint({
    id: 'reportSets',
    method: 'POST',
    path: '/api/v1/reports/sets',
    question: 'rpc.ticket.v1.report-sets',
    tag,
    summary: 'The tickets behind a number; with `sheet=true` as a CSV file, and `format=xlsx` as a workbook',
    csv: 'report',
    body: Asked.extend({
      /** The backend whose tickets are asked for. */
      downloadBackendSelected: text(50).optional(),
      /** Only of this group. */
      group_id: Count.min(1).optional(),
      /** Only of groups that this one stands for. */
      provider: z.object({ kind: z.enum(providerKinds), id: Count.min(1) }).optional(),
      /** The rows of a file in the place of ids and assets. */
      sheet: Flag.optional(),
      /** The same, in an address. */
      download: Flag.optional(),
    }),
    response: z.union([
      z.object({
        /** Of those that the caller may read, 6,000 at most. */
        ids: z.array(z.number().int()),
        /** Of the first hundred. */
        assets: z.record(z.string(), z.unknown()),
        count: z.number().int(),
      }),
      z.array(z.record(z.string(), z.unknown())),
    ]),
  }),
};
