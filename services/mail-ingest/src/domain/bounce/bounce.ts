import { limits } from '../limits.ts';
import { messageIdOf } from '../message-ids.ts';
import { oneLine } from '../text.ts';

/** What a mail server says of a mail that it could not deliver, or not yet. */
export interface Bounce {
  /** `permanent`: it gave up. `temporary`: it still tries. */
  kind: 'permanent' | 'temporary';
  /** Of the mail that did not arrive; null where the report does not show it. */
  messageId: string | null;
  /** Whom it did not reach, as far as the report names them. */
  recipients: FailedRecipient[];
}

export interface FailedRecipient {
  /** Lower case. */
  address: string;
  /** RFC 3463, `5.1.1`. */
  status: string | null;
  /** In the words of the server. */
  reason: string;
}

/** The parts of a mail that may tell of a failure. */
export interface Report {
  /** Content of `message/delivery-status`; null: there is no such part. */
  status: string | null;
  /** The mail that came back, or its header; null: there is no such part. */
  original: string | null;
  /** Values of X-Failed-Recipients. */
  failed: readonly string[];
  /** What people are to read. */
  text: string;
}

/** Named by one report at most; a mail of ours goes to no more at once. */
const RECIPIENTS = 50;
const REASON_LENGTH = 500;
/** Of the text and of the original; what matters stands in front. */
const READ = 64 * 1024;
const ADDRESS = /[^\s<>"'(),:;@]{1,64}@[a-z0-9][a-z0-9.-]{0,252}[a-z0-9]/i;
const STATUS = /\b([245]\.\d{1,3}\.\d{1,3})\b/;

/** @returns null when the mail tells of no failure: of success, for instance */
export function bounceIn(report: Report): Bounce | null {
  const told = report.status === null ? undefined : reported(report.status.slice(0, READ));
  if (told === null) return null;
  const found = told ?? guessed({ ...report, text: report.text.slice(0, READ) });
  return found && { ...found, messageId: messageIdIn(report) };
}

type Found = Omit<Bounce, 'messageId'>;

/**
 * RFC 3464 2: a block of fields for the message, then one for each recipient.
 * @returns null when nothing failed; undefined when it cannot be read
 */
function reported(status: string): Found | null | undefined {
  const blocks = status
    .replaceAll('\r\n', '\n')
    .split(/\n[ \t]*\n/)
    .map(fieldsOf);
  const about = blocks.filter((fields) => fields.has('action') || fields.has('final-recipient'));
  if (about.length === 0) return undefined;
  const failures = about.filter((fields) => ['failed', 'delayed'].includes(actionOf(fields)));
  const kind = failures.some((fields) => actionOf(fields) === 'failed') ? 'permanent' : 'temporary';
  const recipients = failures
    .filter((fields) => actionOf(fields) === 'failed' || kind === 'temporary')
    .flatMap((fields): FailedRecipient[] => {
      // Who was written to says more than where that was forwarded to.
      const address =
        addressIn(fields.get('original-recipient') ?? '') ?? addressIn(fields.get('final-recipient') ?? '');
      if (address === undefined) return [];
      const said = fields.get('diagnostic-code')?.replace(/^[a-z0-9-]+\s*;\s*/i, '') ?? '';
      return [{ address, status: statusIn(fields.get('status') ?? '') ?? statusIn(said), reason: brief(said) }];
    });
  return failures.length === 0 ? null : { kind, recipients: unique(recipients) };
}

/** Servers that write for people only: qmail, Exim, and whoever followed them. */
function guessed({ text, failed }: Report): Found | null {
  const own = text.split(/^-{3,} ?(?:this is a copy|below this line|original message|returned message)/im)[0] as string;
  const delayed =
    /\b(?:has been delayed|delayed mail|not yet been delivered|will (?:be retried|keep trying|continue to))\b/i;
  const given =
    /\b(?:could not be delivered|undeliver|delivery (?:has |to the following [a-z ]{0,30})?failed|failed permanently|permanent (?:fatal )?error|didn't reach|did not reach|wasn't able to deliver|returned to sender|gave up)/i;
  const kind =
    delayed.test(own) && !/\b(?:gave up|giving up|failed permanently)\b/i.test(own) ? 'temporary' : 'permanent';
  const named = failed.flatMap((value) => value.split(',')).flatMap((one) => addressIn(one) ?? []);
  const lines = own.split(/\r?\n/);
  const said = lines.flatMap((line, n): FailedRecipient[] => {
    const [, address] = new RegExp(`^\\s{0,8}<?(${ADDRESS.source})>?:?\\s*(?:\\(.{0,100}\\))?$`, 'i').exec(line) ?? [];
    if (address === undefined) return [];
    const words = paragraph(lines, n + 1);
    return [{ address: address.toLowerCase(), status: statusIn(words), reason: brief(words) }];
  });
  if (named.length === 0 && !given.test(own) && !delayed.test(own)) return null;
  const known = new Map(said.map((one) => [one.address, one]));
  const recipients = named.map((address) => known.get(address) ?? { address, status: statusIn(own), reason: '' });
  return { kind, recipients: unique(named.length > 0 ? recipients : said) };
}

/** The id of the mail that came back. */
function messageIdIn({ original, status, text }: Report): string | null {
  for (const source of [original, status, text]) {
    const value =
      source &&
      /^[ \t>]{0,8}(?:original-)?message-id:[ \t]*(?:\r?\n[ \t]+)?([^\r\n]{1,1000})/im.exec(source.slice(0, READ))?.[1];
    const id = messageIdOf(value || undefined);
    if (id !== null) return id;
  }
  return null;
}

function fieldsOf(block: string): Map<string, string> {
  const lines = block.replaceAll(/\n[ \t]+/g, ' ').split('\n');
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const colon = line.indexOf(':');
      return colon > 0 ? [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]] : [];
    }),
  );
}

function actionOf(fields: ReadonlyMap<string, string>): string {
  const said = fields
    .get('action')
    ?.toLowerCase()
    .split(/[\s;(]/)[0];
  if (said) return said;
  // Some servers leave it out; the status says the same.
  return fields.get('status')?.startsWith('5') ? 'failed' : fields.get('status')?.startsWith('4') ? 'delayed' : '';
}

/** What stands below a recipient, up to the next empty line. */
function paragraph(lines: readonly string[], from: number): string {
  const end = lines.findIndex((line, n) => n >= from && line.trim() === '');
  return lines.slice(from, Math.min(end < 0 ? lines.length : end, from + 8)).join(' ');
}

function addressIn(value: string): string | undefined {
  return ADDRESS.exec(value.slice(0, limits.addressLength * 2).replace(/^[a-z0-9-]+\s*;\s*/i, ''))?.[0].toLowerCase();
}

const statusIn = (words: string): string | null => STATUS.exec(words)?.[1] ?? null;
const brief = (words: string): string => oneLine(words.replaceAll(/\s+/g, ' ').trim(), REASON_LENGTH);
const unique = (all: readonly FailedRecipient[]): FailedRecipient[] =>
  [...new Map(all.map((one) => [one.address, one])).values()].slice(0, RECIPIENTS);
