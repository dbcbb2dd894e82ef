import { counter, logger } from '@helpmesh/telemetry';

const log = logger('identity');

const signIns = counter({
  name: 'helpmesh_identity_sign_ins_total',
  help: 'Passwords that were checked, by way (session, basic, federated, vouched) and result (ok, wrong, wait).',
  labels: ['way', 'result'],
});

const secondFactors = counter({
  name: 'helpmesh_identity_second_factors_total',
  help: 'Second factors that were checked, by method and result (ok, wrong).',
  labels: ['method', 'result'],
});

const oauthTokens = counter({
  name: 'helpmesh_identity_oauth_tokens_total',
  help: 'Codes and refresh tokens that applications exchanged, by result (issued, reused).',
  labels: ['result'],
});

const usersMade = counter({
  name: 'helpmesh_identity_users_created_total',
  help: 'Users that were added, by origin (mail, rest, sign-up, provider, directory, contacts, setup).',
  labels: ['origin'],
});

/** Business events as metrics and log records; ids only, never logins or addresses. */
export const record = {
  passwordChecked(way: 'session' | 'basic' | 'change', result: 'ok' | 'wrong' | 'wait', userId: number | null): void {
    signIns.inc({ way, result });
    if (result !== 'ok') log.info({ way, result, userId }, 'password refused');
  },
  secondFactorChecked(method: string, result: 'ok' | 'wrong', userId: number): void {
    secondFactors.inc({ method, result });
    if (result !== 'ok') log.info({ method, result, userId }, 'second factor refused');
  },
  credentialChanged(userId: number, byUserId: number, what: string, credential: string): void {
    log.info({ userId, byUserId, what, credential }, 'credential changed');
  },
  vouchedSignIn(userId: number): void {
    signIns.inc({ way: 'vouched', result: 'ok' });
    log.info({ userId }, 'sign-in by another system');
  },
  federatedSignIn(result: 'ok' | 'refused', facts: { providerId: number; userId?: number; why?: string }): void {
    signIns.inc({ way: 'federated', result: result === 'ok' ? 'ok' : 'wrong' });
    log.info({ ...facts, result }, 'sign-in by a provider');
  },
  federatedRightsChanged(userIds: readonly number[]): void {
    log.info({ userIds }, 'entitlements changed rights');
  },
  usersCreated(
    origin: 'mail' | 'rest' | 'sign-up' | 'provider' | 'directory' | 'contacts' | 'setup' | 'import',
    count: number,
  ): void {
    usersMade.inc({ origin }, count);
  },
  oauthTokenIssued(applicationId: number, userId: number): void {
    oauthTokens.inc({ result: 'issued' });
    log.debug({ applicationId, userId }, 'an application was given tokens');
  },
  oauthTokenReused(applicationId: number, userId: number): void {
    oauthTokens.inc({ result: 'reused' });
    log.warn({ applicationId, userId }, 'a code or refresh token was used twice, what came of it has ended');
  },
  erasureOrdered(taskId: number, userId: number, tickets: string): void {
    log.info({ taskId, userId, tickets }, 'a person is erased');
  },
  erasureCompleted(taskId: number, rounds: number): void {
    log.info({ taskId, rounds }, 'an erasure is complete');
  },
  actsFor(callerId: number, userId: number): void {
    log.info({ callerId, userId }, 'acting for another user');
  },
  passwordSet(userId: number, how: 'password-reset' | 'invitation' | 'sign-up' | 'change' | 'admin'): void {
    log.info({ userId, how }, 'password set');
  },
} as const;
