import { type Message, mailSignUp, type ParsedInputOf, type signUp } from '@helpmesh/contracts';
import { AppError, type Clock, uuidv7 } from '@helpmesh/kernel';
import { Outbox, type Verdict } from '@helpmesh/messaging';
import { lockInTransaction, transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { domainOf, isAddress, normalAddress } from '../../domain/address.ts';
import { countTry } from '../../domain/throttle.ts';
import { record } from '../../events.ts';
import { OrganizationStore } from '../../persistence/organization.store.ts';
import { RoleStore } from '../../persistence/role.store.ts';
import { SettingStore } from '../../persistence/setting.store.ts';
import { type SignUpRow, SignUpStore } from '../../persistence/sign-up.store.ts';
import { TriesStore } from '../../persistence/tries.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import { Announce } from '../announce.ts';
import { refusals } from '../refusals.ts';
import { hashOf, newSecret } from '../secrets.ts';
import { PersonMail } from './person-mail.ts';

const HOURS = 24;
const SYSTEM = 1;

/**
 * People make themselves an account. Nobody exists before they followed a link sent to their address, and the password
 * is chosen there: whoever signed up with somebody else's address ends up with nothing.
 */
@Injectable()
export class SignUp {
  constructor(
    private readonly db: DataSource,
    private readonly settings: SettingStore,
    private readonly rows: SignUpStore,
    private readonly users: UserStore,
    private readonly roles: RoleStore,
    private readonly organizations: OrganizationStore,
    private readonly tries: TriesStore,
    private readonly announce: Announce,
    private readonly outbox: Outbox,
    private readonly mails: PersonMail,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async allowed(): Promise<boolean> {
    return (await this.settings.value(this.db, 'user_create_account')) === true;
  }

  /**
   * Writes the wish down. Neither the answer nor its time tells whether the address has an account: the transaction is
   * the same, and who that is comes out when the order is carried out.
   * @throws AppError forbidden `identity.sign-up-closed`; invalid
   */
  async request(body: ParsedInputOf<typeof signUp>['body']): Promise<{ message: string }> {
    if (!(await this.allowed())) {
      throw new AppError('forbidden', 'identity.sign-up-closed', 'Creating an account is not possible here.');
    }
    const email = normalAddress(body.email);
    if (!isAddress(email)) throw refusals.emailInvalid(body.email);
    const now = this.clock.now();
    const key = { account: email, place: 'sign-up' };
    await transaction(this.db, async (tx) => {
      const { place, account } = await this.tries.lock(tx, key, new Date(now));
      const attempt = countTry(place, { ...account, failures: 0 }, now);
      // Asked for on and on: the mails of the first times are enough.
      if (attempt.do === 'wait') return;
      await this.tries.save(tx, key, attempt.place);
      const id = uuidv7();
      const { firstname = '', lastname = '', locale = 'en' } = body;
      const row = { id, email, firstname: firstname.trim(), lastname: lastname.trim(), locale };
      await this.rows.add(tx, row, new Date(now + HOURS * 3_600_000));
      await this.outbox.add(tx, mailSignUp, { aggregateId: id, data: { signUpId: id } });
    });
    return { message: 'ok' };
  }

  /** Mails the link; whoever has an account is told so, in a mail that only they read. */
  async mail(tx: EntityManager, order: Message<typeof mailSignUp>): Promise<Verdict> {
    const row = await this.rows.byId(tx, order.data.signUpId);
    if (!row) return { do: 'skip', why: 'the sign-up is over' };
    const id = await this.users.findId(tx, row.email);
    const [known] = id === undefined ? [] : await this.users.byIds(tx, [id]);
    if (known) {
      await this.rows.use(tx, row);
      if (!known.active || known.email !== row.email)
        return { do: 'skip', why: 'the account is closed to this address' };
      await this.send(tx, order, row, 'sign-up-known', '/forgot');
      return { do: 'ack' };
    }
    const token = newSecret();
    await this.rows.setToken(tx, row.id, hashOf(token));
    await this.send(tx, order, row, 'sign-up', `/welcome?token=${token}`);
    return { do: 'ack' };
  }

  async byToken(tokenHash: Buffer): Promise<SignUpRow | undefined> {
    return this.rows.byToken(this.db, tokenHash, new Date(this.clock.now()));
  }

  /**
   * Makes the account, in the transaction of its password.
   * @returns its id: of a new user, or of the one who came to be meanwhile, by a mail to the desk for instance;
   *   undefined when the link was used
   */
  async finish(tx: EntityManager, row: SignUpRow): Promise<number | undefined> {
    await lockInTransaction(tx, `identity.name ${row.email}`);
    if (!(await this.rows.use(tx, row))) return undefined;
    const known = await this.users.findId(tx, row.email);
    if (known !== undefined) return known;
    const { email, firstname, lastname, locale } = row;
    const organization_id = (await this.organizations.idByDomain(tx, domainOf(email))) ?? null;
    const values = { login: email, email, firstname, lastname, organization_id, preferences: { locale } };
    const id = await this.users.insert(tx, values, { userId: SYSTEM, at: new Date(this.clock.now()) });
    await this.users.setRoles(tx, id, await this.roles.signupIds(tx));
    await this.announce.usersChanged(tx, 'created', [id]);
    record.usersCreated('sign-up', 1);
    return id;
  }

  /** Nothing that was typed at sign-up is in the mail: it may go to somebody who did not ask for it. */
  private async send(
    tx: EntityManager,
    cause: Message<typeof mailSignUp>,
    { email, locale }: SignUpRow,
    template: 'sign-up' | 'sign-up-known',
    path: string,
  ): Promise<void> {
    await this.mails.send(tx, {
      kind: 'sign-up',
      template,
      to: { name: '', address: email },
      locale,
      values: template === 'sign-up' ? { hours: String(HOURS) } : {},
      path,
      cause,
    });
  }
}
