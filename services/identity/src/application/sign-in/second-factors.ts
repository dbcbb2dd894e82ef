import type {
  Actor,
  addPasskey,
  OutputOf,
  ParsedInputOf,
  Passkey,
  twoFactorConfiguration,
  verifyTwoFactor,
} from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { lockInTransaction, transaction } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { z } from 'zod';
import { mayCredentials, mayUsers } from '../../domain/access.ts';
import type { FactorMethod } from '../../domain/second-factor.ts';
import { CredentialStore } from '../../persistence/credential.store.ts';
import { PasskeyStore } from '../../persistence/passkey.store.ts';
import { PrincipalStore } from '../../persistence/principal.store.ts';
import { SecondFactorStore } from '../../persistence/second-factor.store.ts';
import { SessionStore } from '../../persistence/session.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import { Announce } from '../announce.ts';
import { CredentialLog } from '../audit/credential-log.ts';
import { refusals } from '../refusals.ts';
import { AuthenticatorApp } from './authenticator-app.ts';
import { Freshness } from './freshness.ts';
import { fullName } from './links.ts';
import { Passkeys, shownPasskey } from './passkeys.ts';
import { RecoveryCodes } from './recovery-codes.ts';

type Enabled = { method: FactorMethod; created_at: string }[];

/** Looking after second factors: one's own, and taking lost ones from others. */
@Injectable()
export class SecondFactors {
  constructor(
    private readonly db: DataSource,
    private readonly users: UserStore,
    private readonly principals: PrincipalStore,
    private readonly factors: SecondFactorStore,
    private readonly passkeys: PasskeyStore,
    private readonly sessions: SessionStore,
    private readonly credentials: CredentialStore,
    private readonly app: AuthenticatorApp,
    private readonly keys: Passkeys,
    private readonly codes: RecoveryCodes,
    private readonly fresh: Freshness,
    private readonly announce: Announce,
    private readonly log: CredentialLog,
  ) {}

  /** @throws AppError forbidden */
  async configuration(actor: Actor): Promise<OutputOf<typeof twoFactorConfiguration>> {
    if (!mayCredentials.secondFactor(actor)) throw refusals.notAuthorized();
    const principal = await this.principals.byId(this.db, actor.userId);
    const left = await this.factors.recoveryCodesLeft(this.db, actor.userId);
    return {
      enabled_authentication_methods: await this.enabled(this.db, actor.userId),
      recovery_codes_exist: left > 0,
      recovery_codes_left: left,
      required: principal?.secondFactorDemanded ?? false,
      passkeys: (await this.passkeys.ofUser(this.db, actor.userId)).map(shownPasskey),
    };
  }

  /** @throws AppError forbidden */
  async enrolApp(actor: Actor): Promise<{ configuration: { secret: string; provisioning_uri: string } }> {
    await this.demand(actor);
    return { configuration: await this.app.enrol(actor.userId, actor.login) };
  }

  /** @throws AppError forbidden */
  async confirmApp(actor: Actor, payload: string): Promise<OutputOf<typeof verifyTwoFactor>> {
    await this.demand(actor);
    return this.change(actor, async (tx, first) => {
      if (!(await this.app.confirm(tx, actor.userId, payload))) return { verified: false };
      await this.log.changed(tx, actor, actor.userId, 'added', 'authenticator-app');
      return { verified: true, ...(await this.firstFactor(tx, actor.userId, first)) };
    });
  }

  /** @throws AppError forbidden */
  async passkeyOptions(actor: Actor): ReturnType<Passkeys['creationOptions']> {
    await this.demand(actor);
    const [user] = await this.users.byIds(this.db, [actor.userId]);
    if (!user) throw refusals.notAuthorized();
    return this.keys.creationOptions({ id: user.id, login: user.login, name: fullName(user) || user.login });
  }

  /** @throws AppError forbidden; invalid */
  async addPasskey(
    actor: Actor,
    { name, credential }: ParsedInputOf<typeof addPasskey>['body'],
  ): Promise<OutputOf<typeof addPasskey>> {
    await this.demand(actor);
    if (name.trim() === '') throw refusals.blank('Name');
    return this.change(actor, async (tx, first) => {
      const passkey = await this.keys.add(tx, actor.userId, name.trim(), credential);
      await this.log.changed(tx, actor, actor.userId, 'added', 'passkey');
      return { passkey: shownPasskey(passkey), ...(await this.firstFactor(tx, actor.userId, first)) };
    });
  }

  /** @throws AppError forbidden, not-found, invalid */
  async renamePasskey(actor: Actor, id: number, name: string): Promise<z.output<typeof Passkey>> {
    await this.demand(actor);
    if (name.trim() === '') throw refusals.blank('Name');
    const row = await this.passkeys.rename(this.db, actor.userId, id, name.trim());
    if (!row) throw refusals.notFound('Passkey', id);
    return shownPasskey(row);
  }

