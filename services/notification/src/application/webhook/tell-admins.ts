import { type Message, sendMail, type tellOfDisabledWebhook, type UserSnapshot } from '@helpmesh/contracts';
import { uuidv7 } from '@helpmesh/kernel';
import type { Outbox } from '@helpmesh/messaging';
import type { EntityManager } from 'typeorm';

type Command = Message<typeof tellOfDisabledWebhook>;

/** The people who look after webhooks; asked of identity. */
export type WebhookAdmins = () => Promise<UserSnapshot[]>;

/** Tells administrators by mail what they would find too late in a log. */
export class TellAdmins {
  constructor(
    private readonly admins: WebhookAdmins,
    private readonly outbox: Outbox,
  ) {}

  /** @returns what writes the mails. @throws AppError unavailable, and the order comes again */
  async prepare(
    commands: readonly Command[],
  ): Promise<(tx: EntityManager, fresh: readonly Command[]) => Promise<void>> {
    const people = commands.length > 0 ? await this.admins() : [];
    return async (tx, fresh) => {
      for (const { data } of fresh) {
        for (const person of people) await this.mail(tx, person, data);
      }
    };
  }

  private async mail(
    tx: EntityManager,
    { id: userId, email, firstname, lastname, locale }: UserSnapshot,
    { name: webhook, error }: Command['data'],
  ): Promise<void> {
    if (email === null) return;
    await this.outbox.add(tx, sendMail, {
      aggregateId: String(userId),
      data: {
        ...{ mailId: uuidv7(), kind: 'agent-notification', ticketId: null, articleId: null },
        ...{ from: null, replyTo: null, cc: [], messageId: null, inReplyTo: null, references: [] },
        to: [{ name: `${firstname} ${lastname}`.trim(), address: email }],
        content: { template: 'webhook-disabled', locale, values: { webhook, error, name: firstname } },
        ...{ attachments: [], automatic: true },
      },
    });
  }
}
