import type { OutputOf, ParsedInputOf, signIn } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CredentialStore } from '../../persistence/credential.store.ts';
import { Announce } from '../announce.ts';

import { hashOf, isSecret } from '../secrets.ts';
import { CheckPassword } from './check-password.ts';
import { OpenSession } from './open-session.ts';

@Injectable()
export class SignIn {
  constructor(
    private readonly db: DataSource,
    private readonly credentials: CredentialStore,
    private readonly passwords: CheckPassword,
    private readonly announce: Announce,
    private readonly sessions: OpenSession,
  ) {}

  /** @throws AppError unauthenticated `identity.sign-in-refused`; limited */
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
    return this.sessions.run(this.db, { userId: principal.id, way: 'password', ip, userAgent });
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
