import PostalMime, { type Email } from 'postal-mime';
import { describe, expect, it } from 'vitest';
import type { ParsedMail } from '../../src/domain/parsed-mail.ts';
import { parseMail } from '../../src/mail/parser/parse-mail.ts';
import { corpus } from './themes.ts';
import type { CorpusMail } from './write.ts';

/** What both parsers say of a mail, in a form in which it can be compared. */
interface Said {
  subject: string;
  from: string;
  to: string;
  messageId: string;
  date: string;
  text: string;
  /** One a line. */
  fileNames: string;
  contents: string;
}

const APART = '\0apart\0';
const words = (text: string) => text.replaceAll(/\s+/g, ' ').trim();

function ours({ subject, from, to, messageId, date, text, attachments }: ParsedMail): Said {
  const files = {
    fileNames: attachments.map(({ filename }) => filename).join('\n'),
    contents: attachments.map(({ bytes }) => Buffer.from(bytes).toString('latin1')).join(APART),
  };
  const addresses = to.map(({ address }) => address).join(', ');
  const said = { subject: words(subject), from: from?.address ?? '', to: addresses, messageId: messageId ?? '' };
  return { ...said, date: date ?? '', text: words(text), ...files };
}

function theirs({ subject, from, to, messageId, date, text, attachments }: Email): Said {
  const files = {
    fileNames: attachments.map(({ filename }) => filename ?? '').join('\n'),
    contents: attachments.map(({ content }) => latin1(content)).join(APART),
  };
  const addresses = (to ?? []).flatMap(({ address, group }) =>
    (group ?? [{ address }]).map((one) => one.address ?? ''),
  );
  const said = { subject: words(subject ?? ''), from: from?.address ?? '', to: addresses.join(', ') };
  return { ...said, messageId: messageId ?? '', date: date ?? '', text: words(text ?? ''), ...files };
}

const latin1 = (content: string | ArrayBuffer | Uint8Array) =>
  typeof content === 'string' ? content : Buffer.from(content as Uint8Array).toString('latin1');

interface Difference {
  mail: CorpusMail;
  what: keyof Said;
  here: string;
  there: string;
}

/** Why the two may say something else, by name. The first that fits explains a difference. */
const rules: Record<string, (difference: Difference) => boolean> = {
  'a page has words, too': ({ what, there, mail }) =>
    what === 'text' && there === '' && mail.is.html !== null && has(mail, 'text/html'),
  'what cannot be taken apart is shown as it came': ({ what, here, there, mail }) =>
    what === 'text' && there === '' && words(mail.raw.toString()).includes(here),
  'mails of a digest are not set apart by a line': ({ what, here, there }) =>
    what === 'text' && there.replaceAll('------------ ', '') === here,
  'what other programs packed is unpacked': ({ what, mail }) =>
    ['text', 'fileNames', 'contents'].includes(what) && (has(mail, 'application/ms-tnef') || has(mail, 'begin 644')),
  'an invitation has words': ({ what, there, mail }) => what === 'text' && there === '' && has(mail, 'text/calendar'),
  'a file has a name that is safe on every disk': ({ what, here, there }) =>
    what === 'fileNames' &&
    pairs(here, there, '\n').every(
      ([safe, given]) => safe !== '' && (safe === given || given === '' || UNSAFE.test(given)),
    ),
  'a text that is a file has the line breaks it came with': ({ what, here, there }) =>
    what === 'contents' && pairs(here, there, APART).every(([one, other]) => unbroken(one) === unbroken(other)),
  'a Sender stands in for From': ({ what, there, mail }) => what === 'from' && there === '' && has(mail, '\nSender:'),
  'a subject ends at our limit': ({ what, here, there }) =>
    what === 'subject' && here.length > 900 && there.startsWith(here.slice(0, -1)),
  'an id has brackets': ({ what, here, there }) => what === 'messageId' && here === `<${there}>`,
  'a date that is none is no date': ({ what, here, there }) =>
    what === 'date' && here === '' && Number.isNaN(Date.parse(there)),
};

const UNSAFE = /[/\\\p{Cf}]/u;
const has = ({ raw }: CorpusMail, sign: string) => raw.includes(sign, 0, 'latin1');
const unbroken = (text: string) => text.replaceAll(/\r?\n/g, '');
/** Side by side; of lists of different lengths the rest stands beside nothing. */
function pairs(here: string, there: string, apart: string): [string, string][] {
  const others = there.split(apart);
  const ones = here.split(apart);
  return Array.from({ length: Math.max(ones.length, others.length) }, (_, n) => [ones[n] ?? '', others[n] ?? '\0']);
}

const used = new Set<string>();

describe('mailparser and postal-mime say the same of', () => {
  it.each(corpus)('$theme: $name', async (mail) => {
    const here = ours(await parseMail(new Uint8Array(mail.raw)));
    const there = theirs(await PostalMime.parse(mail.raw));
    const unexplained = (Object.keys(here) as (keyof Said)[]).filter((what) => {
      if (here[what] === there[what]) return false;
      const difference = { mail, what, here: here[what], there: there[what] };
      const rule = Object.entries(rules).find(([, explains]) => explains(difference))?.[0];
      if (rule !== undefined) used.add(rule);
      return rule === undefined;
    });
    expect(unexplained.map((what) => ({ what, here: here[what], there: there[what] }))).toEqual([]);
  });

  it('nothing that a rule does not explain, and every rule explains something', () => {
    expect(Object.keys(rules).filter((rule) => !used.has(rule))).toEqual([]);
  });
});
