import type { OutputOf, ParsedInputOf, signIn } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK, CONFIG } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { IdentityConfig } from '../../config.ts';
import { CredentialStore } from '../../persistence/credential.store.ts';
import { Announce } from '../announce.ts';

import { hashOf, isSecret, newSecret } from '../secrets.ts';
import { CheckPassword } from './check-password.ts';

const HOUR_MS = 3_600_000;

@Injectable()
export class SignIn {
  constructor(
    private readonly db: DataSource,
    private readonly credentials: CredentialStore,
    private readonly passwords: CheckPassword,
    private readonly announce: Announce,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: IdentityConfig,
  ) {}

  /**
   * Opens a session; its token is always a new one, so that nobody can plant theirs (session fixation).
   * @throws AppError unauthenticated `identity.sign-in-refused`; limited
   */
  async in(input: ParsedInputOf<typeof signIn>): Promise<OutputOf<typeof signIn>> {
    const { username, password, ip, userAgent } = input;
    const principal = await this.passwords.run({ login: username, password, ip, way: 'session' });
    if (!principal) {
      throw new AppError(
        'unauthenticated',
        'identity.sign-in-refused',
        'Login failed. Have you double-checked your credentials and completed the email verification step?',
      );
    }
    const now = this.clock.now();
    const expiresAt = new Date(now + this.config.SESSION_LONGEST_HOURS * HOUR_MS);
    const sessionToken = newSecret();
    const csrfToken = newSecret();
    await this.credentials.addSession(this.db, {
      tokenHash: hashOf(sessionToken),
      userId: principal.id,
      csrfToken,
      ip: ip ?? null,
      userAgent: userAgent ?? null,
      at: new Date(now),
      expiresAt,
    });
    return { sessionToken, csrfToken, userId: principal.id, expiresAt: expiresAt.toISOString() };
  }

  /** Ends the session, wherever its answers are cached. A session that is over already is no error. */
  async out({ sessionToken }: { sessionToken: string }): Promise<Record<string, never>> {
    if (!isSecret(sessionToken)) return {};
    await transaction(this.db, async (tx) => {
      const userId = await this.credentials.endSession(tx, hashOf(sessionToken));
      if (userId !== undefined) await this.announce.accessChanged(tx, [userId], 'signed-out');
    });
    return {};
  }
}
