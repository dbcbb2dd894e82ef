import type { Readable } from 'node:stream';
import { type AttachmentStream, type HeaderLines, type Headers, MailParser, type MessageText } from 'mailparser';
import { limits } from '../../domain/limits.ts';

/** A file of a mail, or one within another. */
export interface MimeFile {
  part: Pick<AttachmentStream, 'contentType'> &
    Partial<Pick<AttachmentStream, 'filename' | 'cid' | 'related' | 'contentDisposition'>>;
  bytes: Uint8Array<ArrayBuffer>;
}

export interface MimeMail {
  headers: Headers;
  lines: HeaderLines;
  /** Plain parts one after the other; empty when there are none. */
  text: string;
  /** HTML parts, with the plain parts that stand beside (not as an alternative to) them. */
  html: string;
  /** The mail has plain parts beside HTML parts: only `html` has all words, in order. */
  mixed: boolean;
  attachments: MimeFile[];
}

/** mailparser without the conversions that we do ourselves, with caps, or not at all. */
class Parser extends MailParser {
  mixed = false;

  constructor() {
    super({
      skipHtmlToText: true,
      skipTextLinks: true,
      skipImageLinks: true,
      checksumAlgo: false,
      keepDeliveryStatus: true,
      ignoreEmbedded: true,
      maxHeadSize: limits.headerBytes,
      maxChildNodes: limits.parts,
    });
  }

  /**
   * Called for each plain part beside HTML while `html` is being put together, and afterwards once more for all text,
   * for a form of it that nobody uses.
   */
  override textToHtml(text: string): string {
    if (typeof this.html === 'string') return '';
    this.mixed = true;
    const escaped = text.replace(/[&<>]/g, (sign) => (sign === '&' ? '&amp;' : sign === '<' ? '&lt;' : '&gt;'));
    return `<p>${escaped.trim().replace(/\r?\n/g, '<br>\n')}</p>`;
  }
}

/** Takes a mail apart. @throws Error when it breaks the limits of header size or parts, or the parser gives up */
export function readMime(raw: Uint8Array): Promise<MimeMail> {
  return new Promise((resolve, reject) => {
    const parser = new Parser();
    const mail = { headers: new Map() as Headers, lines: [] as HeaderLines, text: '', html: '', mixed: false };
    const attachments: Promise<MimeFile>[] = [];
    parser.on('headers', (headers: Headers) => {
      mail.headers = headers;
    });
    parser.on('headerLines', (lines: HeaderLines) => {
      mail.lines = lines;
    });
    parser.on('data', (item: AttachmentStream | MessageText) => {
      if (item.type === 'text') {
        mail.text = item.text ?? '';
        mail.html = item.html ?? '';
        mail.mixed = parser.mixed;
        return;
      }
      const attachment = collect(item.content).then((bytes) => {
        item.release?.();
        return { part: item, bytes };
      });
      attachment.catch(reject);
      attachments.push(attachment);
    });
    parser.once('error', reject);
    // The parser may be done before the last content was collected.
    parser.once('end', () => {
      Promise.all(attachments).then((all) => resolve({ ...mail, attachments: all }), reject);
    });
    parser.end(raw);
  });
}

async function collect(stream: Readable): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
