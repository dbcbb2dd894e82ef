import { randomBytes } from 'node:crypto';
import { applications, createToken } from '@helpmesh/contracts';
import { statementsOf } from '@helpmesh/testing';
import * as argon2 from '@node-rs/argon2';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { OAuthTokens } from '../src/application/oauth/oauth-tokens.ts';
import { formatApiToken, newApiTokenSecret, parseApiToken } from '../src/application/secrets.ts';
import { Authenticate } from '../src/application/sign-in/authenticate.ts';
import { PasswordReset } from '../src/application/sign-in/password-reset.ts';
import { SignIn } from '../src/application/sign-in/sign-in.ts';
import { SignUp } from '../src/application/sign-in/sign-up.ts';
import { ids, startIdentity, type TestIdentity } from './identity.ts';

vi.mock('@node-rs/argon2', async (original) => {
  const real = await original<typeof argon2>();
  return { ...real, verify: vi.fn(real.verify), hash: vi.fn(real.hash) };
});

let desk: TestIdentity;
let app: { uid: string; secret: string | null };
let token: string;

beforeAll(async () => {
  desk = await startIdentity();
  const none = { params: {}, query: {} };
  const body = { name: 'Planner', redirect_uris: ['https://app.example/'], scopes: ['report'] };
  app = await desk.ask(applications.create, { ...none, body }, ids.admin);
  ({ token } = await desk.ask(createToken, { ...none, body: { name: 'x', permission: ['report'] } }, ids.admin));
  // Clara left the desk; Nicole was made by a mail of hers and never had a password.
  await desk.rows(
    `INSERT INTO users (login, email, active, password_hash, created_by_id, updated_by_id)
     SELECT 'clara@people.example', 'clara@people.example', false, password_hash, 1, 1 FROM users WHERE id = $1`,
    [ids.admin],
  );
});
afterAll(() => desk?.stop());
beforeEach(async () => {
  await desk.rows('DELETE FROM sign_in_tries');
  vi.mocked(argon2.verify).mockClear();
  vi.mocked(argon2.hash).mockClear();
});

interface Work {
  /** What the caller sees: the answer, or the refusal without what was typed. */
  answer: unknown;
  statements: string[];
  verified: number;
  hashed: number;
}

async function workOf(act: () => Promise<unknown>): Promise<Work> {
  await desk.rows('DELETE FROM sign_in_tries');
  vi.mocked(argon2.verify).mockClear();
  vi.mocked(argon2.hash).mockClear();
  const { statements, result } = await statementsOf(() =>
    act().catch(({ kind, code, detail }: { kind: string; code: string; detail: string }) => ({ kind, code, detail })),
  );
  expect(statements.length).toBeGreaterThan(0);
  const verified = vi.mocked(argon2.verify).mock.calls.length;
  return { answer: result, statements, verified, hashed: vi.mocked(argon2.hash).mock.calls.length };
}

/**
 * Time is not measured: on a busy machine it says nothing. What takes time is counted: each statement that is sent, in
 * its order, and each argon2.
 */
describe('S14: the work of a refusal does not tell what there is', () => {
  const accounts = ['admin@example.com', 'nicole.braun@zammad.org', 'clara@people.example', 'agent1@example.com'];
  const nobody = 'nobody@people.example';
  const ip = '192.0.2.7';

  it.each(accounts)('a wrong password of %s is like one of nobody', async (username) => {
    const signIn = (name: string) => workOf(() => desk.service.get(SignIn).in({ username: name, password: 'x', ip }));
    const basic = (login: string) =>
      workOf(() => desk.service.get(Authenticate).run({ credential: { scheme: 'basic', login, password: 'x' }, ip }));
    for (const act of [signIn, basic]) {
      const [known, unknown] = [await act(username), await act(nobody)];
      expect(known).toEqual(unknown);
      expect(known).toMatchObject({ verified: 1, hashed: 0, answer: { kind: 'unauthenticated' } });
    }
  });

  it('the right password of a closed account is like one of nobody', async () => {
    const act = (username: string) =>
      workOf(() => desk.service.get(SignIn).in({ username, password: 'correct horse battery staple', ip }));
    expect(await act('clara@people.example')).toEqual(await act(nobody));
  });

  it('who has to wait after wrong passwords waits for nobody alike', async () => {
    const act = async (username: string) => {
      await desk.rows('DELETE FROM sign_in_tries');
      const signIn = desk.service.get(SignIn);
      for (let i = 0; i < 5; i++) await signIn.in({ username, password: 'x', ip }).catch(() => undefined);
      vi.mocked(argon2.verify).mockClear();
      const { statements, result } = await statementsOf(() =>
        signIn.in({ username, password: 'x', ip }).catch(({ kind, detail }) => ({ kind, detail })),
      );
      return { statements, result, verified: vi.mocked(argon2.verify).mock.calls.length };
    };
    const known = await act('admin@example.com');
    expect(known).toEqual(await act(nobody));
    expect(known).toMatchObject({ verified: 0, result: { kind: 'limited' } });
  });

  it.each(accounts)('asking for a reset link, or an account, of %s is like that of nobody', async (email) => {
    const reset = (username: string) => workOf(() => desk.service.get(PasswordReset).request({ username }));
    const signUp = (of: string) => workOf(() => desk.service.get(SignUp).request({ email: of }));
    for (const act of [reset, signUp]) {
      const [known, unknown] = [await act(email), await act(nobody)];
      expect(known).toEqual(unknown);
      expect(known).toMatchObject({ answer: { message: 'ok' }, verified: 0, hashed: 0 });
    }
  });

  it('a token of somebody with a wrong secret is like one that never was', async () => {
    const { id } = parseApiToken(token) as { id: number };
    const act = (of: number) => {
      const shown = formatApiToken({ id: of, secret: newApiTokenSecret() });
      return workOf(() => desk.service.get(Authenticate).run({ credential: { scheme: 'token', token: shown } }));
    };
    expect(await act(id)).toEqual(await act(id + 1000));
  });

  it('an application with a wrong secret is like one that never was', async () => {
    const act = (uid: string) => {
      const secret = randomBytes(32).toString('base64url');
      const form = `grant_type=refresh_token&refresh_token=x&client_id=${uid}&client_secret=${secret}`;
      return workOf(() => desk.service.get(OAuthTokens).issue({ form }));
    };
    const known = await act(app.uid);
    expect(known).toEqual(await act('nobody'));
    expect(known).toMatchObject({ answer: { status: 401, body: { error: 'invalid_client' } } });
  });
});
