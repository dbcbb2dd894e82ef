import type { ServiceFigures } from '@helpmesh/contracts';

/** Figures by service; undefined: it did not answer. */
export type AllFigures = Readonly<Record<string, ServiceFigures | undefined>>;

/** Messages and mails move within seconds; what is older waits for somebody. */
const LATE_S = 60;
const MAIL_LATE_S = 300;

/** What somebody should look at; `value`: how many, or of the late ones the age in seconds. */
export interface HealthProblem {
  kind:
    | 'silent'
    | 'messages-late'
    | 'messages-given-up'
    | 'mails-unread'
    | 'mails-unproven'
    | 'mails-in-late'
    | 'mails-out-late'
    | 'mails-failed'
    | 'webhooks-failing';
  service: string;
  value: number;
}

/** None: all is well. */
export function problemsOf(all: AllFigures): HealthProblem[] {
  return Object.entries(all).flatMap(([service, figures]) => {
    if (!figures) return [{ kind: 'silent' as const, service, value: 0 }];
    const { outbox, dead_letters: dead, counts } = figures;
    const { mails_quarantined = 0, mails_waiting_oldest = 0, mails_overdue = 0 } = counts;
    const { mails_suspended = 0, mails_failed = 0, webhooks_failing = 0 } = counts;
    const past = (value: number, bound: number) => (value > bound ? Math.round(value) : 0);
    const found: [HealthProblem['kind'], number][] = [
      ['messages-late', past(outbox.oldest, LATE_S)],
      ['messages-given-up', dead],
      ['mails-unread', mails_quarantined],
      ['mails-unproven', mails_suspended],
      ['mails-in-late', past(mails_waiting_oldest, MAIL_LATE_S)],
      ['mails-out-late', past(mails_overdue, MAIL_LATE_S)],
      ['mails-failed', mails_failed],
      ['webhooks-failing', webhooks_failing],
    ];
    return found.flatMap(([kind, value]) => (value > 0 ? [{ kind, service, value }] : []));
  });
}

/** In words, for programs that show what they read. */
export function inWords({ kind, service, value }: HealthProblem): string {
  switch (kind) {
    case 'silent':
      return `The ${service} service does not answer`;
    case 'messages-late':
      return `${service}: messages wait to be published since ${value} s`;
    case 'messages-given-up':
      return `${service}: ${value} messages were given up`;
    case 'mails-unread':
      return `${value} mails could not be read`;
    case 'mails-unproven':
      return `${value} mails wait because their senders are not proven`;
    case 'mails-in-late':
      return `Mails wait to be read since ${value} s`;
    case 'mails-out-late':
      return `Mails wait to be sent since ${value} s`;
    case 'mails-failed':
      return `${value} mails of the last day could not be sent`;
    case 'webhooks-failing':
      return `${value} webhooks fail for more than an hour`;
  }
}

const PERIOD = /^(\d{1,6})([smhd])$/;
const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** `10m`, `1h`, `2d` in seconds; undefined for anything else. */
export function periodSeconds(text: string): number | undefined {
  const [, n, unit] = PERIOD.exec(text) ?? [];
  return n === undefined ? undefined : Number(n) * SECONDS[unit as keyof typeof SECONDS];
}

export interface Thresholds {
  max_critical?: number | undefined;
  max_warning?: number | undefined;
  min_critical?: number | undefined;
  min_warning?: number | undefined;
}

/** Whether a count is out of its bounds; the worse ones are looked at first. */
export function amountState(count: number, period: string, bounds: Thresholds) {
  for (const state of ['critical', 'warning'] as const) {
    const [max, min] = [bounds[`max_${state}`], bounds[`min_${state}`]];
    if (max !== undefined && count > max) {
      return { state, message: `The limit of ${max} was exceeded with ${count} in the last ${period}`, count };
    }
    if (min !== undefined && count <= min) {
      return { state, message: `The minimum of ${min} was undercut by ${count} in the last ${period}`, count };
    }
  }
  return { state: 'ok' as const, count };
}
