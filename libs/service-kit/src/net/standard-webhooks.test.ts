import { createHmac } from 'node:crypto';
import { epochMs } from '@helpmesh/kernel';
import { describe, expect, it } from 'vitest';
import { webhookHeaders, writtenPublicKey, writtenSecret } from './standard-webhooks.ts';

// Made once with other code (docs of the federation protocol); the same code reproduces the vector of the libraries.
const bytes = Buffer.from(Array.from({ length: 32 }, (_, i) => i));
const body = '{"type":"ticket.updated","timestamp":"2026-01-02T03:04:05Z","data":{"id":"t-1"}}';
const v1 = 'v1,Te9xQFme0fLJu7Dm45pfu6cBumC73wxNva2an0Vsi8M=';
const v1a = 'v1a,GWZ38Q934WYlkFr9ad2SIaaztdzdlVwx8DcBxaLVoBul2GUrReT+cR1QtwW8/RvAq9+L7rC40HmihnNwmwEmCw==';

describe('Standard Webhooks', () => {
  it('signs as the vectors say, by HMAC and by Ed25519', () => {
    expect(writtenSecret(bytes)).toBe('whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=');
    expect(writtenPublicKey(bytes)).toBe('whpk_A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=');
    expect(webhookHeaders('msg_000001', epochMs(1_767_323_045_999), body, [{ secret: bytes, seed: bytes }])).toEqual({
      ...{ 'webhook-id': 'msg_000001', 'webhook-timestamp': '1767323045', 'webhook-signature': `${v1} ${v1a}` },
    });
  });

  it('signs by each key while one is replaced, and without Ed25519 where there is no key for it', () => {
    const [old, present] = [Buffer.from('0123456789012345678901234'), bytes];
    const { 'webhook-signature': signature } = webhookHeaders('m', epochMs(1_000), 'Grüße', [
      ...[{ secret: present }, { secret: old }],
    ]);
    const by = (key: Buffer) => `v1,${createHmac('sha256', key).update('m.1.Grüße').digest('base64')}`;
    expect(signature).toBe(`${by(present)} ${by(old)}`);
  });
});
