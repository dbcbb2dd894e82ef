import type {
  OutputOf,
  ParsedInputOf,
  passkeySignInOptions,
  signIn,
  signInByPasskey,
  signInSecondStep,
} from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { secondStepMs } from '../../domain/second-factor.ts';
import { CredentialStore } from '../../persistence/credential.store.ts';
import { PasskeyStore } from '../../persistence/passkey.store.ts';
import { type Principal, PrincipalStore } from '../../persistence/principal.store.ts';
import { SecondFactorStore } from '../../persistence/second-factor.store.ts';
import { TriesStore } from '../../persistence/tries.store.ts';
import { Announce } from '../announce.ts';
import { hashOf, isSecret, newSecret } from '../secrets.ts';
import { CheckPassword } from './check-password.ts';
import { CheckSecondFactor } from './check-second-factor.ts';
import { type OpenedSession, OpenSession } from './open-session.ts';
import { Passkeys } from './passkeys.ts';

interface Caller {
  ip?: string | undefined;
  userAgent?: string | undefined;
}

/** Opening and ending sessions: with a password, with a password and a second factor, or with a passkey alone. */
@Injectable()
export class SignIn {
  constructor(
    private readonly db: DataSource,
    private readonly credentials: CredentialStore,
    private readonly principals: PrincipalStore,
    private readonly factors: SecondFactorStore,
    private readonly passkeyRows: PasskeyStore,
    private readonly tries: TriesStore,
    private readonly passwords: CheckPassword,
    private readonly secondFactor: CheckSecondFactor,
    private readonly passkeys: Passkeys,
    private readonly announce: Announce,
    private readonly sessions: OpenSession,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @returns a session; for somebody with a second factor, which was not sent along, what the second step needs
   * @throws AppError unauthenticated `identity.sign-in-refused`, `identity.second-factor-wrong`; limited
   */
  async in(input: ParsedInputOf<typeof signIn>): Promise<OutputOf<typeof signIn>> {
    const { username, password, ip, method, payload } = input;
    const principal = await this.passwords.run({ login: username, password, ip, way: 'session' });
    if (!principal) {
      throw new AppError(
        'unauthenticated',
        'identity.sign-in-refused',
        'Login failed. Have you double-checked your credentials and completed the email verification step?',
      );
    }
    if (!principal.secondFactor) return this.open(principal, input);
    if (method === undefined || payload === undefined) return this.firstStep(principal.id);
    if (!(await this.secondFactor.run(principal.id, { method, payload }, ip))) throw wrongFactor();
    return this.open(principal, input);
  }

  /** @throws AppError unauthenticated `identity.second-step-over`, `identity.second-factor-wrong`; limited */
  async secondStep(input: ParsedInputOf<typeof signInSecondStep>): Promise<OutputOf<typeof signInSecondStep>> {
    const { token, method, payload, ip } = input;
    const over = () =>
      new AppError('unauthenticated', 'identity.second-step-over', 'This sign-in took too long. Please start again.');
    const tokenHash = isSecret(token) ? hashOf(token) : undefined;
    const at = new Date(this.clock.now());
    const userId = tokenHash && (await this.factors.userOfStep(this.db, tokenHash, at));
    const principal = userId === undefined ? undefined : await this.principals.byId(this.db, userId);
    if (!tokenHash || !principal?.grants.active) throw over();
    if (!(await this.secondFactor.run(principal.id, { method, payload }, ip))) throw wrongFactor();
    return transaction(this.db, async (tx) => {
      if (!(await this.factors.endStep(tx, tokenHash))) throw over();
      return this.open(principal, input, tx);
    });
  }

  passkeyOptions(): Promise<OutputOf<typeof passkeySignInOptions>> {
    return this.passkeys.requestOptions(null);
  }

  /** A passkey that was unlocked is two factors by itself. @throws AppError unauthenticated `identity.passkey-refused` */
  async byPasskey(input: ParsedInputOf<typeof signInByPasskey>): Promise<OutputOf<typeof signInByPasskey>> {
    const refused = () =>
      new AppError('unauthenticated', 'identity.passkey-refused', 'This passkey does not open any account here.');
    const assertion = await this.passkeys.check(null, input.credential);
    const principal = assertion && (await this.principals.byId(this.db, assertion.passkey.userId));
    if (!assertion || !principal?.grants.active) throw refused();
    return transaction(this.db, async (tx) => {
      if (!(await this.passkeys.use(tx, assertion))) throw refused();
      await this.tries.signedIn(tx, principal.id, new Date(this.clock.now()));
      return this.sessions.run(tx, { userId: principal.id, way: 'passkey', ip: input.ip, userAgent: input.userAgent });
    });
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

  private open(principal: Principal, { ip, userAgent }: Caller, tx: Parameters<OpenSession['run']>[0] = this.db) {
    const enrolOnly = principal.secondFactorDemanded && !principal.secondFactor;
    return this.sessions.run(tx, { userId: principal.id, way: 'password', ip, userAgent, enrolOnly });
  }

  private async firstStep(userId: number): Promise<Exclude<OutputOf<typeof signIn>, OpenedSession>> {
    const token = newSecret();
    await this.factors.addStep(this.db, hashOf(token), userId, new Date(this.clock.now() + secondStepMs));
    const app = await this.factors.app(this.db, userId);
    const keys = await this.passkeyRows.ofUser(this.db, userId);
    return {
      secondFactor: {
        token,
        methods: [
          ...(keys.length > 0 ? (['security_keys'] as const) : []),
          ...(app?.secret ? (['authenticator_app'] as const) : []),
        ],
        recoveryCodes: (await this.factors.recoveryCodesLeft(this.db, userId)) > 0,
        passkeyOptions: keys.length > 0 ? await this.passkeys.requestOptions(userId) : null,
      },
    };
  }
}

function wrongFactor(): AppError {
  return new AppError('unauthenticated', 'identity.second-factor-wrong', 'The second factor is not right.');
}
