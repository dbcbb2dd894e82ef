import { describe, expect, it } from 'vitest';
import { classify } from '../../src/domain/automatic/classify.ts';
import { parseMail } from '../../src/mail/parser/parse-mail.ts';
import { corpus } from './themes.ts';
import type { Expected } from './write.ts';

/** What was read of it, as far as it is expected to be known. */
async function readAs(raw: Buffer, is: Expected): Promise<Expected> {
  const mail = await parseMail(new Uint8Array(raw));
  const facts = {
    header: (name: string) => mail.headers[name] ?? [],
    ...{ envelopeFrom: null, from: mail.from?.address ?? null, messageId: mail.messageId },
    ...{ isOurMessageId: () => false, isOurAddress: () => false },
  };
  const all: Required<Expected> = {
    ...{ subject: mail.subject, from: mail.from?.address ?? null, name: mail.from?.name ?? '', date: mail.date },
    ...{ to: mail.to.map(({ address }) => address), messageId: mail.messageId, text: mail.text.trim() },
    html: typeof is.html === 'string' && mail.html?.includes(is.html) ? is.html : mail.html,
    files: mail.attachments.map(({ filename, contentType }) => [filename, contentType]),
    contents: mail.attachments.map(({ bytes }) => Buffer.from(bytes).toString()),
    inline: mail.attachments.flatMap(({ inline, contentId }) => (inline && contentId !== null ? [contentId] : [])),
    ...{ automatic: classify(facts).automatic, bounce: mail.bounce },
  };
  return Object.fromEntries(Object.entries(all).filter(([what]) => what in is));
}

describe.each([...new Set(corpus.map(({ theme }) => theme))])('%s', (theme) => {
  it.each(corpus.filter((mail) => mail.theme === theme))('$name', async ({ raw, is }) => {
    expect(await readAs(raw, is)).toEqual(is);
  });
});

it('has mails of every theme, each once', () => {
  expect(corpus.length).toBeGreaterThanOrEqual(150);
  expect(new Set(corpus.map(({ theme, name }) => `${theme} ${name}`)).size).toBe(corpus.length);
});
