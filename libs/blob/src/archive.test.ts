import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { fromBufferPromise } from 'yauzl';
import { Archive } from './archive.ts';

const MEGABYTE = 1 << 20;
const noise = randomBytes(MEGABYTE / 16);

describe('an archive', () => {
  it('reads its content no faster than it is taken itself, and one entry after the other', async () => {
    const archive = new Archive(new Date());
    let [given, taken, most] = [0, 0, 0];
    function* content(): Generator<Buffer> {
      for (let left = 8 * MEGABYTE; left > 0; left -= noise.length) {
        given += noise.length;
        most = Math.max(most, given - taken);
        yield noise;
      }
    }
    const writing = (async () => {
      for (const name of ['a', 'b']) await archive.add(name, Readable.from(content()));
      archive.end();
    })();
    for await (const chunk of archive.output) taken += (chunk as Buffer).length;
    await writing;
    expect(given).toBe(16 * MEGABYTE);
    expect(most).toBeLessThan(2 * MEGABYTE);
  });

  it('gives back what was put into it, whatever it is called', async () => {
    const archive = new Archive(new Date('2026-03-02T09:00:00Z'));
    const whole = buffer(archive.output);
    await archive.add('a/ü.json', Buffer.from('{}'));
    await archive.add('empty', Readable.from([]));
    archive.end();
    const zip = await fromBufferPromise(await whole);
    const texts: [string, string][] = [];
    for await (const entry of zip.eachEntry()) {
      texts.push([entry.fileName, (await buffer(await zip.openReadStreamPromise(entry))).toString()]);
    }
    expect(texts).toEqual([
      ['a/ü.json', '{}'],
      ['empty', ''],
    ]);
  });

  it('fails with its content, and whoever reads it fails as well', async () => {
    const archive = new Archive(new Date());
    const whole = buffer(archive.output);
    const broken = new Readable({
      read() {
        this.destroy(new Error('disk'));
      },
    });
    await Promise.all([
      expect(archive.add('a', broken)).rejects.toThrow('disk'),
      expect(whole).rejects.toThrow('disk'),
    ]);
  });

  it('ends when nobody reads it any more', async () => {
    const archive = new Archive(new Date());
    const endless = Readable.from(
      (function* () {
        for (;;) yield noise;
      })(),
    );
    const adding = archive.add('a', endless);
    archive.output.destroy(new Error('store full'));
    await expect(adding).rejects.toThrow('store full');
    expect(endless.destroyed).toBe(true);
  });
});
