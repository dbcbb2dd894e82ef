import { AppError } from '@helpmesh/kernel';
import { readXml, textOf, type XmlElement } from './read-xml.ts';

/** A value of a call; what kind of value it is, its reader knows: clients guess types from what the text looks like. */
export interface SoapValue {
  name: string;
  element: XmlElement;
}

export interface SoapCall {
  /** Name of the method without its namespace. */
  method: string;
  /** The namespace, which the answer has as well. */
  uri: string;
  /** In the order sent: the only key that clients keep to. */
  values: SoapValue[];
}

/** References that lead to references. */
const MOST_HOPS = 3;
/** A contact has nine. */
const MOST_FIELDS = 50;

/**
 * An rpc call of SOAP 1.1, whatever prefixes, namespaces and versions of its encoding the client uses.
 *
 * @param action  the header `SOAPAction`; undefined or empty: the client leaves it to the envelope
 * @throws AppError unreadable `soap.malformed`, `soap.doctype`, `soap.too-complex`, `soap.no-call`,
 *   `soap.must-understand`, `soap.action-differs`
 */
export function readCall(bytes: Buffer, action?: string): SoapCall {
  const envelope = readXml(bytes);
  const body = envelope.children.find(({ name }) => name === 'Body');
  const called = body?.children[0];
  if (envelope.name !== 'Envelope' || !body || !called) throw noCall();
  const header = envelope.children.find(({ name }) => name === 'Header');
  if (header?.children.some(({ attributes }) => ['1', 'true'].includes(attributes.get('mustUnderstand') ?? ''))) {
    const detail = 'The envelope demands a header to be understood; this service understands none.';
    throw new AppError('unreadable', 'soap.must-understand', detail);
  }
  const method = called.name;
  const wanted = action?.trim().replace(/^"|"$/g, '') ?? '';
  if (wanted !== '' && (wanted.split(/[#/]/).at(-1) ?? '') !== method) {
    throw new AppError('unreadable', 'soap.action-differs', 'SOAPAction names another method than the envelope.');
  }
  const referred = new Map(body.children.flatMap((element) => idOf(element).map((id) => [id, element] as const)));
  const resolve = resolver((element) => followReference(element, referred));
  const values = called.children.map((element) => ({ name: element.name, element: resolve(element, 2) }));
  return { method, uri: called.uri, values };
}

/** True for what the client says is nothing. */
function isNil({ attributes }: XmlElement): boolean {
  return ['1', 'true'].includes(attributes.get('nil') ?? attributes.get('null') ?? '');
}

/**
 * A scalar as it was written: `1.50` and `007` stay what they are, whatever type the client made of them. Text with
 * signs beyond ASCII comes as base64 of bytes that are UTF-8 or Latin-1.
 */
export function scalar(element: XmlElement | undefined): string {
  if (!element || isNil(element)) return '';
  const type = (element.attributes.get('type') ?? '').split(':').at(-1);
  if (type !== 'base64Binary' && type !== 'base64') return element.text;
  return textOf(Buffer.from(element.text, 'base64')).replaceAll('\0', '');
}

/** The fields of a structure, by name in lower case. */
export function fields(element: XmlElement): Map<string, string> {
  return new Map(element.children.slice(0, MOST_FIELDS).map((child) => [child.name.toLowerCase(), scalar(child)]));
}

/** The structures of a call, however they were put: as one array, as several values, or as one alone. */
export function structures(values: readonly SoapValue[]): XmlElement[] {
  return values.flatMap(({ element }) => {
    if (isNil(element) || element.children.length === 0) return [];
    return isArray(element) ? element.children.filter((child) => !isNil(child)) : [element];
  });
}

function isArray({ attributes, children }: XmlElement): boolean {
  const type = (attributes.get('type') ?? '').split(':').at(-1);
  // Without types a list of structures shows itself: a field of a structure has no elements inside.
  return type === 'Array' || attributes.has('arrayType') || children.every(({ children: inner }) => inner.length > 0);
}

function idOf({ attributes }: XmlElement): string[] {
  const id = attributes.get('id');
  return id === undefined ? [] : [id];
}

/**
 * Puts in the place of references what they stand for, down to the fields of structures in a list: deeper is nothing we
 * read. What many refer to is looked at once, or a small envelope would be a large one.
 */
function resolver(followed: (element: XmlElement) => XmlElement) {
  const known = [
    new Map<XmlElement, XmlElement>(),
    new Map<XmlElement, XmlElement>(),
    new Map<XmlElement, XmlElement>(),
  ];
  return function resolve(element: XmlElement, depth: number): XmlElement {
    const there = followed(element);
    if (depth === 0 || there.children.length === 0) return there;
    const before = known[depth]?.get(there);
    if (before) return before;
    const whole = { ...there, children: there.children.map((child) => named(child, resolve(child, depth - 1))) };
    known[depth]?.set(there, whole);
    return whole;
  };
}

/** What stands elsewhere keeps the name by which it was referred to. */
function named({ name }: XmlElement, element: XmlElement): XmlElement {
  return element.name === name ? element : { ...element, name };
}

function followReference(element: XmlElement, referred: ReadonlyMap<string, XmlElement>): XmlElement {
  let at = element;
  for (let hops = 0; hops <= MOST_HOPS; hops++) {
    const href = at.attributes.get('href');
    if (href === undefined) return at;
    const next = href.startsWith('#') ? referred.get(href.slice(1)) : undefined;
    if (!next) break;
    at = next;
  }
  throw new AppError('unreadable', 'soap.no-call', 'The envelope refers to something that is not in it.');
}

function noCall(): AppError {
  return new AppError('unreadable', 'soap.no-call', 'This is no SOAP 1.1 envelope with a call in it.');
}