  /** @throws AppError forbidden, not-found, conflict */
  async deletePasskey(actor: Actor, id: number): Promise<Record<string, never>> {
    await this.demand(actor);
    return this.change(actor, async (tx) => {
      if ((await this.passkeys.remove(tx, actor.userId, id)) === 0) throw refusals.notFound('Passkey', id);
      await this.log.changed(tx, actor, actor.userId, 'removed', 'passkey');
      await this.afterRemoval(tx, actor.userId);
      return {};
    });
  }

  /** @throws AppError forbidden, conflict */
  async remove(actor: Actor, method: FactorMethod): Promise<Record<string, never>> {
    await this.demand(actor);
    return this.change(actor, async (tx) => {
      const removed =
        method === 'authenticator_app'
          ? await this.factors.removeApp(tx, actor.userId)
          : (await this.passkeys.remove(tx, actor.userId, null)) > 0;
      if (!removed) return {};
      const credential = method === 'authenticator_app' ? 'authenticator-app' : 'passkey';
      await this.log.changed(tx, actor, actor.userId, 'removed', credential);
      await this.afterRemoval(tx, actor.userId);
      return {};
    });
  }

  /** @throws AppError forbidden; conflict without a second factor */
  async newRecoveryCodes(actor: Actor): Promise<string[]> {
    await this.demand(actor);
    return this.change(actor, async (tx, first) => {
      if (first) {
        throw new AppError('conflict', 'identity.no-second-factor', 'There is no second factor to recover from.');
      }
      await this.log.changed(tx, actor, actor.userId, 'replaced', 'recovery-codes');
      return this.codes.make(tx, actor.userId);
    });
  }

  /** @throws AppError forbidden, not-found */
  async ofUser(actor: Actor, userId: number): Promise<Enabled> {
    if (!mayCredentials.resetSecondFactor(actor)) throw refusals.notAuthorized();
    if ((await this.users.byIds(this.db, [userId])).length === 0) throw refusals.notFound('User', userId);
    return this.enabled(this.db, userId);
  }

  /** For somebody who lost theirs. @throws AppError forbidden, not-found */
  async removeOfUser(actor: Actor, userId: number): Promise<Record<string, never>> {
    if (!mayCredentials.resetSecondFactor(actor)) throw refusals.notAuthorized();
    await transaction(this.db, async (tx) => {
      const person = await this.users.lock(tx, userId);
      if (!person) throw refusals.notFound('User', userId);
      if (!mayUsers.changeAccount(actor, person)) throw refusals.beyondOwnRights();
      const app = await this.factors.removeApp(tx, userId);
      const keys = await this.passkeys.remove(tx, userId, null);
      await this.factors.removeRecoveryCodes(tx, userId);
      if (!app && keys === 0) return;
      const keep = userId === actor.userId ? (actor.sessionId ?? null) : null;
      await this.credentials.endSessions(tx, userId, keep);
      await this.log.changed(tx, actor, userId, 'removed', 'second-factors');
      await this.announce.accessChanged(tx, [userId], 'second-factor');
    });
    return {};
  }

  private async demand(actor: Actor): Promise<void> {
    if (!mayCredentials.secondFactor(actor)) throw refusals.notAuthorized();
    await this.fresh.demand(actor);
  }

  /** One change of a user at a time; `first`: there is no second factor so far. */
  private change<T>(actor: Actor, fn: (tx: EntityManager, first: boolean) => Promise<T>): Promise<T> {
    return transaction(this.db, async (tx) => {
      await lockInTransaction(tx, `identity.second-factor ${actor.userId}`);
      return fn(tx, (await this.enabled(tx, actor.userId)).length === 0);
    });
  }

  /** With the first factor come recovery codes, and what a role demanded is there. */
  private async firstFactor(tx: EntityManager, userId: number, first: boolean): Promise<{ recovery_codes?: string[] }> {
    if (!first) return {};
    await this.sessions.endEnrolment(tx, userId);
    await this.announce.accessChanged(tx, [userId], 'second-factor');
    return { recovery_codes: await this.codes.make(tx, userId) };
  }

  /** Recovery codes go with the last factor, which stays where a role demands one. */
  private async afterRemoval(tx: EntityManager, userId: number): Promise<void> {
    if ((await this.enabled(tx, userId)).length > 0) return;
    if ((await this.principals.byId(tx, userId))?.secondFactorDemanded) {
      throw new AppError(
        'conflict',
        'identity.second-factor-demanded',
        'Your role demands a second factor. Set up another one before you remove this one.',
      );
    }
    await this.factors.removeRecoveryCodes(tx, userId);
    await this.announce.accessChanged(tx, [userId], 'second-factor');
  }

  private async enabled(tx: DataSource | EntityManager, userId: number): Promise<Enabled> {
    const app = await this.factors.app(tx, userId);
    const [key] = await this.passkeys.ofUser(tx, userId);
    return [
      ...(app?.confirmedAt
        ? [{ method: 'authenticator_app' as const, created_at: app.confirmedAt.toISOString() }]
        : []),
      ...(key ? [{ method: 'security_keys' as const, created_at: key.createdAt.toISOString() }] : []),
    ];
  }
}
