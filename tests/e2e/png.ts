import { crc32, deflateSync } from 'node:zlib';

/** A black square, as PNG. */
export function blackSquare(px: number): Buffer {
  const number = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const chunk = (type: string, data: Buffer) => {
    const named = Buffer.concat([Buffer.from(type), data]);
    return Buffer.concat([number(data.length), named, number(crc32(named))]);
  };
  // Eight bits of grey; before each line stands how it is filtered: not at all.
  const head = Buffer.concat([number(px), number(px), Buffer.from([8, 0, 0, 0, 0])]);
  const lines = deflateSync(Buffer.alloc(px * (px + 1)));
  const begin = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([begin, chunk('IHDR', head), chunk('IDAT', lines), chunk('IEND', Buffer.alloc(0))]);
}
