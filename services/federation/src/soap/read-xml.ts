import { AppError } from '@helpmesh/kernel';
import { SaxesParser } from 'saxes';

export interface XmlElement {
  /** Without prefix. */
  name: string;
  /** Namespace; empty: none. */
  uri: string;
  /** By local name. */
  attributes: ReadonlyMap<string, string>;
  children: XmlElement[];
  /** Its own text, CDATA included, nothing trimmed. */
  text: string;
}

/** Envelopes nest five deep; this leaves room for references and wrappers. */
const DEEPEST = 24;
/** Ten a contact: more than any panel sends at once, and a second of work at most. */
const MOST_ELEMENTS = 200_000;
const MOST_ATTRIBUTES = 50;

/**
 * A document as a tree. It has no types and no entities of its own: a DOCTYPE is refused, so nothing can expand and
 * nothing is fetched; the five entities of XML itself and numbered characters are read.
 *
 * @throws AppError unreadable `soap.malformed`, `soap.doctype`, `soap.too-complex`
 */
export function readXml(bytes: Buffer): XmlElement {
  const top: XmlElement = { name: '', uri: '', attributes: new Map(), children: [], text: '' };
  const open = [top];
  let elements = 0;
  const parser = new SaxesParser({ xmlns: true, position: false });
  parser.on('error', (error) => {
    throw malformed(error);
  });
  parser.on('doctype', () => {
    throw new AppError('unreadable', 'soap.doctype', 'A document type is not allowed here.');
  });
  parser.on('opentag', ({ local, uri, attributes }) => {
    const given = Object.values(attributes);
    elements += 1;
    if (open.length > DEEPEST || elements > MOST_ELEMENTS || given.length > MOST_ATTRIBUTES) throw tooComplex();
    const element: XmlElement = {
      name: local,
      uri,
      attributes: new Map(given.map((attribute) => [attribute.local, attribute.value])),
      children: [],
      text: '',
    };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  const take = (text: string) => {
    const inside = open.at(-1);
    if (inside) inside.text += text;
  };
  parser.on('text', take);
  parser.on('cdata', take);
  try {
    parser.write(textOf(bytes)).close();
  } catch (error) {
    throw error instanceof AppError ? error : malformed(error);
  }
  const [root] = top.children;
  if (!root) throw malformed('there is no element');
  return root;
}

/** UTF-8, with or without its mark; what is none was written by a program that knows no better than Windows-1252. */
export function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

function malformed(cause: unknown): AppError {
  return new AppError('unreadable', 'soap.malformed', 'The envelope is not well-formed XML.', undefined, { cause });
}

function tooComplex(): AppError {
  return new AppError('unreadable', 'soap.too-complex', 'The envelope is nested too deep or has too many elements.');
}
