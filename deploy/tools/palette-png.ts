import { crc32, deflateSync, inflateSync } from 'node:zlib';

type Colour = number;

/**
 * The same picture with at most 256 colours: a third of the size for pages, whose colours are few.
 * @param png  8-bit RGB without interlacing, as Chromium writes screenshots
 * @throws Error when it is of another kind
 */
export function palettePng(png: Buffer): Buffer {
  const { width, height, pixels } = decode(png);
  const counts = new Map<Colour, number>();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const palette = choose([...counts].sort((a, b) => b[1] - a[1]).map(([colour]) => colour));
  const indexOf = new Map([...counts.keys()].map((colour) => [colour, nearest(palette, colour)]));
  const rows = Buffer.alloc(height * (width + 1));
  for (const [i, pixel] of pixels.entries()) {
    rows[Math.floor(i / width) * (width + 1) + 1 + (i % width)] = indexOf.get(pixel) ?? 0;
  }
  const colours = Buffer.alloc(palette.length * 3);
  for (const [i, colour] of palette.entries()) colours.writeUIntBE(colour, i * 3, 3);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3], 8); // bits per pixel, "by palette"
  const data = deflateSync(rows, { level: 9, memLevel: 9 });
  return Buffer.concat([
    png.subarray(0, 8),
    chunk('IHDR', head),
    chunk('PLTE', colours),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The most frequent colours that are not almost the same as a more frequent one. */
function choose(byFrequency: Colour[]): Colour[] {
  for (let apart = 0; ; apart += 2) {
    const palette: Colour[] = [];
    for (const colour of byFrequency) {
      if (palette.every((known) => distance(known, colour) > apart ** 2)) palette.push(colour);
      if (palette.length > 256) break;
    }
    if (palette.length <= 256) return palette;
  }
}

const nearest = (palette: Colour[], colour: Colour): number =>
  palette.reduce((best, each, i) => (distance(each, colour) < distance(palette[best] ?? 0, colour) ? i : best), 0);

/** Squared. */
const distance = (a: Colour, b: Colour): number =>
  ((a >> 16) - (b >> 16)) ** 2 + (((a >> 8) & 255) - ((b >> 8) & 255)) ** 2 + ((a & 255) - (b & 255)) ** 2;

function decode(png: Buffer): { width: number; height: number; pixels: Uint32Array } {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  if (!png.subarray(24, 29).equals(Buffer.from([8, 2, 0, 0, 0]))) throw new Error('not an 8-bit RGB PNG');
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  const filtered = inflateSync(Buffer.concat(parts));
  const size = width * 3;
  const rgb = Buffer.alloc(height * size);
  const pixels = new Uint32Array(width * height);
  for (let y = 0; y < height; y++) {
    const filter = filtered[y * (size + 1)] ?? 0;
    for (let x = 0; x < size; x++) {
      const at = y * size + x;
      const left = x < 3 ? 0 : (rgb[at - 3] ?? 0);
      const up = y === 0 ? 0 : (rgb[at - size] ?? 0);
      const corner = x < 3 || y === 0 ? 0 : (rgb[at - size - 3] ?? 0);
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
      rgb[at] = (filtered[y * (size + 1) + 1 + x] ?? 0) + guess;
    }
  }
  for (let i = 0; i < pixels.length; i++) pixels[i] = rgb.readUIntBE(i * 3, 3);
  return { width, height, pixels };
}

/** The neighbour nearest to left + up - corner, as the PNG specification breaks ties. */
function paeth(left: number, up: number, corner: number): number {
  const [toLeft, toUp, toCorner] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
