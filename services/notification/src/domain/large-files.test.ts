import type { StoredFile } from '@helpmesh/contracts';
import fc from 'fast-check';
import { createTransport } from 'nodemailer';
import { describe, expect, it } from 'vitest';
import { encodedBytes, withinLimit } from './large-files.ts';

const MB = 1_000_000;
const file = (filename: string, size: number, inline = false): StoredFile => ({
  ...{ sha256: 'a'.repeat(64), size, filename, contentType: 'application/pdf', inline },
});
const mail = (...attachments: StoredFile[]) => ({ text: 'Here they are.', html: null, attachments });
const names = (files: StoredFile[]) => files.map(({ filename }) => filename);

describe('the files of a mail', () => {
  it('all stay where it is small enough', () => {
    const { kept, linked } = withinLimit(mail(file('a', 5 * MB), file('b', 5 * MB)), 20 * MB);
    expect([names(kept), names(linked)]).toEqual([['a', 'b'], []]);
  });

  it('go as links from the largest on, until the rest fits', () => {
    const files = [file('small', MB), file('large', 9 * MB), file('larger', 12 * MB), file('middle', 2 * MB)];
    const { kept, linked } = withinLimit(mail(...files), 20 * MB);
    expect([names(kept), names(linked)]).toEqual([['small', 'large', 'middle'], ['larger']]);
  });

  it('stay where the text shows them', () => {
    const { kept, linked } = withinLimit(mail(file('picture', 19 * MB, true), file('note', 1_000)), 20 * MB);
    expect([names(kept), names(linked)]).toEqual([['picture'], ['note']]);
  });

  it('either all fit, or none that could go is left', () => {
    const some = fc.array(fc.tuple(fc.integer({ min: 0, max: 30 * MB }), fc.boolean()), { maxLength: 8 });
    fc.assert(
      fc.property(some, fc.integer({ min: 1, max: 40 * MB }), (sizes, limit) => {
        const all = mail(...sizes.map(([size, inline], i) => file(String(i), size, inline)));
        const { kept, linked } = withinLimit(all, limit);
        expect(kept.length + linked.length).toBe(sizes.length);
        expect(linked.every(({ inline }) => !inline)).toBe(true);
        const fits = encodedBytes({ ...all, attachments: kept }) <= limit;
        expect(fits || kept.every(({ inline }) => inline)).toBe(true);
        if (fits && linked.length > 0) {
          const smallest = linked.reduce((one, other) => (other.size < one.size ? other : one));
          expect(encodedBytes({ ...all, attachments: [...kept, smallest] })).toBeGreaterThan(limit);
        }
      }),
    );
  });
});

it.each([0, 1, 10_000, 777_777])('a mail with a file of %d bytes is no larger than was reckoned', async (size) => {
  const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  const text = 'Zażółć gęślą jaźń. '.repeat(50);
  const attachments = [{ filename: 'ä'.repeat(60), content: Buffer.alloc(size, 7) }];
  const { message } = await composer.sendMail({ from: 'a@x.org', to: 'b@x.org', subject: 'x', text, attachments });
  const reckoned = encodedBytes({ text, html: null, attachments: [file('x', size)] });
  expect(reckoned).toBeGreaterThanOrEqual((message as Buffer).length);
  expect(reckoned).toBeLessThan((message as Buffer).length + 12_000);
});
