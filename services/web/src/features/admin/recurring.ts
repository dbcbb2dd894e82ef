/** What a form can say about when a ticket recurs; everything else is a rule that is written by hand. */
export interface RuleChoice {
  freq: 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY' | 'own';
  interval: number;
  /** Of a week, in their order: `MO`. */
  days: string[];
  /** The rule as it is written, when the form cannot say it. */
  own: string;
}

export const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;

/** Reads what the form knows; a rule with anything else in it stays as it is. */
export function choiceOf(rrule: string): RuleChoice {
  const own: RuleChoice = { freq: 'own', interval: 1, days: [], own: rrule };
  const parts = new Map(rrule.split(';').map((part) => part.split('=') as [string, string | undefined]));
  const freq = parts.get('FREQ');
  const interval = Number(parts.get('INTERVAL') ?? 1);
  const days = parts.get('BYDAY')?.split(',') ?? [];
  const simple =
    [...parts.keys()].every((name) => ['FREQ', 'INTERVAL', 'BYDAY'].includes(name)) &&
    days.every((day) => (weekdays as readonly string[]).includes(day)) &&
    (days.length === 0 || freq === 'WEEKLY') &&
    Number.isInteger(interval);
  if (!simple || (freq !== 'DAILY' && freq !== 'WEEKLY' && freq !== 'MONTHLY' && freq !== 'YEARLY')) return own;
  return { freq, interval, days, own: '' };
}

export function ruleOf({ freq, interval, days, own }: RuleChoice): string {
  if (freq === 'own') return own.trim();
  const chosen = weekdays.filter((day) => days.includes(day));
  return [
    `FREQ=${freq}`,
    ...(interval === 1 ? [] : [`INTERVAL=${interval}`]),
    ...(freq === 'WEEKLY' && chosen.length > 0 ? [`BYDAY=${chosen.join(',')}`] : []),
  ].join(';');
}
