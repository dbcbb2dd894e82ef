import { AppError, type ErrorKind } from '@helpmesh/kernel';
import { MemoryCache } from '@helpmesh/service-kit';
import { FakeClock } from '@helpmesh/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { AttemptLimit } from './attempt-limit.ts';

let clock: FakeClock;
let limit: AttemptLimit;
let tries = 0;
beforeEach(() => {
  clock = new FakeClock();
  limit = new AttemptLimit(new MemoryCache(clock), 3);
  tries = 0;
});

const attempt = (ip: string, fails?: ErrorKind, code = 'auth.wrong') =>
  limit
    .try(ip, ['unauthenticated'], async () => {
      tries += 1;
      if (fails) throw new AppError(fails, code, 'No.');
      return 'in';
    })
    .catch((error: AppError) => error.code);

describe('AttemptLimit', () => {
  it('lets no more wrong tries through at once than one after the other', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => attempt('192.0.2.1', 'unauthenticated')));
    expect(answers.filter((answer) => answer === 'auth.too-many-failures')).toHaveLength(7);
    expect(tries).toBe(3);
    expect(await attempt('192.0.2.2')).toBe('in');
    clock.advance(60_001);
    expect(await attempt('192.0.2.1')).toBe('in');
  });

  it('does not count who is right, nor what is no fault of the caller', async () => {
    for (let n = 0; n < 10; n++) expect(await attempt('192.0.2.1')).toBe('in');
    for (let n = 0; n < 10; n++) expect(await attempt('192.0.2.1', 'unavailable')).toBe('auth.wrong');
    for (let n = 0; n < 3; n++) await attempt('192.0.2.1', 'unavailable', 'rpc.timeout');
    expect(await attempt('192.0.2.1')).toBe('auth.too-many-failures');
  });

  it('counts the addresses of one IPv6 network together', async () => {
    for (const ip of ['2001:db8::1', '2001:db8::2', '2001:db8::ffff:3']) await attempt(ip, 'unauthenticated');
    expect(await attempt('2001:db8::4')).toBe('auth.too-many-failures');
    expect(await attempt('2001:db8:0:1::4')).toBe('in');
  });

  it('does not limit with 0', async () => {
    limit = new AttemptLimit(new MemoryCache(clock), 0);
    for (let n = 0; n < 30; n++) expect(await attempt('192.0.2.1', 'unauthenticated')).toBe('auth.wrong');
  });
});
