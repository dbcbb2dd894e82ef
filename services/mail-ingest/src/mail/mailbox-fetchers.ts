import { uuidv7 } from '@helpmesh/kernel';
import type { Mailboxes, MailboxSource } from '../application/ports.ts';
import type { ReceiveMail } from '../application/receive-mail.ts';
import { MailboxSupervisor } from './mailbox-supervisor.ts';

/** All mailboxes of this process, each for itself: one that cannot be reached does not hold up the others. */
export class MailboxFetchers {
  private readonly holder = uuidv7();
  private readonly running = new Map<MailboxSource, MailboxSupervisor>();
  private ending: Promise<unknown> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly store: Mailboxes,
    private readonly receive: ReceiveMail,
  ) {}

  /** Fetches these from now on, and no others; one that is the very object it was goes on undisturbed. */
  fetch(sources: readonly MailboxSource[]): void {
    if (this.stopped) return;
    const gone = [...this.running].filter(([source]) => !sources.includes(source));
    const ended = Promise.all(gone.map(([, supervisor]) => supervisor.stop()));
    for (const [source] of gone) this.running.delete(source);
    this.ending = Promise.all([this.ending, ended]);
    const fresh = sources.filter((source) => !this.running.has(source));
    for (const source of fresh) {
      const supervisor = new MailboxSupervisor(source, this.holder, this.store, this.receive);
      this.running.set(source, supervisor);
      // A mailbox that was changed is not fetched twice at once: the holder may take its own lease again.
      const after = gone.filter(([{ name }]) => name === source.name).length > 0 ? ended : undefined;
      if (after) void after.then(() => this.running.get(source) === supervisor && !this.stopped && supervisor.start());
      else supervisor.start();
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all([this.ending, ...[...this.running.values()].map((supervisor) => supervisor.stop())]);
  }
}
