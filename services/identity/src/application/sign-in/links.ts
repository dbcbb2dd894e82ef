import type { Envelope } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CredentialStore, type OneTimePurpose } from '../../persistence/credential.store.ts';
import { hashOf, newSecret } from '../secrets.ts';
import { PersonMail } from './person-mail.ts';

const MINUTE_MS = 60_000;

const kinds = {
  'password-reset': { template: 'password-reset', unit: 'hours', lives: 1, path: '/reset' },
  invitation: { template: 'invitation', unit: 'hours', lives: 7 * 24, path: '/invite' },
  // As long as somebody waits for a mail, and no longer.
  'sign-in': { template: 'sign-in-link', unit: 'minutes', lives: 15, path: '/link' },
} as const satisfies Record<
  OneTimePurpose,
  { template: string; unit: 'hours' | 'minutes'; lives: number; path: string }
>;

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

/** Mails a person a link that lets them set a password, or signs them in, once. */
@Injectable()
export class Links {
  constructor(
    private readonly mail: PersonMail,
    private readonly credentials: CredentialStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The token goes into the mail and nowhere else; its hash is stored. */
  async send(tx: EntityManager, purpose: OneTimePurpose, to: Recipient, options: LinkOptions = {}): Promise<void> {
    const { inviter = '', locale = 'en', cause } = options;
    const { template, unit, lives, path } = kinds[purpose];
    const now = this.clock.now();
    const token = newSecret();
    await this.credentials.addOneTimeToken(tx, {
      tokenHash: hashOf(token),
      userId: to.id,
      purpose,
      at: new Date(now),
      expiresAt: new Date(now + lives * (unit === 'hours' ? 60 : 1) * MINUTE_MS),
    });
    const name = fullName(to);
    await this.mail.send(tx, {
      kind: template,
      template,
      to: { name, address: to.email },
      locale: typeof to.preferences.locale === 'string' ? to.preferences.locale : locale,
      values: { name: name || to.login, [unit]: String(lives), ...(inviter !== '' && { inviter }) },
      path: `${path}?token=${token}`,
      cause,
    });
  }
}

export function fullName({ firstname, lastname }: { firstname: string; lastname: string }): string {
  return [firstname, lastname].filter((part) => part !== '').join(' ');
}
