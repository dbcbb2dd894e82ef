import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pictureOf } from './picture.ts';

const ascii = (text: string) => Buffer.from(text, 'latin1');
const be = (n: number, bytes: number) => {
  const number = Buffer.alloc(bytes);
  number.writeUIntBE(n, 0, bytes);
  return number;
};
const le = (n: number, bytes: number) => Buffer.from(be(n, bytes)).reverse();
const riff = (chunk: string, content: Buffer) =>
  Buffer.concat([ascii('RIFF'), le(40, 4), ascii(`WEBP${chunk}`), le(content.length, 4), content, Buffer.alloc(12)]);

const pictures = {
  png: Buffer.concat([ascii('\x89PNG\r\n\x1a\n'), be(13, 4), ascii('IHDR'), be(640, 4), be(480, 4)]),
  gif: Buffer.concat([ascii('GIF89a'), le(640, 2), le(480, 2)]),
  jpeg: Buffer.concat([
    ...[ascii('\xff\xd8\xff\xe1'), be(10, 2), ascii('Exif\0\0\xff\xc0')],
    // A table between them, whose marker is near that of a frame, and a byte that fills up.
    ...[ascii('\xff\xff\xc4'), be(4, 2), ascii('xx'), ascii('\xff\xc2'), be(17, 2), ascii('\x08')],
    ...[be(480, 2), be(640, 2), ascii('\x03')],
  ]),
  lossyWebp: riff('VP8 ', Buffer.concat([ascii('\0\0\0\x9d\x01\x2a'), le(640 | 0x4000, 2), le(480, 2)])),
  losslessWebp: riff('VP8L', Buffer.concat([ascii('\x2f'), le(((639 | (479 << 14)) >>> 0) as number, 4)])),
  extendedWebp: riff('VP8X', Buffer.concat([ascii('\x10\0\0\0'), le(639, 3), le(479, 3)])),
};

describe('what an image is', () => {
  it.each(Object.entries(pictures))('is read from the bytes of a %s', (name, bytes) => {
    const type = `image/${name.replace(/^(lossy|lossless|extended)W/, 'w')}`;
    expect(pictureOf(bytes)).toEqual({ type, width: 640, height: 480 });
  });

  it.each([
    ['a drawing that can carry programs', ascii('<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>')],
    ['a page', ascii('<!DOCTYPE html><script>x()</script>')],
    ['a page that begins like a picture', Buffer.concat([ascii('GIF8<script>'), Buffer.alloc(20)])],
    ['a picture without an extent', Buffer.concat([ascii('GIF89a'), le(0, 2), le(480, 2)])],
    ['nothing', Buffer.alloc(0)],
  ])('%s is none', (_what, bytes) => {
    expect(pictureOf(bytes)).toBeUndefined();
  });

  it('neither fails nor waits on any bytes, also behind the beginning of a picture', () => {
    const starts = Object.values(pictures).flatMap((whole) => [whole, whole.subarray(0, 12), whole.subarray(0, 3)]);
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 200 }), (start, rest) => {
        const found = pictureOf(Buffer.concat([start, rest]));
        if (found) expect(found.width * found.height).toBeGreaterThan(0);
      }),
    );
  });
});
