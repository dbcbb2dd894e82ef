/** Writes winmail.dat as Outlook does ([MS-OXTNEF]), as far as tests want it. */
export function tnef(parts: {
  text?: string;
  html?: string;
  files?: { name: string; longName?: string; type?: string; contentId?: string; bytes: Buffer }[];
}): Buffer {
  const chunks = [u32(0x223e9f78), u16(1), attribute(1, 0x00089006, Buffer.from([0, 0, 1, 0]))];
  const message: Buffer[] = [];
  if (parts.text !== undefined) message.push(property(0x1000, 0x001f, utf16(parts.text)));
  // A property with a name, of a type of fixed width, in between: it has to be stepped over.
  message.push(u32((0x8001 << 16) | 0x0003), Buffer.alloc(16), u32(0), u32(7), u32(1));
  if (parts.html !== undefined) message.push(property(0x1013, 0x0102, Buffer.from(parts.html)));
  const count = 1 + Number(parts.text !== undefined) + Number(parts.html !== undefined);
  chunks.push(attribute(1, 0x00069003, Buffer.concat([u32(count), ...message])));
  for (const { name, longName, type, contentId, bytes } of parts.files ?? []) {
    chunks.push(attribute(2, 0x00069002, Buffer.alloc(14)));
    chunks.push(attribute(2, 0x00018010, Buffer.from(`${name}\0`, 'latin1')), attribute(2, 0x0006800f, bytes));
    const more = [
      ...(longName === undefined ? [] : [property(0x3707, 0x001f, utf16(longName))]),
      ...(type === undefined ? [] : [property(0x370e, 0x001e, Buffer.from(`${type}\0`))]),
      ...(contentId === undefined ? [] : [property(0x3712, 0x001f, utf16(contentId))]),
    ];
    chunks.push(attribute(2, 0x00069005, Buffer.concat([u32(more.length), ...more])));
  }
  return Buffer.concat(chunks);
}

function attribute(level: number, tag: number, data: Buffer): Buffer {
  const sum = data.reduce((total, byte) => (total + byte) & 0xffff, 0);
  return Buffer.concat([Buffer.from([level]), u32(tag), u32(data.length), data, u16(sum)]);
}

function property(id: number, type: number, value: Buffer): Buffer {
  const padding = Buffer.alloc((4 - (value.length % 4)) % 4);
  return Buffer.concat([u32(((id << 16) | type) >>> 0), u32(1), u32(value.length), value, padding]);
}

const utf16 = (text: string) => Buffer.from(`${text}\0`, 'utf16le');

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}
