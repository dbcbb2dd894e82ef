import { AppError } from '@helpmesh/kernel';
import type { PeerCall } from '../../application/foreign/ports.ts';
import { escaped } from '../../domain/sync/files.ts';
import { readXml, type XmlElement } from '../../soap/read-xml.ts';
import { refusal } from './json-wire.ts';
import type { Fetcher } from './paced-fetch.ts';

const MAX_BYTES = 10_000_000;
const TIMEOUT_MS = 20_000;

export interface SoapAnswer {
  /** Elements of the answer that have text, by name. */
  fields: Readonly<Record<string, string>>;
  /** The same of each element that has elements: of a list its rows. */
  items: Readonly<Record<string, string>>[];
  /** By the clock of the peer, epoch ms; 0: it does not say. */
  now: number;
}

/** Calls of a SOAP 1.1 service whose operations have flat parameters. */
export class SoapWire {
  constructor(
    private readonly safe: Fetcher,
    private readonly address: string,
    private readonly uri: string,
    /** Of a header `AuthenticationInfo`, as the AR System takes it. */
    private readonly credentials: Readonly<Record<string, string>>,
  ) {}

  /** @throws AppError as said at PeerAdapter */
  async call(operation: string, input: Readonly<Record<string, string>>, { signal }: PeerCall): Promise<SoapAnswer> {
    const response = await this.safe.fetch(this.address, {
      ...{ method: 'POST', signal, maxBytes: MAX_BYTES, timeoutMs: TIMEOUT_MS },
      body: envelope(this.uri, operation, this.credentials, input),
      headers: {
        'content-type': 'text/xml; charset=utf-8',
        accept: 'text/xml',
        soapaction: `"${this.uri}/${operation}"`,
      },
    });
    const answer = bodyOf(Buffer.from(await response.arrayBuffer()));
    // A fault has the status 500, and at some servers 200.
    if (answer?.name === 'Fault') throw faultOf(answer, this.address);
    if (!response.ok) throw refusal(response, undefined, this.address);
    if (!answer) throw new AppError('conflict', 'peer.unreadable', 'The answer of the peer cannot be understood.');
    const now = Date.parse(response.headers.get('date') ?? '');
    return {
      fields: fieldsOf(answer),
      items: answer.children.filter(({ children }) => children.length > 0).map(fieldsOf),
      now: Number.isNaN(now) ? 0 : now,
    };
  }
}

function envelope(
  uri: string,
  operation: string,
  credentials: Readonly<Record<string, string>>,
  input: Readonly<Record<string, string>>,
): string {
  const elements = (values: Readonly<Record<string, string>>) =>
    Object.entries(values)
      .map(([name, value]) => `<u:${name}>${escaped(legal(value))}</u:${name}>`)
      .join('');
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:u="${escaped(uri)}">` +
    `<s:Header><u:AuthenticationInfo>${elements(credentials)}</u:AuthenticationInfo></s:Header>` +
    `<s:Body><u:${operation}>${elements(input)}</u:${operation}></s:Body></s:Envelope>`
  );
}

/** Signs that XML 1.0 has no place for. */
function legal(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is them that are taken out
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '').replace(/\r\n?/g, '\n');
}

/** @returns undefined: it is no envelope */
function bodyOf(bytes: Buffer): XmlElement | undefined {
  try {
    return readXml(bytes).children.find(({ name }) => name === 'Body')?.children[0];
  } catch {
    return undefined;
  }
}

function fieldsOf({ children }: XmlElement): Record<string, string> {
  return Object.fromEntries(children.filter((one) => one.children.length === 0).map(({ name, text }) => [name, text]));
}

function faultOf(fault: XmlElement, address: string): AppError {
  const text = (name: string) => fault.children.find((one) => one.name.toLowerCase() === name)?.text.trim() ?? '';
  const words = text('faultstring').slice(0, 500);
  const said = `${address} refuses: ${words}`;
  // `ERROR (623): Authentication failed`, `ERROR (302): Entry does not exist in database`
  if (/\b623\b|authentication failed/i.test(words)) return new AppError('unauthenticated', 'peer.token-refused', said);
  if (/\b302\b|does not exist/i.test(words)) return new AppError('not-found', 'peer.not-there', said);
  if (/server$/i.test(text('faultcode')) && /\b(90|91|92|93|94)\b|timed? ?out/i.test(words)) {
    return new AppError('unavailable', 'peer.unavailable', said);
  }
  return new AppError('conflict', 'peer.refused', said);
}
