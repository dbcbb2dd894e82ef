import { type Envelope, type MailTemplate, type Message, sendMail } from '@helpmesh/contracts';
import { uuidv7 } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { CONFIG } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { IdentityConfig } from '../../config.ts';
import { mailBrandOf } from '../../domain/mail-brand.ts';
import { isZone } from '../../domain/time-zone.ts';
import { BrandingStore } from '../../persistence/branding.store.ts';
import { SettingStore } from '../../persistence/setting.store.ts';

export interface PersonMailOrder {
  kind: Message<typeof sendMail>['data']['kind'];
  template: MailTemplate;
  to: { name: string; address: string };
  locale: string;
  values: Record<string, string>;
  /** Their preferences: by whose clocks the instants in it are told. */
  preferences?: { timezone?: unknown } | undefined;
  /** Where the button leads: a path of this site. */
  path: string;
  /** The message that asked for the mail. */
  cause?: Envelope | undefined;
}

/** Mails of the system to one person, from a template, in the transaction of what they are about. */
@Injectable()
export class PersonMail {
  constructor(
    private readonly outbox: Outbox,
    private readonly brandings: BrandingStore,
    private readonly settings: SettingStore,
    @Inject(CONFIG) private readonly config: IdentityConfig,
  ) {}

  async send(tx: EntityManager, order: PersonMailOrder): Promise<void> {
    const { kind, template, to, locale, path, cause } = order;
    const values = order.preferences
      ? { ...order.values, ...(await this.zoneOf(tx, order.preferences)) }
      : order.values;
    const mailId = uuidv7();
    const brand = mailBrandOf(await this.brandings.standard(tx));
    const link = `${this.config.HELPMESH_PUBLIC_URL.replace(/\/+$/, '')}${path}`;
    await this.outbox.add(tx, sendMail, {
      aggregateId: mailId,
      ...(cause && { cause }),
      data: {
        mailId,
        kind,
        ticketId: null,
        articleId: null,
        from: null,
        replyTo: null,
        to: [to],
        cc: [],
        content: { template, locale, values: { ...values, link } },
        messageId: null,
        inReplyTo: null,
        references: [],
        attachments: [],
        automatic: true,
        ...(brand && { brand }),
      },
    });
  }

  private async zoneOf(tx: EntityManager, { timezone }: { timezone?: unknown }): Promise<{ zone?: string }> {
    const zone = isZone(timezone) ? timezone : await this.settings.value(tx, 'timezone_default');
    return isZone(zone) ? { zone } : {};
  }
}
