import { limits } from '../../domain/limits.ts';

/** What Outlook packs into `winmail.dat` ([MS-OXTNEF]): the files, and the body where the mail has none beside it. */
export interface Tnef {
  files: { name: string; type: string | null; contentId: string | null; bytes: Uint8Array<ArrayBuffer> }[];
  text: string;
  html: string;
}

const SIGNATURE = 0x223e9f78;
const ATTACHMENT_LEVEL = 2;
/** Attributes ([MS-OXTNEF] 2.1.3.3), by the lower half of their tag. */
const attributes = {
  body: 0x800c,
  fileData: 0x800f,
  fileTitle: 0x8010,
  fileBegin: 0x9002,
  properties: 0x9003,
  fileProperties: 0x9005,
};
/** Properties ([MS-OXPROPS]) of messages and attachments. */
const props = { body: 0x1000, html: 0x1013, longName: 0x3707, mimeTag: 0x370e, contentId: 0x3712, data: 0x3701 };
/** Property types that have as many values as they say, each with its length. */
const counted = new Set([0x001e, 0x001f, 0x0102, 0x000d]);
const widths: Record<number, number> = {
  ...{ 2: 4, 3: 4, 10: 4, 11: 4, 4: 4 },
  ...{ 5: 8, 6: 8, 7: 8, 20: 8, 64: 8, 72: 16 },
};
const MULTIPLE = 0x1000;
const UNICODE = 0x001f;
const NAMED = 0x8000;

/**
 * Reads the container. What stands behind a place that makes no sense is left out.
 * @returns undefined when it is none
 */
export function readTnef(bytes: Uint8Array<ArrayBuffer>): Tnef | undefined {
  const reader = new Reader(bytes);
  if (reader.left < 6 || reader.u32() !== SIGNATURE) return undefined;
  reader.skip(2);
  const tnef: Tnef = { files: [], text: '', html: '' };
  while (reader.left >= 11 && tnef.files.length <= limits.parts) {
    const level = reader.u8();
    const attribute = reader.u32() & 0xffff;
    const length = reader.u32();
    if (length > reader.left) break;
    const data = reader.take(length);
    reader.skip(2); // a sum of all bytes; mail has better ones
    if (level === ATTACHMENT_LEVEL) readFile(tnef, attribute, data);
    else readMessage(tnef, attribute, data);
  }
  return tnef;
}

function readMessage(tnef: Tnef, attribute: number, data: Uint8Array<ArrayBuffer>): void {
  if (attribute === attributes.body) tnef.text ||= latin1(data);
  if (attribute !== attributes.properties) return;
  for (const { id, type, value } of properties(data)) {
    if (id === props.body) tnef.text = textOf(type, value);
    if (id === props.html) tnef.html = Buffer.from(value).toString();
  }
}

function readFile(tnef: Tnef, attribute: number, data: Uint8Array<ArrayBuffer>): void {
  if (attribute === attributes.fileBegin) {
    tnef.files.push({ name: '', type: null, contentId: null, bytes: new Uint8Array(0) });
    return;
  }
  const file = tnef.files.at(-1);
  if (!file) return;
  if (attribute === attributes.fileTitle) file.name ||= latin1(data);
  if (attribute === attributes.fileData) file.bytes = data;
  if (attribute !== attributes.fileProperties) return;
  for (const { id, type, value } of properties(data)) {
    if (id === props.longName) file.name = textOf(type, value) || file.name;
    if (id === props.mimeTag) file.type = textOf(type, value) || null;
    if (id === props.contentId) file.contentId = textOf(type, value) || null;
    if (id === props.data && file.bytes.length === 0) file.bytes = value;
  }
}

interface Property {
  id: number;
  type: number;
  value: Uint8Array<ArrayBuffer>;
}

/** [MS-OXTNEF] 2.1.3.4; ends at the first thing that is unknown, as nobody can say how long it is. */
function* properties(data: Uint8Array<ArrayBuffer>): Generator<Property> {
  const reader = new Reader(data);
  if (reader.left < 4) return;
  const count = reader.u32();
  for (let n = 0; n < count && reader.left >= 4; n++) {
    const tag = reader.u32();
    const id = tag >>> 16;
    const type = tag & 0xffff & ~MULTIPLE;
    const multiple = (tag & MULTIPLE) !== 0;
    if (id >= NAMED && !reader.skipName()) return;
    const many = counted.has(type);
    const width = widths[type];
    if (!many && width === undefined) return;
    if ((many || multiple) && reader.left < 4) return;
    const values = many || multiple ? reader.u32() : 1;
    for (let at = 0; at < values; at++) {
      if (many && reader.left < 4) return;
      const length = many ? reader.u32() : (width ?? 0);
      if (length > reader.left) return;
      const value = reader.take(length);
      reader.skip((4 - (length % 4)) % 4);
      if (at === 0) yield { id, type, value };
    }
  }
}

/** Of numbers in the byte order of Intel; never beyond the end. */
class Reader {
  private at = 0;
  private readonly bytes: Uint8Array<ArrayBuffer>;
  private readonly view: DataView;

  // The thread runs it as it stands here: types are stripped, and nothing else.
  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  u8(): number {
    this.at += 1;
    return this.view.getUint8(this.at - 1);
  }

  u32(): number {
    this.at += 4;
    return this.view.getUint32(this.at - 4, true);
  }

  /** A copy: what it was taken from may go. */
  take(length: number): Uint8Array<ArrayBuffer> {
    this.at += length;
    return this.bytes.slice(this.at - length, this.at);
  }

  skip(length: number): void {
    this.at = Math.min(this.bytes.length, this.at + length);
  }

  /** The name of a property that has one: a set, then a number or a text. @returns false when it is cut off */
  skipName(): boolean {
    if (this.left < 24) return false;
    this.skip(16);
    const text = this.u32() === 1;
    const length = this.u32();
    if (!text) return true;
    if (length > this.left) return false;
    this.skip(length + ((4 - (length % 4)) % 4));
    return true;
  }
}

const untilNul = (text: string) => text.replace(/\0[\s\S]*$/, '');
const latin1 = (bytes: Uint8Array) => untilNul(Buffer.from(bytes).toString('latin1'));
const textOf = (type: number, value: Uint8Array) =>
  type === UNICODE ? untilNul(Buffer.from(value).toString('utf16le')) : latin1(value);
