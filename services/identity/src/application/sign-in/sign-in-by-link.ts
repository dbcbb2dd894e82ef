import {
  type Message,
  mailSignInLink,
  type OutputOf,
  type ParsedInputOf,
  type requestSignInLink,
  type signInByLink,
} from '@helpmesh/contracts';
import { AppError, type Clock, uuidv7 } from '@helpmesh/kernel';
import { Outbox, type Verdict } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { normalAddress } from '../../domain/address.ts';
import { countTry } from '../../domain/throttle.ts';
import { CredentialStore } from '../../persistence/credential.store.ts';
import { type Principal, PrincipalStore } from '../../persistence/principal.store.ts';
import { SettingStore } from '../../persistence/setting.store.ts';
import { TriesStore } from '../../persistence/tries.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import { hashOf, isSecret } from '../secrets.ts';
import { Links } from './links.ts';
import { OpenSession } from './open-session.ts';

/**
 * Customers sign in by a link in a mail instead of a password. Not people of the desk, and nobody with a second factor:
 * a mailbox alone must not open what they can see.
 */
@Injectable()
export class SignInByLink {
  constructor(
    private readonly db: DataSource,
    private readonly settings: SettingStore,
    private readonly users: UserStore,
    private readonly principals: PrincipalStore,
    private readonly credentials: CredentialStore,
    private readonly tries: TriesStore,
    private readonly links: Links,
    private readonly sessions: OpenSession,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async allowed(): Promise<boolean> {
    return (await this.settings.value(this.db, 'user_sign_in_by_link')) === true;
  }

  /**
   * Orders a link. Neither the answer nor its time tells whether there is such an account, or whose it is: the
   * transaction is the same for every address. Asking on and on orders nothing for a while.
   * @throws AppError forbidden `identity.sign-in-link-closed`
   */
  async request(body: ParsedInputOf<typeof requestSignInLink>['body']): Promise<{ message: string }> {
    if (!(await this.allowed())) throw closed();
    const account = normalAddress(body.username);
    if (account === '') return { message: 'ok' };
    const now = this.clock.now();
    const key = { account, place: 'sign-in link' };
    await transaction(this.db, async (tx) => {
      const { place, account: everywhere } = await this.tries.lock(tx, key, new Date(now));
      const attempt = countTry(place, { ...everywhere, failures: 0 }, now);
      if (attempt.do === 'wait') return;
      await this.tries.save(tx, key, attempt.place);
      const data = { username: account, locale: body.locale ?? 'en' };
      await this.outbox.add(tx, mailSignInLink, { aggregateId: uuidv7(), data });
    });
    return { message: 'ok' };
  }

  /** Mails the link, if there is a customer to mail it to. */
  async mail(tx: EntityManager, order: Message<typeof mailSignInLink>): Promise<Verdict> {
    const { username, locale } = order.data;
    const id = await this.users.findId(tx, username);
    const [user] = id === undefined ? [] : await this.users.byIds(tx, [id]);
    const principal = user && (await this.principals.byId(tx, user.id));
    if (!principal || user.email === '') return { do: 'skip', why: 'nobody has this login or address' };
    if (!maySignInByLink(principal)) return { do: 'skip', why: 'the account does not sign in by a link' };
    await this.links.send(tx, 'sign-in', user, { locale, cause: order });
    return { do: 'ack' };
  }

  /** @throws AppError unauthenticated `identity.sign-in-link-not-valid`; forbidden `identity.sign-in-link-closed` */
  async in({ token, ip, userAgent }: ParsedInputOf<typeof signInByLink>): Promise<OutputOf<typeof signInByLink>> {
    if (!(await this.allowed())) throw closed();
    if (!isSecret(token)) throw notValid();
    const at = new Date(this.clock.now());
    return transaction(this.db, async (tx) => {
      const userId = await this.credentials.useSignInToken(tx, hashOf(token), at);
      // What they may do is as it is now, not as it was when the mail was sent.
      const principal = userId === undefined ? undefined : await this.principals.byId(tx, userId);
      if (!principal || !maySignInByLink(principal)) throw notValid();
      await this.tries.signedIn(tx, principal.id, at);
      return this.sessions.run(tx, { userId: principal.id, way: 'link', ip, userAgent });
    });
  }
}

function maySignInByLink({ grants, secondFactor, secondFactorDemanded }: Principal): boolean {
  const { active, permissions } = grants;
  const ofCustomers = permissions.every((one) => one === 'ticket.customer' || one.startsWith('user_preferences'));
  return active && permissions.includes('ticket.customer') && ofCustomers && !secondFactor && !secondFactorDemanded;
}

function closed(): AppError {
  return new AppError('forbidden', 'identity.sign-in-link-closed', 'Signing in by a link is not possible here.');
}

function notValid(): AppError {
  return new AppError('unauthenticated', 'identity.sign-in-link-not-valid', 'This link is not valid or has expired.');
}
