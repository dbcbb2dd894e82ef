import { createHash } from 'node:crypto';
import { limits } from '../../domain/limits.ts';
import type { SessionParts } from '../session-parts.ts';
import { Pop3Client, type Pop3Mail, Pop3Refusal } from './pop3-client.ts';

/** Tries of one mail before only its header is asked for. */
const FETCH_TRIES = 3;
/** POP3 has no UIDVALIDITY: an id never names another mail of the mailbox. */
const VALIDITY = 0;

interface Found extends Pop3Mail {
  uid: number;
}

/**
 * Looks into a mailbox again and again, each time by a connection of its own, as POP3 wants it: others cannot open the
 * mailbox meanwhile. Everything new is stored and committed, and only then deleted, where that is wished.
 */
export class Pop3Session {
  private client: Pop3Client | undefined;
  private stopped = false;
  private failure: unknown;
  private wake = (): void => undefined;

  constructor(private readonly parts: SessionParts) {}

  /** Fetches until the session is stopped or fails. @param ready  called after each complete look */
  async run(ready: () => void): Promise<void> {
    try {
      while (!this.stopped) {
        await this.look();
        if (this.stopped) break;
        ready();
        await this.rest();
      }
    } catch (error) {
      // What stopped us names the reason; what failed then is only its echo.
      if (!this.stopped) throw error;
    } finally {
      this.stopped = true;
      this.client?.close();
    }
    if (this.failure) throw this.failure;
  }

  /** @param failure  why; none when it is only the end of the service */
  stop(failure?: unknown): void {
    if (this.stopped) return;
    this.stopped = true;
    this.failure = failure;
    this.wake();
    if (failure) this.client?.close();
  }

  private async look(): Promise<void> {
    const { source, store, lease } = this.parts;
    this.client = new Pop3Client(source);
    await this.client.connect();
    try {
      await this.client.signIn(await source.credential());
    } catch (error) {
      if (error instanceof Pop3Refusal) source.refused();
      throw error;
    }
    const mails: Found[] = (await this.client.mails()).map((mail) => ({ ...mail, uid: numberOf(mail.uidl) }));
    const channel = `pop3:${source.name}` as const;
    const present = await store.stored(
      channel,
      VALIDITY,
      mails.map(({ uid }) => uid),
    );
    for (const mail of mails) {
      if (this.stopped) break;
      const known = present.get(mail.uid);
      const whole = known ? known.whole : await this.keep(this.client, channel, mail);
      if (whole && source.afterwards === 'delete') await this.client.delete(mail.number);
    }
    // Whoever lost the lease meanwhile deletes nothing: without `quit` the server forgets what was to go.
    await store.advance(lease, VALIDITY, 0);
    await this.client.quit();
  }

  /** @returns whether the mail is stored as a whole */
  private async keep(client: Pop3Client, channel: `pop3:${string}`, mail: Found): Promise<boolean> {
    const { receive, source, failures } = this.parts;
    const tries = failures.get(mail.uid) ?? 0;
    const large = mail.size > limits.imapRawBytes;
    const withheld = large || tries >= FETCH_TRIES;
    failures.set(mail.uid, tries + 1);
    const raw = await fetched(client, mail.number, withheld);
    // The server does not hand this one over now; those behind it do not wait for it.
    if (raw === undefined) return false;
    failures.delete(mail.uid);
    const why = large ? `It is larger than ${limits.imapRawBytes} bytes` : 'The mail server fails to hand it over';
    const envelope = {
      channel,
      from: null,
      recipients: [source.address],
      client: source.host,
      imap: { uidValidity: VALIDITY, uid: mail.uid },
      ...(withheld && { withheld: `${why}; only its header was fetched, and it stays in the mailbox.` }),
    };
    await receive.run(envelope, raw, limits.imapRawBytes + limits.headerBytes);
    return !withheld;
  }

  private async rest(): Promise<void> {
    if (this.stopped) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.parts.source.pollSeconds * 1000);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

async function fetched(client: Pop3Client, number: number, withheld: boolean): Promise<Buffer | undefined> {
  try {
    return await (withheld ? client.head(number, limits.imapRawBytes) : client.retrieve(number, limits.imapRawBytes));
  } catch (error) {
    if (error instanceof Pop3Refusal) return undefined;
    throw error;
  }
}

/** 52 bits of its hash: two of a million mails meet once in ten thousand mailboxes. */
function numberOf(uidl: string): number {
  return Number.parseInt(createHash('sha256').update(uidl).digest('hex').slice(0, 13), 16);
}
