import type { RtTicket } from './rt-rest.ts';
import { xmlText } from './soap-fault.ts';

/**
 * The part of OTRS' Generic Interface that i-doit asks for the tickets of an object, as values. Its client is that of
 * PHP without a WSDL: one part of an answer is a value, several of one name are a list, and none is nothing; an element
 * with elements in it is an object, everything else a text.
 */
export interface OtrsCall {
  method: string;
  user: string;
  pass: string;
  /** Of `TicketGet`. */
  ticketIds: string[];
  /** Of `TicketSearch`: an object that the tickets are about. */
  objectId: string | undefined;
}

const NAMESPACE = 'Core';
const MOST_IDS = 100;

/** @returns undefined for what is no call that i-doit makes */
export function readOtrsCall(envelope: string): OtrsCall | undefined {
  if (/<!DOCTYPE/i.test(envelope)) return undefined;
  const method = /<(?:[\w.-]+:)?Body\b[^<>]*>\s*<(?:[\w.-]+:)?([A-Za-z]\w{0,40})\b/.exec(envelope)?.[1];
  if (method !== 'TicketSearch' && method !== 'TicketGet') return undefined;
  const [like = ''] = leaves(envelope, 'Like');
  return {
    method,
    user: leaves(envelope, 'UserLogin')[0] ?? '',
    pass: leaves(envelope, 'Password')[0] ?? '',
    ticketIds: leaves(envelope, 'TicketID')
      .flatMap((ids) => ids.split(','))
      .flatMap((id) => /^\s*([1-9]\d{0,17})\s*$/.exec(id)?.[1] ?? [])
      .slice(0, MOST_IDS),
    objectId: /([1-9]\d{0,17})/.exec(like)?.[1],
  };
}

/** Ids alone, as `TicketSearch` answers. */
export function otrsSearchAnswer(tickets: readonly Pick<RtTicket, 'id'>[]): string {
  return answer('TicketSearch', tickets.map(({ id }) => element('TicketID', String(id))).join(''));
}

/** All that `TicketGet` tells of them. */
export function otrsTickets(tickets: readonly RtTicket[]): string {
  return answer('TicketGet', tickets.map(ticketElement).join(''));
}

function ticketElement(ticket: RtTicket): string {
  const { object_ids: ids, tenant } = ticket.preferences?.idoit ?? {};
  const rows: [string, string][] = [
    ['TicketID', String(ticket.id)],
    ['Title', ticket.title],
    ['Created', otrsTime(ticket.created_at)],
    ['Changed', otrsTime(ticket.updated_at)],
    ['Owner', ticket.owner ?? '-'],
    ['CustomerUserID', ticket.customer ?? ''],
    ['State', ticket.state ?? ''],
    ['Queue', ticket.group ?? ''],
    ['Priority', ticket.priority ?? ''],
    ['DynamicField_IDoitObjects', Array.isArray(ids) ? `,${ids.map(String).join(',')},` : ''],
    ['DynamicField_IDoitMandator', tenant === undefined || tenant === null ? '' : String(tenant)],
  ];
  return `<Ticket>${rows.map(([name, text]) => element(name, text)).join('')}</Ticket>`;
}

function answer(method: string, inside: string): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>' +
    `<${method}Response xmlns="${NAMESPACE}">${inside}</${method}Response></soap:Body></soap:Envelope>`
  );
}

const element = (name: string, text: string) => `<${name}>${xmlText(text)}</${name}>`;

/** `2026-01-07 10:00:00`, in UTC. */
function otrsTime(iso: string): string {
  return new Date(iso).toISOString().slice(0, 19).replace('T', ' ');
}

/** Texts of elements of a name that hold no others. */
function leaves(envelope: string, name: string): string[] {
  const pattern = new RegExp(`<(?:[\\w.-]+:)?${name}(?:\\s[^<>]*)?>([^<]*)<`, 'g');
  return [...envelope.matchAll(pattern)].map(([, text = '']) => plain(text));
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function plain(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,4}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return entities[String(name).toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
