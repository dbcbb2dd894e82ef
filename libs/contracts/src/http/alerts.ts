import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { bounded, boundedRecord, text } from './common.ts';

const tag = 'Integrations';
const name = text(250).nullish();

/**
 * What became of it: a ticket was `opened`, or the one that is open was noted in, `closed` or `reopened`; `counted`: nobody
 * has to read of it; `flapping`: it changes so often that changes are counted from now on; `ignored`: all is well, or in
 * downtime, and there is no ticket.
 */
const Outcome = z.object({
  result: z.enum(['opened', 'noted', 'closed', 'reopened', 'counted', 'flapping', 'ignored']),
  ticket_id: z.number().int().nullable(),
});

/** One of several that cannot be taken, whenever it is said. */
const Refused = z.object({ result: z.literal('refused'), ticket_id: z.null(), why: z.string() });

/** Two ways to say the same (docs/how-to/alerts.md). */
export const receiveAlert = defineEndpoint({
  id: 'receiveAlert',
  method: 'POST',
  path: '/api/v1/alerts',
  question: 'rpc.ticket.v1.receive-alert',
  tag,
  summary: 'A monitoring says how a thing is: opens, notes in, closes or reopens its one ticket; for `admin.alert`',
  body: z.object({
    /** Of the thing it is about: all that is said of that has the same. */
    dedupKey: text(255).min(1),
    /** `OK`, `UP`, `RESOLVED` and the like: all is well. All other words are trouble. */
    status: text(40).min(1),
    /** Of the catalogue, by its name: the ticket opens where requests for it go. */
    service: name,
    site: name,
    probe: name,
    since: z.iso.datetime({ offset: true }).nullish(),
    /** Where to look. */
    url: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .nullish(),
    text: text(10_000).nullish(),
    /** It is known to be down: nothing is opened or noted. */
    downtime: z.boolean().optional(),
  }),
  response: Outcome,
});

const words = (length: number) => boundedRecord(text(length), 100);

/** As Alertmanager posts it (`webhook_configs`, version 4); what is not named here is not looked at. */
const AlertmanagerMessage = z.object({
  alerts: bounded(
    z.object({
      status: z.enum(['firing', 'resolved']),
      labels: words(2_000),
      annotations: words(20_000).optional(),
      startsAt: text(40).optional(),
      generatorURL: text(4_000).optional(),
      fingerprint: text(100).min(1),
    }),
    200,
  ),
});
export type AlertmanagerMessage = z.output<typeof AlertmanagerMessage>;

export const receiveAlertmanager = defineEndpoint({
  id: 'receiveAlertmanager',
  method: 'POST',
  path: '/api/v1/alerts/alertmanager',
  question: 'rpc.ticket.v1.receive-alertmanager',
  tag,
  summary: 'The same as Prometheus Alertmanager posts it; for `admin.alert`',
  body: AlertmanagerMessage,
  response: z.object({ alerts: z.array(z.union([Outcome, Refused])) }),
});
