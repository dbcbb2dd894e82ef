import { backoffMs } from '@helpmesh/kernel';
import { gauge, logger } from '@helpmesh/telemetry';
import type { Mailboxes, MailboxLease, MailboxSource } from '../application/ports.ts';
import type { ReceiveMail } from '../application/receive-mail.ts';
import { MailboxSession } from './imap/mailbox-session.ts';
import { Pop3Session } from './pop3/pop3-session.ts';
import { wordsOf } from './words-of.ts';

/** Another process may take over after this time; the holder renews in good time. */
const LEASE_MS = 15_000;
const RENEW_EVERY_MS = 5_000;
const BACKOFF = { baseMs: 500, capMs: 60_000 };

const connected = gauge({
  name: 'helpmesh_mail_mailbox_up',
  help: '1 while this process fetches the mailbox, 0 while it cannot; absent where another process does.',
  labels: ['mailbox'],
});

/** Keeps one mailbox fetched: takes the lease, connects, and begins again, more and more slowly, when that fails. */
export class MailboxSupervisor {
  private readonly log = logger('mailbox');
  /** Failures of single mails, over all connections: one that cannot be fetched must not block those behind it. */
  private readonly failures = new Map<number, number>();
  private loop: Promise<void> | undefined;
  private session: MailboxSession | Pop3Session | undefined;
  private stopping = false;
  private wake = (): void => undefined;

  constructor(
    private readonly source: MailboxSource,
    private readonly holder: string,
    private readonly store: Mailboxes,
    private readonly receive: ReceiveMail,
  ) {}

  start(): void {
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.wake();
    this.session?.stop();
    await this.loop;
    connected.remove({ mailbox: this.source.name });
  }

  private async run(): Promise<void> {
    const { name } = this.source;
    for (let failed = 0; !this.stopping; ) {
      try {
        const lease = await this.store.acquire(name, this.holder, LEASE_MS);
        if (lease)
          await this.hold(lease, () => {
            failed = 0;
          });
        else await this.rest(RENEW_EVERY_MS);
      } catch (error) {
        failed += 1;
        connected.set({ mailbox: name }, 0);
        this.source.told(wordsOf(error));
        const afterMs = backoffMs(failed, { ...BACKOFF, jitter: Math.random() });
        this.log.warn({ err: error, mailbox: name, afterMs }, 'the mailbox cannot be fetched now');
        await this.rest(afterMs);
      }
    }
  }

  private async hold(lease: MailboxLease, wentWell: () => void): Promise<void> {
    const { source, store, receive, failures } = this;
    const parts = { source, store, receive, failures, lease };
    const session = source.protocol === 'pop3' ? new Pop3Session(parts) : new MailboxSession(parts);
    this.session = session;
    // The stop may have come while the lease was on its way.
    if (this.stopping) session.stop();
    // Without the lease another process fetches: ours ends rather than do everything twice.
    const renewal = setInterval(() => {
      store.renew(lease, LEASE_MS).catch((error) => session.stop(error));
    }, RENEW_EVERY_MS);
    try {
      await session.run(() => {
        connected.set({ mailbox: source.name }, 1);
        source.told(null);
        wentWell();
      });
    } finally {
      clearInterval(renewal);
      this.session = undefined;
      await store.release(lease).catch(() => undefined);
    }
  }

  private rest(ms: number): Promise<void> {
    if (this.stopping) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
