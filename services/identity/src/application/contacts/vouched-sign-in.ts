import type { OutputOf, openSessionFor, ParsedInputOf } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { isPlainCustomer } from '../../domain/federated/account.ts';
import { record } from '../../events.ts';
import { TriesStore } from '../../persistence/tries.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import { OpenSession } from '../sign-in/open-session.ts';

/** Sign-in of a customer whom another system has seen. */
@Injectable()
export class VouchedSignIn {
  constructor(
    private readonly db: DataSource,
    private readonly users: UserStore,
    private readonly tries: TriesStore,
    private readonly sessions: OpenSession,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError forbidden `identity.not-vouchable`: gone, closed, or more than a customer by now */
  async run({ userId, ip, userAgent }: ParsedInputOf<typeof openSessionFor>): Promise<OutputOf<typeof openSessionFor>> {
    const opened = await transaction(this.db, async (tx) => {
      const user = await this.users.lock(tx, userId);
      if (!user?.active || !isPlainCustomer(user)) {
        const detail = 'This account cannot be signed in to by another system.';
        throw new AppError('forbidden', 'identity.not-vouchable', detail);
      }
      await this.tries.signedIn(tx, userId, new Date(this.clock.now()));
      return this.sessions.run(tx, { userId, way: 'federated', ip, userAgent });
    });
    record.vouchedSignIn(userId);
    const { sessionToken, csrfToken, expiresAt } = opened;
    return { sessionToken, csrfToken, userId, expiresAt };
  }
}
