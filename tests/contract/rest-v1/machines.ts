import { describe, expect, it } from 'vitest';
import { type Section, unserved } from './world.ts';

/** Nobody's token: whoever shows it is refused, also where there is nothing that a token opens. */
const TOKEN = 'x'.repeat(40);

export const machines: Section = (world) => {
  describe('2.8 public and machine endpoints', () => {
    it.each([
      ['2.8.2 form_submit', 'form_submit', { fingerprint: TOKEN, token: TOKEN, name: 'x', email: 'x@y.example' }],
      ['2.8.3 cti', `cti/${TOKEN}`, { event: 'newCall', direction: 'in', from: '1', to: '2', callId: 'a' }],
      ['2.8.5 integration/check_mk', `integration/check_mk/${TOKEN}`, { event_id: '1', host: 'h', state: 'down' }],
    ])('%s: a stranger is refused in words that clients can read', async (_row, path, body) => {
      expect([401, 403, 404]).toContain(unserved(await world().anyone.call('POST', `/api/v1/${path}`, body)));
    });
  });
};
