import { describe, expect, it } from 'vitest';
import type { ClaimedMail } from '../../domain/inbound-mail.ts';
import type { ParsedMail } from '../../domain/parsed-mail.ts';
import type { Delivered } from '../../domain/proof/proof.ts';
import { type Networks, networkList } from './networks.ts';
import { ProveSender } from './prove-sender.ts';

const relays = networkList(['203.0.113.0/28', '2001:db8::5']) as Networks;
const line = (ip: string) => `from mx.ada.example (mx.ada.example [${ip}]) by relay.desk.example (Postfix) with ESMTPS`;

/** About whom the name servers would be asked. */
async function askedAbout(client: string, headers: Record<string, string[]>) {
  const asked: Delivered[] = [];
  const prover = {
    look: async (_raw: Uint8Array, delivered: Delivered) => {
      asked.push(delivered);
      return 'unknown' as const;
    },
  };
  const senders = new ProveSender(prover, { policy: 'mark', trusted: ['mx.desk.example'], byReplyTo: 'off' }, relays);
  const mail = { channel: 'smtp', client: `x.example [${client}]`, from: 'ada@ada.example' } as ClaimedMail;
  const parsed = { from: { name: '', address: 'ada@ada.example' }, headers } as unknown as ParsedMail;
  const proof = await senders.run(mail, parsed, new Uint8Array());
  return { proof, client: asked[0]?.client?.ip };
}

describe('SPF is asked about', () => {
  it.each([
    ['the client, whatever its mail says of others', '198.51.100.9', [line('192.0.2.1')], '198.51.100.9'],
    ['whoever handed the mail to a relay of ours', '203.0.113.1', [line('192.0.2.1')], '192.0.2.1'],
    ['nobody when a relay had it from a private network', '203.0.113.1', [line('10.0.0.7')], undefined],
    ['nobody when a relay does not say', '203.0.113.1', [], undefined],
    ['nobody when it names no address', '203.0.113.1', [line('cafe.be')], undefined],
  ])('%s', async (_what, client, received, ip) => {
    expect((await askedAbout(client, { received })).client).toBe(ip);
  });
});

it('the word of a trusted server counts from a relay, and never from a client at the border', async () => {
  const headers = { 'authentication-results': ['mx.desk.example; dmarc=pass header.from=ada.example'] };
  expect((await askedAbout('203.0.113.1', headers)).proof).toMatchObject({ result: 'pass', by: 'mx.desk.example' });
  expect((await askedAbout('198.51.100.9', headers)).proof).toMatchObject({ result: 'unknown' });
});

it.each([['1.2.3.4/33'], ['1.2.3.4/'], ['relay.example'], ['::1/129'], ['1.2.3.4/x']])('%s is no network', (text) => {
  expect(networkList([text])).toBeUndefined();
});
