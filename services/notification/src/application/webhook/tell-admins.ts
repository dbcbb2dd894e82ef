import { sendMail, type UserSnapshot } from '@helpmesh/contracts';
import { uuidv7 } from '@helpmesh/kernel';
import type { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import type { DataSource } from 'typeorm';
import type { WebhookRow } from '../../domain/webhook/webhook.ts';
import type { WebhookEvents } from '../../events.ts';

/** The people who look after webhooks; asked of identity. */
export type WebhookAdmins = () => Promise<UserSnapshot[]>;

/** Tells administrators by mail what they would find too late in a log. */
export class TellAdmins {
  constructor(
    private readonly db: DataSource,
    private readonly admins: WebhookAdmins,
    private readonly outbox: Outbox,
    private readonly events: WebhookEvents,
  ) {}

  /** Nobody being told does not undo that it was switched off: the page says so, and so does the audit log. */
  async ofDisabled({ name }: WebhookRow, error: string): Promise<void> {
    try {
      const people = await this.admins();
      await transaction(this.db, async (tx) => {
        for (const { id: userId, email, firstname, lastname, locale } of people) {
          if (email === null) continue;
          const values = {
            webhook: name,
            error,
            name: firstname,
          };
          await this.outbox.add(tx, sendMail, {
            aggregateId: String(userId),
            data: {
              ...{ mailId: uuidv7(), kind: 'agent-notification', ticketId: null, articleId: null },
              ...{ from: null, replyTo: null, cc: [], messageId: null, inReplyTo: null, references: [] },
              to: [{ name: `${firstname} ${lastname}`.trim(), address: email }],
              content: { template: 'webhook-disabled', locale, values },
              ...{ attachments: [], automatic: true },
            },
          });
        }
      });
    } catch (reason) {
      this.events.trouble('administrators could not be told of a webhook', reason);
    }
  }
}
