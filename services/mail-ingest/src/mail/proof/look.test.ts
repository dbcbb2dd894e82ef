import { generateKeyPairSync } from 'node:crypto';
import { type DNSResolver, dkimSign, sealMessage } from 'mailauth';
import { describe, expect, it } from 'vitest';
import { proofOf } from '../../domain/proof/proof.ts';
import { look } from './look.ts';
import { NameServers } from './name-servers.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 1024,
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const key = `v=DKIM1; k=rsa; p=${publicKey.toString('base64')}`;

const zone: Record<string, string> = {
  'k._domainkey.strict.example': key,
  'k._domainkey.lax.example': key,
  'k._domainkey.evil.example': key,
  'k._domainkey.list.example': key,
  '_dmarc.strict.example': 'v=DMARC1; p=reject',
  '_dmarc.watching.example': 'v=DMARC1; p=none; rua=mailto:d@watching.example',
  'k._domainkey.watching.example': key,
  'strict.example': 'v=spf1 ip4:192.0.2.1 -all',
  'lax.example': 'v=spf1 ip4:192.0.2.2 -all',
};
const names: DNSResolver = async (name, type) => {
  const text = type === 'TXT' ? zone[name] : undefined;
  if (text === undefined) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
  return [[text]];
};
const away: DNSResolver = async () => {
  throw Object.assign(new Error('no answer'), { code: 'ETIMEOUT' });
};

const mail = (from: string) =>
  `From: Ada <${from}>\r\nTo: support@desk.example\r\nSubject: Hello\r\nDate: Mon, 2 Mar 2026 09:00:00 +0000\r\n` +
  `Message-ID: <1@x.example>\r\n\r\nThe printer burns.\r\n`;
const signed = async (raw: string, signingDomain: string, more: { maxBodyLength?: number } = {}) => {
  const by = { signingDomain, selector: 'k', privateKey, ...more };
  const { signatures } = await dkimSign(raw, { ...by, signatureData: [by] });
  return signatures + raw;
};
const strict = mail('ada@strict.example');
const lax = mail('ada@lax.example');
const client = (ip: string) => ({ ip, helo: 'mx.example' });

async function proven(raw: string, from: { ip?: string; sender?: string; resolve?: DNSResolver } = {}) {
  const { ip, sender = '', resolve = names } = from;
  const found = await look(Buffer.from(raw), { client: ip ? client(ip) : null, sender }, resolve, 2_000);
  return proofOf(found, ['list.example'], ip !== undefined);
}

describe('a mail of a domain that asks for proof', () => {
  it.each([
    ['its signature', async () => signed(strict, 'strict.example'), { ip: '198.51.100.9' }, 'pass'],
    ['its permission', async () => strict, { ip: '192.0.2.1', sender: 'bounce@strict.example' }, 'pass'],
    ['nothing', async () => strict, { ip: '198.51.100.9', sender: 'ada@strict.example' }, 'fail'],
    ['nothing, from a mailbox', async () => strict, {}, 'none'],
    ['the signature of another', async () => signed(strict, 'evil.example'), { ip: '198.51.100.9' }, 'fail'],
    [
      'another words under its signature',
      async () => (await signed(strict, 'strict.example')).replace('burns', 'is fine'),
      { ip: '198.51.100.9' },
      'fail',
    ],
    ['the permission of another', async () => strict, { ip: '192.0.2.2', sender: 'eve@lax.example' }, 'fail'],
  ] as const)('with %s', async (_what, raw, from, result) => {
    expect(await proven(await raw(), from)).toMatchObject({ result, domain: 'strict.example', by: null });
  });

  it('with its signature over a part of the text: anybody may have written the rest', async () => {
    const raw = `${await signed(strict, 'strict.example', { maxBodyLength: 5 })}and send money`;
    expect(await proven(raw, { ip: '198.51.100.9' })).toMatchObject({ result: 'none' });
  });

  it('through a list that changed it, and whose word is trusted', async () => {
    const changed = (await signed(strict, 'strict.example')).replace('Hello', '[list] Hello');
    const seal = (authResults: string) =>
      sealMessage(changed, { signingDomain: 'list.example', selector: 'k', privateKey, cv: 'none', authResults });
    const said = 'list.example; dmarc=pass header.from=strict.example';
    const sealed = async (words: string) => (await seal(words)).toString() + changed;
    const from = { ip: '198.51.100.9' };
    expect(await proven(await sealed(said), from)).toMatchObject({ result: 'pass', on: 'arc', by: 'list.example' });
    expect(await proven((await sealed(said)).replace('dmarc=pass', 'dmarc=fail'), from)).toMatchObject({
      result: 'fail',
    });
    expect(await proven(await sealed(said.replace('pass', 'fail')), from)).toMatchObject({ result: 'fail' });
  });

  it('and two authors proves nothing', async () => {
    const raw = await signed(`From: ceo@strict.example\r\n${lax}`, 'lax.example');
    expect(await proven(raw, { ip: '198.51.100.9' })).toBeNull();
  });
});

