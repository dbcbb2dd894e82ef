import { logger } from '@helpmesh/telemetry';
import { ImapFlow } from 'imapflow';
import type { Mailboxes, MailboxLease } from '../../application/ports.ts';
import type { ReceiveMail } from '../../application/receive-mail.ts';
import type { MailboxConfig } from '../../config.ts';
import { usableAddress } from '../../domain/address.ts';
import type { Channel } from '../../domain/inbound-mail.ts';
import { limits } from '../../domain/limits.ts';

/** Mails stored, and then flagged, together; and their bytes. */
const CHUNK = 25;
const CHUNK_BYTES = 8 * 1024 * 1024;
/** A server that says nothing for so long is gone. IDLE is renewed well before. */
const SOCKET_TIMEOUT_MS = 5 * 60_000;
/** Tries of one mail before only its header is asked for. */
const FETCH_TRIES = 3;
const DAY_MS = 24 * 60 * 60 * 1000;

export interface SessionParts {
  mailbox: MailboxConfig;
  lease: MailboxLease;
  store: Mailboxes;
  receive: ReceiveMail;
  /** Failed tries by UID. */
  failures: Map<number, number>;
}

interface Found {
  uid: number;
  /** Bytes, as the server says. */
  size: number;
}

/**
 * One connection to one mailbox: everything new is stored and committed, and only then flagged, deleted or moved.
 * A stop in between repeats the rest; the same mail is never stored twice.
 */
export class MailboxSession {
  private readonly log = logger('mailbox');
  private readonly client: ImapFlow;
  private readonly channel: Channel;
  private readonly address: string;
  private lastUid: number;
  private uidValidity = 0;
  private stopped = false;
  private failure: unknown;
  private rung = false;
  private wake = (): void => undefined;

  constructor(private readonly parts: SessionParts) {
    const { mailbox, lease } = parts;
    this.channel = `imap:${mailbox.name}`;
    this.address = mailbox.address ?? usableAddress(mailbox.user) ?? `${mailbox.user}@${mailbox.host}`;
    this.lastUid = lease.lastUid;
    this.client = new ImapFlow({
      host: mailbox.host,
      port: mailbox.port ?? (mailbox.tls === true ? 993 : 143),
      secure: mailbox.tls === true,
      ...(mailbox.tls === true ? {} : { doSTARTTLS: mailbox.tls === 'starttls' }),
      auth: { user: mailbox.user, pass: mailbox.password },
      clientInfo: { name: 'Helpmesh' },
      logger: false,
      connectionTimeout: 20_000,
      greetingTimeout: 10_000,
      socketTimeout: SOCKET_TIMEOUT_MS,
      maxIdleTime: SOCKET_TIMEOUT_MS / 2,
      maxLiteralSize: limits.imapRawBytes,
    });
    // Without a listener an error of the connection would end the process.
    this.client.on('error', (error: Error) => this.stop(error));
    this.client.on('close', () => this.stop(new Error('the connection was closed')));
    this.client.on('exists', () => this.ring());
  }

  /** Fetches until the session is stopped or fails. @param ready  called after each complete look */
  async run(ready: () => void): Promise<void> {
    const { mailbox } = this.parts;
    if (this.stopped) return;
    try {
      await this.client.connect();
      const opened = await this.client.mailboxOpen(mailbox.folder);
      this.uidValidity = Number(opened.uidValidity);
      while (!this.stopped) {
        this.rung = false;
        await this.look();
        ready();
        await this.idle();
      }
    } catch (error) {
      // What stopped us names the reason; what failed then is only its echo.
      if (!this.stopped) throw error;
    } finally {
      this.stopped = true;
      await this.client.logout().catch(() => undefined);
      this.client.close();
    }
    if (this.failure) throw this.failure;
  }

  /** @param failure  why; none when it is only the end of the service */
  stop(failure?: unknown): void {
    if (this.stopped) return;
    this.stopped = true;
    this.failure = failure;
    this.wake();
    // A command under way ends with an error instead of waiting for its answer.
    if (failure) this.client.close();
  }

  private ring(): void {
    this.rung = true;
    this.wake();
  }

  private async look(): Promise<void> {
    const { store, lease } = this.parts;
    const uids = await this.candidates();
    for (let at = 0; at < uids.length && !this.stopped; at += CHUNK) {
      const chunk = uids.slice(at, at + CHUNK);
      const present = await store.stored(this.channel, this.uidValidity, chunk);
      await this.take(chunk.filter((uid) => !present.has(uid)));
      await this.finish(chunk.filter((uid) => present.get(uid)?.whole));
    }
    if (this.stopped) return;
    this.lastUid = Math.max(this.lastUid, uids.at(-1) ?? 0);
    await store.advance(lease, this.uidValidity, this.lastUid);
    lease.uidValidity = this.uidValidity;
    lease.lookedAt = new Date();
  }

