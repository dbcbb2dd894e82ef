/** When a schedule runs, as it is stored: `{ days: { Mon: true }, hours: { "9": true }, minutes: { "0": true } }`. */
export type Timeplan = Record<string, unknown>;

export const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
export const hours: readonly string[] = Array.from({ length: 24 }, (_, hour) => String(hour));
export const minutes: readonly string[] = ['0', '10', '20', '30', '40', '50'];

type Part = 'days' | 'hours' | 'minutes';
const all: Record<Part, readonly string[]> = { days, hours, minutes };

/** What is chosen, in its order. Clients write `true`, `"true"` and `1`. */
export function chosen(plan: Timeplan, part: Part): string[] {
  const slots = (plan[part] ?? {}) as Record<string, unknown>;
  return all[part].filter((name) => [true, 'true', 1, '1'].includes(slots[name] as never));
}

export function choosing(plan: Timeplan, part: Part, names: readonly string[]): Timeplan {
  return {
    ...plan,
    [part]: Object.fromEntries(all[part].filter((one) => names.includes(one)).map((one) => [one, true])),
  };
}

/** Nothing chosen of one part: it never runs. */
export const neverRuns = (plan: Timeplan): boolean =>
  (['days', 'hours', 'minutes'] as const).some((part) => chosen(plan, part).length === 0);
