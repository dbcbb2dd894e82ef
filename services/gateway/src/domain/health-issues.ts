import type { ServiceFigures } from '@helpmesh/contracts';

/** Figures by service; undefined: it did not answer. */
export type AllFigures = Readonly<Record<string, ServiceFigures | undefined>>;

/** Messages and mails move within seconds; what is older waits for somebody. */
const LATE_S = 60;
const MAIL_LATE_S = 300;

/** What somebody should look at, in words; nothing: all is well. */
export function issuesOf(all: AllFigures): string[] {
  return Object.entries(all).flatMap(([service, figures]) => {
    if (!figures) return [`The ${service} service does not answer`];
    const { outbox, dead_letters: dead, counts } = figures;
    const { mails_quarantined = 0, mails_waiting_oldest = 0, mails_overdue = 0 } = counts;
    const { mails_failed = 0, webhooks_failing = 0 } = counts;
    return [
      ...(outbox.oldest > LATE_S
        ? [`${service}: messages wait to be published since ${Math.round(outbox.oldest)} s`]
        : []),
      ...(dead > 0 ? [`${service}: ${dead} messages were given up`] : []),
      ...(mails_quarantined > 0 ? [`${mails_quarantined} mails could not be read`] : []),
      ...(mails_waiting_oldest > MAIL_LATE_S
        ? [`Mails wait to be read since ${Math.round(mails_waiting_oldest)} s`]
        : []),
      ...(mails_overdue > MAIL_LATE_S ? [`Mails wait to be sent since ${Math.round(mails_overdue)} s`] : []),
      ...(mails_failed > 0 ? [`${mails_failed} mails of the last day could not be sent`] : []),
      ...(webhooks_failing > 0 ? [`${webhooks_failing} webhooks fail for more than an hour`] : []),
    ];
  });
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
