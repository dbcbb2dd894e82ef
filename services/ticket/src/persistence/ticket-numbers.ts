import { desk } from '@helpmesh/contracts';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import { type NumberScheme, ticketNumber } from '../domain/ticket/number.ts';
import { deskZone } from './desk-setting.store.ts';

type On = EntityManager | DataSource;

/** How somebody chose that tickets are numbered, by the names of settings; null where nobody did. */
export const numberSettings = `SELECT jsonb_object_agg(name, value) FROM desk_setting
  WHERE name IN ('ticket_number', 'ticket_number_increment', 'ticket_number_date')`;

/** Numbers by a scheme that was chosen. @param counters  fresh ones; more are taken where a number is another ticket's */
export async function takeNumbers(on: On, scheme: NumberScheme, counters: readonly number[]): Promise<string[]> {
  const taken: string[] = [];
  let left = counters;
  while (left.length > 0) {
    const { day, before } =
      scheme.generator === 'Ticket::Number::Date' ? await dayOf(on, left) : { day: '', before: 0 };
    // Who was a moment earlier began the day with a later counter: those before it are yesterday's, and left out.
    const numbers = left
      .filter((one) => one > before)
      .map((one) => ticketNumber(scheme, desk.systemId, one - before, day));
    // A scheme that was another one before may come to what it made: with one digit more, say.
    const present = await sql<{ number: string }>(on, 'SELECT number FROM ticket WHERE number = ANY ($1::text[])', [
      numbers,
    ]);
    const others = new Set(present.map(({ number }) => number));
    taken.push(...numbers.filter((number) => !others.has(number)));
    left = await more(on, counters.length - taken.length);
  }
  return taken;
}

/** The day where the desk is, and the counter that it began after: its first ticket decides. */
async function dayOf(on: On, counters: readonly number[]): Promise<{ day: string; before: number }> {
  const today = `(now() AT TIME ZONE ${deskZone})::date`;
  const find = `SELECT day::text, before FROM ticket_number_day WHERE day = ${today}`;
  const [known] = await sql<{ day: string; before: number }>(on, find);
  if (known) return known;
  const before = Math.min(...counters) - 1;
  await sql(on, `INSERT INTO ticket_number_day (day, before) SELECT ${today}, $1 ON CONFLICT (day) DO NOTHING`, [
    before,
  ]);
  return (await sql<{ day: string; before: number }>(on, find))[0] as { day: string; before: number };
}

async function more(on: On, count: number): Promise<number[]> {
  if (count === 0) return [];
  const text = `SELECT ARRAY(SELECT nextval('ticket_number') FROM generate_series(1, $1)) AS counters`;
  const [row] = await sql<{ counters: number[] }>(on, text, [count]);
  return (row as { counters: number[] }).counters;
}
