import { AppError } from '@helpmesh/kernel';

/** What a job does to each of its tickets: what a macro could, or what only a job can. */
export type Deed = { do: 'change' } | { do: 'merge'; targetId: number } | { do: 'delete' };

/**
 * Reads what kind of thing the `perform` JSON of a job asks for: `{ "ticket.merge": { value: 7 } }`, `{ "ticket.action":
 * { value: "delete" } }`, or lines of a macro, which are read elsewhere.
 * @throws AppError invalid `action.invalid` when merging or deleting is asked for together with something else
 */
export function deedOf(perform: Record<string, unknown>): Deed {
  const lines = Object.entries(perform);
  const alone = lines.find(([name]) => name === 'ticket.merge' || name === 'ticket.action');
  if (!alone) return { do: 'change' };
  const [name, line] = alone;
  if (lines.length > 1) throw invalid(`"${name}" cannot be done together with something else.`);
  const { value } = (line ?? {}) as { value?: unknown };
  if (name === 'ticket.action') {
    if (value !== 'delete') throw invalid(`"${name}" can be "delete".`);
    return { do: 'delete' };
  }
  const targetId = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value;
  if (typeof targetId !== 'number' || !Number.isInteger(targetId) || targetId < 1) {
    throw invalid(`"${name}" needs the id of the ticket that the others become part of.`);
  }
  return { do: 'merge', targetId };
}

function invalid(detail: string): AppError {
  return new AppError('invalid', 'action.invalid', detail);
}
