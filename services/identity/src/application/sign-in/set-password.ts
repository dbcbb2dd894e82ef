import type { Actor, Author } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { mayCredentials } from '../../domain/access.ts';
import { checkNewPassword } from '../../domain/password.ts';
import { record } from '../../events.ts';
import { CredentialStore } from '../../persistence/credential.store.ts';
import { OAuthGrantStore } from '../../persistence/oauth-grant.store.ts';
import { PrincipalStore } from '../../persistence/principal.store.ts';
import { TriesStore } from '../../persistence/tries.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import { Announce } from '../announce.ts';
import { Audit } from '../audit/audit.ts';
import { refusals } from '../refusals.ts';
import { hashOf, isSecret } from '../secrets.ts';
import { CheckPassword } from './check-password.ts';
import { Passwords } from './passwords.ts';
import { SignUp } from './sign-up.ts';
import { TellOwner } from './tell-owner.ts';

/** Setting a password: by a link from a mail, or by whoever knows the old one. */
@Injectable()
export class SetPassword {
  constructor(
    private readonly db: DataSource,
    private readonly users: UserStore,
    private readonly credentials: CredentialStore,
    private readonly grants: OAuthGrantStore,
    private readonly principals: PrincipalStore,
    private readonly tries: TriesStore,
    private readonly passwords: Passwords,
    private readonly check: CheckPassword,
    private readonly signUps: SignUp,
    private readonly announce: Announce,
    private readonly audit: Audit,
    private readonly owner: TellOwner,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Sets a password by the token of a reset, invitation or sign-up mail, once. Without a password the token is only looked at,
   * so that a mail scanner that follows links uses nothing up.
   * @throws AppError invalid, `identity.link-not-valid`, `identity.password-too-weak`
   */
  async byToken(
    token: string,
    password: string | undefined,
    endTokens = false,
  ): Promise<{ message: string; user_login: string }> {
    if (!isSecret(token)) throw linkNotValid();
    const at = new Date(this.clock.now());
    const user = await this.credentials.userOfOneTimeToken(this.db, hashOf(token), at);
    if (!user) return this.bySignUp(token, password);
    if (password === undefined) return { message: 'ok', user_login: user.login };
    checkNewPassword(password, user);
    const hash = await this.passwords.hash(password);
    const purpose = await transaction(this.db, async (tx) => {
      const used = await this.credentials.useOneTimeToken(tx, hashOf(token), at);
      if (!used) throw linkNotValid();
      await this.store(tx, user, hash, { verified: true, keepSession: null, endTokens });
      // The first password of somebody who was invited replaces none.
      if (used === 'password-reset') await this.owner.changed(tx, null, user.id, 'password');
      return used;
    });
    record.passwordSet(user.id, purpose);
    return { message: 'ok', user_login: user.login };
  }

  /** The link of a sign-up: with the password the account comes to be. */
  private async bySignUp(
    token: string,
    password: string | undefined,
  ): Promise<{ message: string; user_login: string }> {
    const wish = await this.signUps.byToken(hashOf(token));
    if (!wish) throw linkNotValid();
    const { email } = wish;
    if (password === undefined) return { message: 'ok', user_login: email };
    checkNewPassword(password, { login: email, email });
    const hash = await this.passwords.hash(password);
    const user = await transaction(this.db, async (tx) => {
      const id = await this.signUps.finish(tx, wish);
      const [row] = id === undefined ? [] : await this.users.byIds(tx, [id]);
      if (!row?.active || row.email !== email) throw linkNotValid();
      await this.store(tx, row, hash, { verified: true, keepSession: null });
      return row;
    });
    record.passwordSet(user.id, 'sign-up');
    return { message: 'ok', user_login: user.login };
  }

  /** @throws AppError forbidden; invalid `identity.password-wrong`, `identity.password-too-weak`; limited */
  async change(
    actor: Actor,
    passwords: { password_old: string; password_new: string; end_tokens?: boolean | undefined },
  ): Promise<{ message: string }> {
    if (!mayCredentials.password(actor) || !mayCredentials.inPerson(actor)) throw refusals.notAuthorized();
    const [user] = await this.users.byIds(this.db, [actor.userId]);
    const principal = await this.principals.byId(this.db, actor.userId);
    if (!user || !principal) throw refusals.notAuthorized();
    if (!(await this.check.ofUser(user.id, principal.passwordHash, passwords.password_old))) {
      throw new AppError('invalid', 'identity.password-wrong', 'Current password is wrong!');
    }
    checkNewPassword(passwords.password_new, user);
    const hash = await this.passwords.hash(passwords.password_new);
    await transaction(this.db, async (tx) => {
      await this.store(tx, user, hash, {
        ...{ keepSession: actor.sessionId ?? null, by: actor, endTokens: passwords.end_tokens ?? false },
      });
      await this.owner.changed(tx, actor, user.id, 'password');
    });
    record.passwordSet(user.id, 'change');
    return { message: 'ok' };
  }

  /**
   * A new password ends what the old one opened: sessions, what applications were allowed, links in mails, waiting
   * times. API tokens end when it is wished: programs that run by themselves have them.
   */
  private async store(
    tx: EntityManager,
    user: { id: number; login: string; email: string },
    hash: string,
    options: { verified?: true; keepSession: number | null; by?: Author; endTokens?: boolean },
  ): Promise<void> {
    const at = new Date(this.clock.now());
    const values = { password_hash: hash, ...(options.verified && { verified: true }) };
    await this.users.update(tx, user.id, values, { userId: user.id, at });
    await this.credentials.endSessions(tx, user.id, options.keepSession);
    await this.grants.deleteAllOfUser(tx, user.id);
    if (options.endTokens) await this.credentials.endApiTokens(tx, user.id);
    await this.credentials.voidOneTimeTokens(tx, user.id, at);
    for (const account of new Set([user.login, user.email])) await this.tries.forget(tx, account);
    await this.announce.usersChanged(tx, 'updated', [user.id]);
    await this.announce.accessChanged(tx, [user.id], 'password');
    const way = options.by ? 'password.changed' : 'password.set-by-link';
    await this.audit.record(tx, options.by ?? null, { action: way, object: { type: 'User', id: user.id } });
  }
}

function linkNotValid(): AppError {
  return new AppError('invalid', 'identity.link-not-valid', 'This link is not valid or has expired.');
}
