import { isIP } from 'node:net';
import type { ClaimedMail } from '../../domain/inbound-mail.ts';
import type { ParsedMail } from '../../domain/parsed-mail.ts';
import { resultsIn, serverOf } from '../../domain/proof/authentication-results.ts';
import { clientOf, hopProof, type Proof, proofOf } from '../../domain/proof/proof.ts';
import { clientBehind } from '../../domain/proof/received.ts';
import type { MailProver } from '../ports.ts';
import { type Networks, networkList } from './networks.ts';
import type { SenderPolicyBook } from './sender-policy-book.ts';

/** More signatures than any honest mail carries; each costs a question and a look at the whole mail. */
const SIGNATURES = 8;

/** Finds out whether the domain that a mail names as its sender stands behind it. */
export class ProveSender {
  constructor(
    private readonly prover: MailProver,
    private readonly book: Pick<SenderPolicyBook, 'policy' | 'trusted' | 'byReplyTo'>,
    /** Servers of our own with public addresses, which hand mails on. */
    private readonly isRelay: Networks = () => false,
  ) {}

  /** Mails whose senders are not proven are to wait. */
  get demanded(): boolean {
    return this.book.policy === 'suspend';
  }

  /** How mails name their senders by Reply-To; undefined: they do not. */
  get replyToSpeaks(): 'with-its-name' | 'with-name-of-from' | undefined {
    const { byReplyTo } = this.book;
    if (byReplyTo === 'off') return undefined;
    return byReplyTo === 'as_sender_of_email' ? 'with-its-name' : 'with-name-of-from';
  }

  /** @returns null when there is nothing to look at, or nobody wants to know. Never throws: no mail waits for it. */
  async run(mail: ClaimedMail, parsed: ParsedMail, raw: Uint8Array<ArrayBuffer>): Promise<Proof | null> {
    const domain = parsed.from?.address.split('@').at(-1)?.toLowerCase();
    if (this.book.policy === 'off' || domain === undefined) return null;
    const { trusted } = this.book;
    const border = clientAtTheBorder(mail);
    const relayed = border !== null && this.isRelay(border.ip);
    const said = border && !relayed ? null : saidByTrusted(parsed, trusted, domain);
    if (said) return said;
    const client = relayed ? this.behindRelays(parsed) : border;
    const signatures = parsed.headers['dkim-signature']?.length ?? 0;
    const signed = signatures > 0 || (parsed.headers['arc-seal']?.length ?? 0) > 0;
    if (!client && !signed) return null;
    const nobody = { on: null, by: null, domain };
    if (signatures > SIGNATURES) return { ...nobody, result: 'fail' };
    const found = await this.prover.look(raw, { client, sender: mail.from ?? '' });
    // What a stranger can bring about must not be worth more than the truth.
    if (found === 'too-much') return { ...nobody, result: 'fail' };
    return found === 'unknown' ? { ...nobody, result: 'unknown' } : proofOf(found, trusted, client !== null);
  }

  /** What private networks of our own sent says no more than it does when it comes straight. */
  private behindRelays({ headers }: ParsedMail): { ip: string; helo: string } | null {
    const client = clientBehind(headers.received ?? [], this.isRelay);
    return client && isIP(client.ip) > 0 && !isInHouse(client.ip) ? client : null;
  }
}

/** Who handed the mail over to the desk, where that says something: not a mailbox, nor a relay of our own. */
function clientAtTheBorder(mail: ClaimedMail): { ip: string; helo: string } | null {
  const client = mail.channel === 'smtp' ? clientOf(mail.client) : null;
  return client && isIP(client.ip) > 0 && !isInHouse(client.ip) ? client : null;
}

/** Of several headers of one server the topmost is the last one, written by whoever handed the mail on to us. */
function saidByTrusted({ headers }: ParsedMail, trusted: readonly string[], domain: string): Proof | null {
  if (trusted.length === 0) return null;
  for (const value of headers['authentication-results'] ?? []) {
    const by = serverOf(value);
    if (by === null || !trusted.includes(by)) continue;
    const proof = hopProof(resultsIn(value), domain);
    return { result: 'none', on: null, ...proof, by, domain };
  }
  return null;
}

const isInHouse = networkList([
  ...['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16'],
  ...['::1', 'fc00::/7', 'fe80::/10'],
]) as Networks;
