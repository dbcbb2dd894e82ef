import type { RtTicket } from './rt-rest.ts';

/** The part of iTop's REST services that i-doit asks for the tickets of an object, as values. */

/** What a question came to: iTop says it in the body, whatever the status. */
export interface ItopAnswer {
  code: number;
  message: string;
  objects: Record<string, object> | null;
}

export const itopCodes = {
  ok: 0,
  unauthorized: 1,
  noJson: 3,
  badJson: 4,
  unknownOperation: 11,
  internal: 100,
} as const;

/** @param text  `json_data`: a `core/get` of requests, by an OQL text that names the object @returns its number, or why not */
export function readItopQuestion(text: string | undefined): { objectId: string } | ItopAnswer {
  if (text === undefined) return itopRefusal(itopCodes.noJson, "Missing parameter 'json_data'");
  let asked: unknown;
  try {
    asked = JSON.parse(text);
  } catch {
    return itopRefusal(itopCodes.badJson, 'The parameter json_data is not JSON');
  }
  const {
    operation,
    class: name,
    key,
  } = (typeof asked === 'object' && asked !== null ? asked : {}) as Record<string, unknown>;
  if (operation !== 'core/get' || name !== 'UserRequest') {
    return itopRefusal(itopCodes.unknownOperation, 'Only core/get of UserRequest is here');
  }
  const objectId = /\bidoit_id\s*=\s*['"]?([1-9]\d{0,17})\b/i.exec(String(key).slice(0, 2_000))?.[1];
  return objectId === undefined ? itopAnswer([]) : { objectId };
}

export function itopAnswer(tickets: readonly RtTicket[]): ItopAnswer {
  const objects = Object.fromEntries(
    tickets.map((ticket) => [
      `UserRequest::${ticket.id}`,
      { ...done, key: String(ticket.id), fields: fieldsOf(ticket) },
    ]),
  );
  return { code: itopCodes.ok, message: `Found: ${tickets.length}`, objects: tickets.length === 0 ? null : objects };
}

export function itopRefusal(code: number, why: string): ItopAnswer {
  return { code, message: `Error: ${why}`, objects: null };
}

const done = { code: 0, message: '', class: 'UserRequest' };

/** All those that i-doit reads have to be there. */
function fieldsOf({ id, title, state, priority, customer, group, owner, created_at, updated_at }: RtTicket) {
  return {
    ...{ id: String(id), ref: `R-${String(id).padStart(6, '0')}`, title, status: state ?? '', friendlyname: title },
    ...{ priority: itopPriority(priority), caller_id_friendlyname: customer ?? '', team_id_friendlyname: group ?? '' },
    ...{ agent_id_friendlyname: owner === '-' ? '' : (owner ?? '') },
    ...{ start_date: itopTime(created_at), last_update: itopTime(updated_at) },
  };
}

/** Names begin with their rank, of which 1 is low; there 4 is low and 1 critical. */
function itopPriority(name: string | undefined): string {
  const rank = Number.parseInt(name ?? '', 10);
  return { 1: '4', 2: '3', 3: '2', 4: '1' }[rank] ?? '3';
}

/** `2026-01-07 10:00:00`, in UTC. */
function itopTime(iso: string): string {
  return new Date(iso).toISOString().slice(0, 19).replace('T', ' ');
}
