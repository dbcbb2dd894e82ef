import { createHmac, randomBytes } from 'node:crypto';
import { SystemClock } from '@helpmesh/kernel';
import { webhookHeaders, writtenSecret } from '@helpmesh/service-kit';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { hubSignature } from './signature.ts';

const body = JSON.stringify({ ticket: { title: 'Zoë' } });
const now = new SystemClock().now();
const [key, old, other] = [randomBytes(32), randomBytes(32), randomBytes(32)];

describe('a signature', () => {
  it('is believed by the library of Standard Webhooks, by either key while one is replaced', () => {
    const headers = webhookHeaders('01930a1b', now, body, [{ secret: key }, { secret: old }]);
    for (const one of [key, old])
      expect(new Webhook(writtenSecret(one)).verify(body, headers)).toEqual(JSON.parse(body));
  });

  it.each([
    ['another key', other, body, 0],
    ['another body', key, `${body} `, 0],
    ['an old time', key, body, -600_000],
  ])('is refused with %s', (_what, by, said, later) => {
    const headers = webhookHeaders('01930a1b', (now + later) as typeof now, body, [{ secret: key }]);
    expect(() => new Webhook(writtenSecret(by)).verify(said, headers)).toThrow();
  });

  it('is what receivers of Zammad compute', () => {
    expect(hubSignature(body, 'token')).toBe(`sha1=${createHmac('sha1', 'token').update(body).digest('hex')}`);
  });
});