  /**
   * UIDs to look at, oldest first. Where mails stay in the mailbox these are the unseen ones and whatever came since the
   * last look, also when a person read it first. A mailbox that is new to us is not imported as a whole; one that got
   * new numbers (UIDVALIDITY) is read again from a day before the last look, and what is known is found by content.
   */
  private async candidates(): Promise<number[]> {
    const { mailbox, lease } = this.parts;
    if (mailbox.afterwards !== 'seen') return this.search({ all: true });
    const found = new Set(await this.search({ seen: false }));
    if (lease.uidValidity === this.uidValidity) {
      // `n:*` always names the last mail, also when its UID is below n.
      for (const uid of await this.search({ uid: `${this.lastUid + 1}:*` })) if (uid > this.lastUid) found.add(uid);
    } else {
      const known = lease.uidValidity !== null && lease.lookedAt !== null;
      this.lastUid = 0;
      const since = known ? await this.search({ since: new Date((lease.lookedAt?.getTime() ?? 0) - DAY_MS) }) : [];
      for (const uid of since) found.add(uid);
      if (!known) this.lastUid = (await this.search({ all: true })).at(-1) ?? 0;
      this.log.info({ mailbox: mailbox.name, known, mails: found.size }, 'the mailbox has new numbers; looked at anew');
    }
    return [...found].sort((a, b) => a - b);
  }

  private async search(query: Parameters<ImapFlow['search']>[0]): Promise<number[]> {
    const found = await this.client.search(query, { uid: true });
    if (!found) throw new Error('the server refused to search the mailbox');
    return found.sort((a, b) => a - b);
  }

  /** Fetches and stores mails a few at a time, then does with them what is configured. */
  private async take(uids: number[]): Promise<void> {
    if (uids.length === 0) return;
    // All sizes first: a command inside of a running fetch never ends.
    const found = await this.client.fetchAll(uids.join(','), { uid: true, size: true }, { uid: true });
    const mails: Found[] = found.map(({ uid, size }) => ({ uid, size: size ?? 0 })).sort((a, b) => a.uid - b.uid);
    for (let group: Found[] = []; mails.length > 0 || group.length > 0; group = []) {
      for (let bytes = 0; mails[0] && (group.length === 0 || bytes + mails[0].size <= CHUNK_BYTES); ) {
        const next = mails.shift() as Found;
        group.push(next);
        bytes += next.size;
      }
      const stored: Promise<number | null>[] = [];
      for (const mail of group) {
        const fetched = await this.fetch(mail);
        if (fetched) stored.push(this.keep(mail.uid, fetched));
      }
      const whole = (await Promise.all(stored)).filter((uid) => uid !== null);
      await this.finish(whole);
      if (this.stopped) return;
    }
  }

  /** Undefined when the mail is gone: somebody deleted or moved it meanwhile. */
  private async fetch({ uid, size }: Found): Promise<{ raw: Buffer; withheld?: string } | undefined> {
    const { failures, mailbox } = this.parts;
    const tries = failures.get(uid) ?? 0;
    if (size <= limits.imapRawBytes && tries < FETCH_TRIES) {
      failures.set(uid, tries + 1);
      const mail = await this.client.fetchOne(String(uid), { source: true }, { uid: true });
      failures.delete(uid);
      const raw = mail ? mail.source : undefined;
      return raw && { raw };
    }
    const why =
      size > limits.imapRawBytes
        ? `It is larger than ${limits.imapRawBytes} bytes`
        : 'The mail server fails to hand it over';
    const withheld = `${why}; only its header was fetched, and it stays in the mailbox ${mailbox.name}.`;
    const mail = await this.client.fetchOne(String(uid), { headers: true }, { uid: true });
    const raw = mail ? mail.headers : undefined;
    return raw && { raw, withheld };
  }

  /** @returns the UID when the mail is stored as a whole */
  private async keep(uid: number, { raw, withheld }: { raw: Buffer; withheld?: string }): Promise<number | null> {
    const { receive, mailbox } = this.parts;
    const envelope = {
      channel: this.channel,
      from: null,
      recipients: [this.address],
      client: mailbox.host,
      imap: { uidValidity: this.uidValidity, uid },
      ...(withheld === undefined ? {} : { withheld }),
    };
    await receive.run(envelope, raw, limits.imapRawBytes + limits.headerBytes);
    return withheld === undefined ? uid : null;
  }

  private async finish(uids: number[]): Promise<void> {
    if (uids.length === 0) return;
    const { afterwards } = this.parts.mailbox;
    const range = uids.join(',');
    if (afterwards === 'seen') await this.client.messageFlagsAdd(range, ['\\Seen'], { uid: true });
    else if (afterwards === 'delete') await this.client.messageDelete(range, { uid: true });
    else await this.client.messageMove(range, afterwards.move, { uid: true });
  }

  /** Until the server tells of a mail, or it is time to look; the next command ends IDLE. */
  private async idle(): Promise<void> {
    if (this.stopped || this.rung) return;
    this.client.idle().catch((error: Error) => this.stop(error));
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.parts.mailbox.pollSeconds * 1000);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
