import { z } from 'zod';
import type { Unread } from '../../application/imports/ports.ts';
import { readAs } from '../adapters/json-wire.ts';

const Numbered = z.object({ id: z.number() });

/**
 * The rows of a list, each by itself: one that cannot be understood is no reason to do without the others.
 * @param where  what is said of one without a number, before its place
 * @returns `whole`: what came, understood or not
 * @throws AppError conflict `peer.unreadable`: it is no list
 */
export function readRows<S extends z.ZodType>(
  schema: S,
  body: unknown,
  where: string,
): { rows: z.output<S>[]; unread: Unread[]; whole: unknown[] } {
  const whole = readAs(z.array(z.unknown()), body);
  const rows: z.output<S>[] = [];
  const unread: Unread[] = [];
  for (const [i, row] of whole.entries()) {
    const { success, data, error } = schema.safeParse(row);
    if (success) rows.push(data);
    else {
      const { data: numbered } = Numbered.safeParse(row);
      unread.push({ remote: numbered ? `${numbered.id}` : `${where}, row ${i + 1}`, detail: whyNot(error) });
    }
  }
  return { rows, unread, whole };
}

/** Null: it cannot be understood. */
export function readOne<S extends z.ZodType>(schema: S, body: unknown): z.output<S> | null {
  return schema.safeParse(body).data ?? null;
}

function whyNot({ issues: [issue] }: z.ZodError): string {
  const said = [issue?.path.join('.'), issue?.message].filter(Boolean).join(': ');
  return `It cannot be understood (${said}).`;
}
