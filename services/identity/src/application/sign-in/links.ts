import { type Envelope, sendMail } from '@helpmesh/contracts';
import { type Clock, uuidv7 } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { CLOCK, CONFIG } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { IdentityConfig } from '../../config.ts';
import { CredentialStore, type OneTimePurpose } from '../../persistence/credential.store.ts';
import { hashOf, newSecret } from '../secrets.ts';

const HOUR_MS = 3_600_000;

const kinds = {
  'password-reset': { hours: 1, path: '/reset' },
  invitation: { hours: 7 * 24, path: '/invite' },
} as const satisfies Record<OneTimePurpose, { hours: number; path: string }>;

export interface Recipient {
  id: number;
  login: string;
  email: string;
  firstname: string;
  lastname: string;
  preferences: Record<string, unknown>;
}

export interface LinkOptions {
  /** Name of whoever invites; empty: nobody in particular. */
  inviter?: string;
  /** Language for a recipient who has chosen none; default `en`. */
  locale?: string | undefined;
  /** The message that asked for the link. */
  cause?: Envelope;
}

/** Mails a person a link that lets them set a password, once. */
@Injectable()
export class Links {
  constructor(
    private readonly outbox: Outbox,
    private readonly credentials: CredentialStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: IdentityConfig,
  ) {}

  /** The token goes into the mail and nowhere else; its hash is stored. */
  async send(tx: EntityManager, purpose: OneTimePurpose, to: Recipient, options: LinkOptions = {}): Promise<void> {
    const { inviter = '', locale = 'en', cause } = options;
    const { hours, path } = kinds[purpose];
    const now = this.clock.now();
    const token = newSecret();
    await this.credentials.addOneTimeToken(tx, {
      tokenHash: hashOf(token),
      userId: to.id,
      purpose,
      at: new Date(now),
      expiresAt: new Date(now + hours * HOUR_MS),
    });
    const name = fullName(to);
    const mailId = uuidv7();
    await this.outbox.add(tx, sendMail, {
      aggregateId: mailId,
      ...(cause && { cause }),
      data: {
        mailId,
        kind: purpose,
        ticketId: null,
        articleId: null,
        from: null,
        replyTo: null,
        to: [{ name, address: to.email }],
        cc: [],
        content: {
          template: purpose,
          locale: typeof to.preferences.locale === 'string' ? to.preferences.locale : locale,
          values: {
            name: name || to.login,
            link: `${this.config.HELPMESH_PUBLIC_URL.replace(/\/+$/, '')}${path}?token=${token}`,
            hours: String(hours),
            ...(inviter !== '' && { inviter }),
          },
        },
        messageId: null,
        inReplyTo: null,
        references: [],
        attachments: [],
        automatic: true,
      },
    });
  }
}

export function fullName({ firstname, lastname }: { firstname: string; lastname: string }): string {
  return [firstname, lastname].filter((part) => part !== '').join(' ');
}
