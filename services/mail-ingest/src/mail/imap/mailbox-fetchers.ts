import { uuidv7 } from '@helpmesh/kernel';
import type { Mailboxes } from '../../application/ports.ts';
import type { ReceiveMail } from '../../application/receive-mail.ts';
import type { MailboxConfig } from '../../config.ts';
import { MailboxSupervisor } from './mailbox-supervisor.ts';

/** All mailboxes of this process, each for itself: one that cannot be reached does not hold up the others. */
export class MailboxFetchers {
  private readonly supervisors: MailboxSupervisor[];

  constructor(mailboxes: readonly MailboxConfig[], store: Mailboxes, receive: ReceiveMail) {
    const holder = uuidv7();
    this.supervisors = mailboxes.map((mailbox) => new MailboxSupervisor(mailbox, holder, store, receive));
  }

  start(): void {
    for (const supervisor of this.supervisors) supervisor.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.supervisors.map((supervisor) => supervisor.stop()));
  }
}
