import type { AccountBook } from '../application/account/account-book.ts';
import type { MailWire } from '../application/ports.ts';
import type { WireFailure, WireReport } from '../domain/delivery.ts';
import type { OutboundMail } from '../domain/outbound-mail.ts';

/** Sends each mail by the account of its sender, and by the relay of the operator when none is set up for it. */
export class AccountWire implements MailWire {
  constructor(
    private readonly relay: MailWire,
    private readonly book: Pick<AccountBook, 'of' | 'close'>,
  ) {}

  async send(mail: OutboundMail, signal: AbortSignal): Promise<WireReport | WireFailure> {
    const account = this.book.of(mail.from.address);
    if (!account) return this.relay.send(mail, signal);
    const met = await account.wire.send(mail, signal);
    // What is wrong with one mail says nothing about the account.
    if (!('permanent' in met)) account.told(null);
    else if (!met.permanent) account.told(met.reason);
    return met;
  }

  close(): void {
    this.book.close();
    this.relay.close();
  }
}
