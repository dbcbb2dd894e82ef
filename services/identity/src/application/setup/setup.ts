import { createHmac } from 'node:crypto';
import type { gettingStarted, OutputOf, ParsedInputOf } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK, CONFIG, SecretBox } from '@helpmesh/service-kit';
import { logger } from '@helpmesh/telemetry';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { IdentityConfig } from '../../config.ts';
import { isAddress, normalAddress } from '../../domain/address.ts';
import { checkNewPassword } from '../../domain/password.ts';
import { record } from '../../events.ts';
import { SetupStore } from '../../persistence/setup.store.ts';
import { Audit } from '../audit/audit.ts';
import { refusals } from '../refusals.ts';
import { equalHashes, hashOf } from '../secrets.ts';
import { Passwords } from '../sign-in/passwords.ts';
import { firstAdminId, makeFirstAdmin } from './first-admin.ts';

/**
 * The first administrator of an installation that was started without one. Whoever finds it first on the network must
 * not own it: making the administrator needs a code that only the log of this service tells, until there is one.
 *
 * The code is made of HELPMESH_SECRETS_KEY and a random number of this database: every replica tells the same, it
 * outlives restarts, and neither the database nor an old log of another one is enough to know it.
 */
@Injectable()
export class Setup implements OnApplicationBootstrap {
  constructor(
    private readonly db: DataSource,
    private readonly store: SetupStore,
    private readonly passwords: Passwords,
    private readonly box: SecretBox,
    private readonly audit: Audit,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: IdentityConfig,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const link = await this.link();
    if (link === null) return;
    logger('setup').warn(`Nobody administers this installation yet. Make the first administrator: ${link}`);
  }

  /** Where the first administrator is made; null when there was one. For the log alone. */
  async link(): Promise<string | null> {
    const token = await this.token();
    // Behind the `#`: what stands there is sent to no server and to no log of one.
    return token && `${this.config.HELPMESH_PUBLIC_URL.replace(/\/+$/, '')}/setup#token=${token}`;
  }

  async status(): Promise<OutputOf<typeof gettingStarted.status>> {
    const { done } = await this.store.state(this.db);
    return { setup_done: done, import_mode: false, import_backend: '', system_online_service: false };
  }

  async autoWizard(): Promise<OutputOf<typeof gettingStarted.autoWizard>> {
    const { done } = await this.store.state(this.db);
    return { auto_wizard: done, auto_wizard_success: done, setup_done: done };
  }

  /**
   * @throws AppError not-found `identity.setup-done` for whoever comes later, with whatever code; unauthenticated
   *   `identity.setup-code-wrong`; invalid
   */
  async createAdmin(
    body: ParsedInputOf<typeof gettingStarted.admin>['body'],
  ): Promise<OutputOf<typeof gettingStarted.admin>> {
    const token = await this.token();
    if (token === null) throw setupDone();
    if (!equalHashes(hashOf(body.token.trim()), hashOf(token))) {
      throw new AppError(
        'unauthenticated',
        'identity.setup-code-wrong',
        'This is not the setup code. It is in the log of the identity service.',
      );
    }
    const email = normalAddress(body.email);
    if (!isAddress(email)) throw refusals.emailInvalid(body.email);
    checkNewPassword(body.password, { login: email, email });
    const { firstname = '', lastname = '', locale = 'en' } = body;
    const names = { firstname: firstname.trim(), lastname: lastname.trim() };
    const passwordHash = await this.passwords.hash(body.password);
    await transaction(this.db, async (tx) => {
      const made = await makeFirstAdmin(tx, { email, ...names, locale, passwordHash }, new Date(this.clock.now()));
      if (!made) throw setupDone();
      await this.audit.record(tx, null, {
        action: 'setup.first-admin',
        object: { type: 'User', id: firstAdminId, label: email },
      });
    });
    record.usersCreated('setup', 1);
    return { message: 'ok', user_login: email };
  }

  /** Null: set up. */
  private async token(): Promise<string | null> {
    const { done, nonce } = await this.store.state(this.db);
    return done ? null : createHmac('sha256', this.box.derive('setup code')).update(nonce).digest('base64url');
  }
}

function setupDone(): AppError {
  return new AppError('not-found', 'identity.setup-done', 'This installation is set up already.');
}
