import { describe, expect, it } from 'vitest';
import { limits } from '../../src/domain/limits.ts';
import type { ParsedMail } from '../../src/domain/parsed-mail.ts';
import { parseHead, parseMail } from '../../src/mail/parser/parse-mail.ts';
import { hostileMail } from './hostile.ts';

const MAILS = 1_000;
const TOGETHER = 100;

/** Everything that goes on to others keeps to its limits, and is text that a database takes. */
function keepsToLimits(mail: ParsedMail): void {
  expect(Buffer.byteLength(mail.text)).toBeLessThanOrEqual(limits.bodyBytes);
  expect(Buffer.byteLength(mail.html ?? '')).toBeLessThanOrEqual(limits.bodyBytes);
  expect(mail.subject.length).toBeLessThanOrEqual(limits.subjectLength);
  expect(mail.to.length + mail.cc.length).toBeLessThanOrEqual(2 * limits.correspondents);
  expect(mail.references.length).toBeLessThanOrEqual(limits.references);
  expect(mail.bounce?.recipients.length ?? 0).toBeLessThanOrEqual(50);
  const { attachments, ...words } = mail;
  const told = JSON.stringify([words, attachments.map(({ bytes: _, ...file }) => file)]);
  expect(told).not.toMatch(/\\u0000|\\ud[89a-f]/i);
  expect(mail.html ?? '').not.toMatch(/<script|url\(|href="javascript:|<svg/i);
  expect(new Set(attachments.map(({ filename }) => filename)).size).toBe(attachments.length);
  for (const { address } of [...mail.to, ...mail.cc, ...(mail.from ? [mail.from] : [])]) {
    expect(address).toMatch(/^[^\s<>]+@[^\s<>@]+$/);
  }
}

describe('hostile mails', () => {
  it.each(Array.from({ length: MAILS / TOGETHER }, (_, n) => n * TOGETHER))(
    '%i and the next hundred',
    async (first) => {
      for (let seed = first; seed < first + TOGETHER; seed++) {
        const raw = new Uint8Array(hostileMail(seed));
        try {
          keepsToLimits(await parseMail(raw));
        } catch (error) {
          if (!(error instanceof Error) || error.name === 'AssertionError')
            throw new Error(`mail ${seed}`, { cause: error });
          // Too much for the parser: it is set aside with what can be had of its header.
          expect(error.message, `mail ${seed}`).not.toBe('');
        }
        keepsToLimits(await parseHead(raw));
      }
    },
  );

  it('are the same each time, and differ', () => {
    const all = Array.from({ length: MAILS }, (_, seed) => hostileMail(seed).toString('latin1'));
    expect(hostileMail(7).toString('latin1')).toBe(all[7]);
    expect(new Set(all).size).toBeGreaterThan(MAILS * 0.95);
  });
});
