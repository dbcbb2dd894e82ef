import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KeyPair, openMail, readKeys, sealMail } from '@helpmesh/mail-security';
import { anIdentity, type TestIdentity } from '@helpmesh/mail-security/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const missing = spawnSync('openssl', ['version']).status === 0 ? undefined : 'openssl is not installed';
const FROM = 'anna@partner.example';
const DESK = 'help@desk.example';
const at = new Date('2026-06-01T12:00:00Z');
const CONTENT = 'Content-Type: text/plain; charset=utf-8\r\n\r\nGrüße, 100 EUR.\r\n';
const HEAD = `From: Anna <${FROM}>\r\nTo: ${DESK}\r\nSubject: Offer\r\n`;

describe.skipIf(missing !== undefined)(`S/MIME with openssl as the other side${missing ? ` (${missing})` : ''}`, () => {
  let dir: string;
  let root: TestIdentity;
  let anna: TestIdentity;
  let desk: TestIdentity;

  const file = (name: string, content: string | Uint8Array = '') => {
    const path = join(dir, name);
    if (content.length > 0) writeFileSync(path, content);
    return path;
  };
  const openssl = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('openssl', args, { cwd: dir });
    if (status !== 0) throw new Error(`openssl ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const ring = () => ({ own: [desk], contacts: [], authorities: [root.certificate] });
  const open = (mail: Buffer) => openMail(Buffer.concat([Buffer.from(HEAD), mail]), ring(), FROM, at);
  const words = (content: Buffer | null | undefined) => content?.toString().replaceAll('\r\n', '\n') ?? '';

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'helpmesh-openssl-'));
    root = await anIdentity({ name: 'Root', authority: true });
    anna = await anIdentity({ name: 'Anna', address: FROM, issuer: root });
    desk = await anIdentity({ name: 'Desk', address: DESK, issuer: root });
    for (const [name, { pem, keyPem }] of Object.entries({ root, anna, desk })) {
      file(`${name}.pem`, pem);
      file(`${name}.key`, keyPem);
    }
    file('content', CONTENT);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const by = ['-signer', 'anna.pem', '-inkey', 'anna.key', '-in', 'content'];

  it.each([
    ['smime, detached', ['smime', '-sign', ...by]],
    ['smime, opaque', ['smime', '-sign', '-nodetach', ...by]],
    ['cms, SHA-512', ['cms', '-sign', '-md', 'sha512', ...by]],
    ['cms, named by key id', ['cms', '-sign', '-keyid', ...by]],
    ['cms, PSS', ['cms', '-sign', ...by, '-keyopt', 'rsa_padding_mode:pss']],
    ['smime, without attributes', ['smime', '-sign', '-noattr', ...by]],
  ])('believes what it signs: %s', async (_, args) => {
    const opened = await open(openssl(...args));
    expect(opened?.report.sign).toMatchObject({ success: true, signer: { addresses: [FROM] } });
    expect(words(opened?.content)).toContain('Grüße, 100 EUR.');
  });

  it('believes nothing that it signs with SHA-1', async () => {
    const opened = await open(openssl('smime', '-sign', '-md', 'sha1', ...by));
    expect(opened?.report.sign).toMatchObject({ success: false, reason: 'weak' });
  });

  it('does not believe a detached signature that has a text of its own within', async () => {
    const opaque = openssl('cms', '-sign', '-nodetach', '-outform', 'DER', ...by);
    const mail = [
      'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary=B',
      '',
      '--B',
      '',
      'Pay Mallory instead.',
      '--B',
      'Content-Type: application/pkcs7-signature',
      'Content-Transfer-Encoding: base64',
      '',
      opaque.toString('base64'),
      '--B--',
      '',
    ];
    const opened = await open(Buffer.from(mail.join('\r\n')));
    expect(opened?.report.sign).toMatchObject({ success: false, reason: 'malformed' });
  });

  it('does not believe a second signer who signed as well, when the sender has not', async () => {
    const opened = await open(openssl('smime', '-sign', '-signer', 'desk.pem', '-inkey', 'desk.key', '-in', 'content'));
    expect(opened?.report.sign).toMatchObject({ success: false, reason: 'other-address' });
    const both = openssl('cms', '-sign', ...by, '-signer', 'desk.pem', '-inkey', 'desk.key');
    expect((await open(both))?.report.sign.success).toBe(true);
  });

  it.each([
    ['smime, AES-256', ['smime', '-encrypt', '-aes256', '-in', 'content', 'desk.pem']],
    ['smime, triple DES', ['smime', '-encrypt', '-des3', '-in', 'content', 'desk.pem']],
    ['smime, for two', ['smime', '-encrypt', '-aes128', '-in', 'content', 'anna.pem', 'desk.pem']],
    ['cms, GCM', ['cms', '-encrypt', '-aes-256-gcm', '-in', 'content', 'desk.pem']],
    [
      'cms, OAEP',
      [
        'cms',
        '-encrypt',
        '-aes256',
        '-in',
        'content',
        '-recip',
        'desk.pem',
        '-keyopt',
        'rsa_padding_mode:oaep',
        '-keyopt',
        'rsa_oaep_md:sha256',
      ],
    ],
    ['cms, streamed', ['cms', '-encrypt', '-stream', '-aes256', '-in', 'content', 'desk.pem']],
  ])('opens what it encrypts: %s', async (_, args) => {
    const opened = await open(openssl(...args));
    expect(opened?.report.encryption).toMatchObject({ success: true });
    expect(words(opened?.content)).toContain('Grüße, 100 EUR.');
  });

  it('opens and believes what it signs and then encrypts', async () => {
    file('signed', openssl('smime', '-sign', ...by));
    const opened = await open(openssl('smime', '-encrypt', '-aes256', '-in', 'signed', 'desk.pem'));
    expect(opened?.report).toMatchObject({ sign: { success: true }, encryption: { success: true } });
    expect(words(opened?.content)).toContain('Grüße, 100 EUR.');
  });

  it('has its signatures believed and its secrets opened by it', async () => {
    const raw = Buffer.from(`${HEAD}MIME-Version: 1.0\r\n${CONTENT}`);
    const mail = await sealMail(raw, { sign: desk, encryptFor: [anna.certificate, desk.certificate] }, at);
    file('mail', mail);
    expect(mail.toString()).toContain('Subject: Offer');
    const opened = openssl('smime', '-decrypt', '-in', 'mail', '-recip', 'anna.pem', '-inkey', 'anna.key');
    file('opened', opened);
    const shown = openssl('smime', '-verify', '-in', 'opened', '-CAfile', 'root.pem', '-attime', String(+at / 1000));
    expect(shown.toString()).toBe(CONTENT);
    expect(
      openssl('cms', '-verify', '-in', 'opened', '-CAfile', 'root.pem', '-attime', String(+at / 1000)).toString(),
    ).toBe(CONTENT);
  });

  it('reads the keys that it writes', async () => {
    const pass = ['-passout', 'pass:grün & 1'];
    openssl(
      'pkcs12',
      '-export',
      '-in',
      'desk.pem',
      '-inkey',
      'desk.key',
      '-certfile',
      'root.pem',
      '-out',
      'desk.p12',
      ...pass,
    );
    const p12 = readFileSync(file('desk.p12')).toString('base64');
    const [mine, issuer] = await readKeys(p12, 'grün & 1', at);
    expect(mine?.certificate).toEqual(Buffer.from(desk.certificate));
    expect(mine?.key).not.toBeNull();
    expect(issuer?.facts).toMatchObject({ name: 'Root', authority: true });
    await expect(readKeys(p12, 'wrong', at)).rejects.toMatchObject({ code: 'mail-key.passphrase' });

    const locked = openssl('pkcs8', '-topk8', '-in', 'desk.key', '-passout', 'pass:secret').toString();
    const [again] = await readKeys(`${desk.pem}\n${locked}`, 'secret', at);
    const opened = await openMail(
      Buffer.concat([Buffer.from(HEAD), openssl('smime', '-encrypt', '-aes256', '-in', 'content', 'desk.pem')]),
      { ...ring(), own: [{ certificate: again?.certificate, key: again?.key, chain: [] } as KeyPair] },
      FROM,
      at,
    );
    expect(opened?.report.encryption.success).toBe(true);
    await expect(readKeys(`${desk.pem}\n${locked}`, 'wrong', at)).rejects.toMatchObject({
      code: 'mail-key.passphrase',
    });
    await expect(readKeys(`${anna.pem}\n${desk.keyPem}`, null, at)).rejects.toMatchObject({ code: 'mail-key.unfit' });
    await expect(readKeys('hello', null, at)).rejects.toMatchObject({ code: 'mail-key.unreadable' });
  });
});
