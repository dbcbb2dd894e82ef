import { contentTypeOf, decodedBody, type Entity, entityIn } from './mime.ts';

const MARK = '-----BEGIN PGP ';
const kinds = {
  message: { first: '-----BEGIN PGP MESSAGE-----', last: '-----END PGP MESSAGE-----' },
  cleartext: { first: '-----BEGIN PGP SIGNED MESSAGE-----', last: '-----END PGP SIGNATURE-----' },
} as const;

export interface Inline {
  kind: keyof typeof kinds;
  armoured: Buffer;
  /** Nothing else stands in the text: around a part of it, others could put words of theirs. */
  alone: boolean;
}

/** An OpenPGP message in the text of a mail. */
export function inlineIn(entity: Entity): Inline | null {
  const { headers, body } = entity;
  const packed = headers.get('content-transfer-encoding')?.[0]?.toLowerCase() === 'base64';
  // Looked at in every mail: of most of them this is all.
  if (!packed && !body.includes(MARK)) return null;
  const decoded = decodedBody(entity);
  if (!decoded?.includes(MARK)) return null;
  const text = decoded.toString('latin1').trim();
  for (const kind of ['message', 'cleartext'] as const) {
    const { first, last } = kinds[kind];
    const start = startOfLine(text, first);
    if (start === -1) continue;
    const alone = start === 0 && text.endsWith(last) && text.indexOf(last) === text.length - last.length;
    return { kind, armoured: Buffer.from(text, 'latin1'), alone };
  }
  return null;
}

function startOfLine(text: string, line: string): number {
  for (let at = text.indexOf(line); at !== -1; at = text.indexOf(line, at + 1)) {
    if (at === 0 || text[at - 1] === '\n') return at;
  }
  return -1;
}

/** What stood in the text, as a part of its own; what is no text is a file. @param around  where it stood */
export function textEntity(words: Buffer, around: Entity | null): Entity {
  if (words.includes(0)) {
    const head =
      'Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="decrypted.bin"\r\n\r\n';
    return entityIn(Buffer.concat([Buffer.from(head), words]));
  }
  const named = around && contentTypeOf(around)?.params.get('charset');
  const charset = isUtf8(words) ? 'utf-8' : /^[\w.:-]{1,40}$/.test(named ?? '') ? named : 'windows-1252';
  const head = `Content-Type: text/plain; charset=${charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n`;
  return entityIn(Buffer.concat([Buffer.from(head), words]));
}

function isUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