describe('a mail of a domain that only watches', () => {
  const raw = mail('ada@watching.example');

  it('is proven by its signature, and nothing is said against it without one', async () => {
    const from = { ip: '198.51.100.9' };
    expect(await proven(await signed(raw, 'watching.example'), from)).toMatchObject({ result: 'pass', on: 'dmarc' });
    expect(await proven(raw, from)).toMatchObject({ result: 'none', on: null });
  });
});

describe('a mail of a domain that asks for nothing', () => {
  it.each([
    ['its signature', async () => signed(lax, 'lax.example'), { ip: '198.51.100.9' }, 'pass', 'dkim'],
    ['its signature, from a mailbox', async () => signed(lax, 'lax.example'), {}, 'pass', 'dkim'],
    ['its permission', async () => lax, { ip: '192.0.2.2', sender: 'ada@lax.example' }, 'pass', 'spf'],
    ['nothing', async () => lax, { ip: '198.51.100.9', sender: 'ada@lax.example' }, 'none', null],
    ['the signature of another', async () => signed(lax, 'evil.example'), { ip: '198.51.100.9' }, 'none', null],
  ] as const)('with %s', async (_what, raw, from, result, on) => {
    expect(await proven(await raw(), from)).toMatchObject({ result, on, domain: 'lax.example' });
  });
});

describe('name servers that are away', () => {
  it('leave it open who wrote the mail', async () => {
    const raw = await signed(strict, 'strict.example');
    expect(await proven(raw, { ip: '198.51.100.9', resolve: away })).toMatchObject({ result: 'unknown' });
  });

  it('that never answer are given up', async () => {
    const never: DNSResolver = () => new Promise(() => undefined);
    const found = await look(Buffer.from(strict), { client: client('192.0.2.1'), sender: '' }, never, 20);
    expect(proofOf(found, [], true)).toMatchObject({ result: 'unknown' });
  });

  const asking = (answers: DNSResolver) => {
    const asked: string[] = [];
    const clock = { now: 0 };
    const servers = new NameServers(
      (name, type) => {
        asked.push(name);
        return answers(name, type);
      },
      () => clock.now,
    );
    const ask = (name: string) => servers.resolve(name, 'TXT').catch(({ code }: { code: string }) => code);
    return { asked, clock, ask };
  };

  it('are left alone for a while, then asked again', async () => {
    let down = true;
    const { asked, clock, ask } = asking((name, type) => (down ? away : names)(name, type));
    for (let n = 0; n < 20; n++) expect(await ask(`${n}.example`)).toBe('ETIMEOUT');
    expect(asked).toHaveLength(9);
    down = false;
    clock.now = 30_001;
    expect(await ask('strict.example')).toEqual([['v=spf1 ip4:192.0.2.1 -all']]);
    expect(await ask('nobody.example')).toBe('ENOTFOUND');
  });

  it('are not away because nobody answers for a stranger', async () => {
    const { asked, ask } = asking((name, type) => (name.endsWith('.evil.example') ? away : names)(name, type));
    for (let n = 0; n < 20; n++) expect(await ask(`${n}.evil.example`)).toBe('ETIMEOUT');
    expect(await ask('strict.example')).toEqual([['v=spf1 ip4:192.0.2.1 -all']]);
    expect(asked.filter((name) => name.endsWith('evil.example'))).toHaveLength(20);
  });

  it('of a stranger who signs too change nothing', async () => {
    const raw = await signed(strict, 'slow.evil.example');
    const resolve: DNSResolver = (name, type) => (name.endsWith('evil.example') ? away : names)(name, type);
    const from = { ip: '198.51.100.9', sender: 'eve@slow.evil.example', resolve };
    expect(await proven(raw, from)).toMatchObject({ result: 'fail' });
  });

  it('are asked once a minute for one name', async () => {
    const { asked, clock, ask } = asking(names);
    for (const at of [0, 59_000, 61_000]) {
      clock.now = at;
      await ask('Strict.Example');
    }
    expect(asked).toHaveLength(2);
  });
});
