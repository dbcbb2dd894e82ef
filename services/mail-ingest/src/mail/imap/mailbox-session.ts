import { logger } from '@helpmesh/telemetry';
import type { ImapFlow } from 'imapflow';
import type { Channel } from '../../domain/inbound-mail.ts';
import { limits } from '../../domain/limits.ts';
import type { SessionParts } from '../session-parts.ts';
import { imapClient } from './imap-client.ts';

/** Mails stored, and then flagged, together; and their bytes. */
const CHUNK = 25;
const CHUNK_BYTES = 8 * 1024 * 1024;
/** Tries of one mail before only its header is asked for. */
const FETCH_TRIES = 3;
const DAY_MS = 24 * 60 * 60 * 1000;

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
  private readonly channel: Channel;
  /** Made when the credential is at hand. */
  private connection: ImapFlow | undefined;
  private lastUid: number;
  private uidValidity = 0;
  private stopped = false;
  private failure: unknown;
  private rung = false;
  private wake = (): void => undefined;

  constructor(private readonly parts: SessionParts) {
    this.channel = `imap:${parts.source.name}`;
    this.lastUid = parts.lease.lastUid;
  }

  /** Fetches until the session is stopped or fails. @param ready  called after each complete look */
  async run(ready: () => void): Promise<void> {
    try {
      await this.connect();
      const opened = await this.client.mailboxOpen(this.parts.source.folder);
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
      await this.connection?.logout().catch(() => undefined);
      this.connection?.close();
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
    if (failure) this.connection?.close();
  }

  private get client(): ImapFlow {
    if (this.connection) return this.connection;
    throw new Error('there is no connection yet');
  }

  private async connect(): Promise<void> {
    const { source } = this.parts;
    const client = imapClient(source, await source.credential());
    // Without a listener an error of the connection would end the process.
    client.on('error', (error: Error) => this.stop(error));
    client.on('close', () => this.stop(new Error('the connection was closed')));
    client.on('exists', () => this.ring());
    this.connection = client;
    try {
      await client.connect();
    } catch (error) {
      if ((error as { authenticationFailed?: boolean }).authenticationFailed) source.refused();
      throw error;
    }
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
    const { source, lease } = this.parts;
    if (source.afterwards !== 'seen') return this.search({ all: true });
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
      this.log.info({ mailbox: source.name, known, mails: found.size }, 'the mailbox has new numbers; looked at anew');
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
    const { failures } = this.parts;
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
    const withheld = `${why}; only its header was fetched, and it stays in the mailbox.`;
    const mail = await this.client.fetchOne(String(uid), { headers: true }, { uid: true });
    const raw = mail ? mail.headers : undefined;
    return raw && { raw, withheld };
  }

  /** @returns the UID when the mail is stored as a whole */
  private async keep(uid: number, { raw, withheld }: { raw: Buffer; withheld?: string }): Promise<number | null> {
    const { receive, source } = this.parts;
    const envelope = {
      channel: this.channel,
      from: null,
      recipients: [source.address],
      client: source.host,
      imap: { uidValidity: this.uidValidity, uid },
      ...(withheld === undefined ? {} : { withheld }),
    };
    await receive.run(envelope, raw, limits.imapRawBytes + limits.headerBytes);
    return withheld === undefined ? uid : null;
  }

  private async finish(uids: number[]): Promise<void> {
    if (uids.length === 0) return;
    const { afterwards } = this.parts.source;
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
      const timer = setTimeout(resolve, this.parts.source.pollSeconds * 1000);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
