import type { Level } from '../impact/levels.ts';
import { nobody } from '../people/queries.ts';

export interface Template {
  id: number;
  name: string;
  options: Record<string, unknown>;
}

interface Filled {
  title?: string;
  group?: string;
  state?: string;
  priority?: string;
  impact?: Level;
  urgency?: Level;
  body?: string;
  tags?: string[];
  owner?: number;
  pendingTime?: string;
  kind?: string;
  /** Custom fields by name. */
  custom?: Record<string, unknown>;
}

const kinds: Record<string, string> = {
  ...{ 'phone-in': 'received-call', 'phone-out': 'outbound-call', 'email-out': 'send-email' },
};
const minutes: Record<string, number> = { minute: 1, hour: 60, day: 1_440, week: 10_080 };

/**
 * What a template fills in of the form of a new ticket.
 * @param now     epoch ms
 * @param custom  names of the custom fields that the form has
 */
export function templateValues(
  options: Record<string, unknown>,
  myId: number,
  now: number,
  custom: readonly string[] = [],
): Filled {
  const line = (name: string) => (options[name] ?? {}) as Record<string, unknown>;
  const value = (name: string) => {
    const given = line(name).value;
    return typeof given === 'string' || typeof given === 'number' ? String(given) : undefined;
  };
  const filled: Record<string, unknown> = {
    title: value('ticket.title'),
    group: value('ticket.group_id'),
    state: value('ticket.state_id'),
    priority: value('ticket.priority_id'),
    impact: levelOf(value('ticket.impact')),
    urgency: levelOf(value('ticket.urgency')),
    body: value('article.body'),
    tags: tagsOf(line('ticket.tags').value),
    owner: ownerOf(line('ticket.owner_id'), myId),
    kind: kinds[value('ticket.formSenderType') ?? ''],
    pendingTime: pendingOf(line('ticket.pending_time'), now),
    custom: customOf(options, custom),
  };
  return Object.fromEntries(Object.entries(filled).filter(([, given]) => given !== undefined));
}

function customOf(options: Record<string, unknown>, names: readonly string[]): Record<string, unknown> | undefined {
  const own = names.filter((name) => Object.hasOwn(options, `ticket.${name}`));
  if (own.length === 0) return undefined;
  return Object.fromEntries(
    own.map((name) => [name, (options[`ticket.${name}`] as { value?: unknown }).value ?? null]),
  );
}

const known = ['low', 'medium', 'high'] as const;
export const levelOf = (value: unknown) => known.find((level) => level === value);

export function tagsOf(value: unknown): string[] | undefined {
  if (value === undefined) return undefined;
  const names = (Array.isArray(value) ? value : [value]).flatMap((one) => String(one).split(','));
  return names.map((name) => name.trim()).filter((name) => name !== '');
}

function ownerOf(line: Record<string, unknown>, myId: number): number | undefined {
  if (line.pre_condition === 'current_user.id') return myId;
  if (line.pre_condition === 'not_set') return nobody;
  return line.value === undefined ? undefined : Number(line.value);
}

/** As a `datetime-local` field holds it: in the time zone of the browser. */
function pendingOf({ operator, value, range }: Record<string, unknown>, now: number): string | undefined {
  if (value === undefined) return undefined;
  const at = new Date(operator === 'relative' ? now : String(value));
  const amount = Number(value);
  if (operator === 'relative') {
    if (range === 'month' || range === 'year') at.setMonth(at.getMonth() + (range === 'year' ? 12 * amount : amount));
    else at.setMinutes(at.getMinutes() + amount * (minutes[String(range)] ?? 0));
  }
  if (Number.isNaN(at.getTime())) return undefined;
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
