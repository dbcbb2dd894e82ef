import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  generatePgpKey,
  type KeyPair,
  openMail,
  publicText,
  type ReadKey,
  readKeys,
  sealMail,
} from '@helpmesh/mail-security';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const missing = spawnSync('gpg', ['--version']).status === 0 ? undefined : 'gpg is not installed';
const FROM = 'anna@partner.example';
const DESK = 'help@desk.example';
const CONTENT = 'Content-Type: text/plain; charset=utf-8\r\n\r\nGrüße, 100 EUR.\r\n';
const PLAIN = `From: ${DESK}\r\nTo: ${FROM}\r\nSubject: Offer\r\nMIME-Version: 1.0\r\n${CONTENT}`;

describe.skipIf(missing !== undefined)(`OpenPGP with gpg as the other side${missing ? ` (${missing})` : ''}`, () => {
  let home: string;
  let desk: KeyPair;
  let anna: ReadKey;
  const at = new Date();

  const file = (name: string) => join(home, name);
  const run = (args: string[], input?: string | Uint8Array) =>
    spawnSync(
      'gpg',
      ['--batch', '--no-tty', '--homedir', home, '--pinentry-mode', 'loopback', '--trust-model', 'always', ...args],
      {
        ...{ cwd: home, maxBuffer: 64 * 1024 * 1024 },
        ...(input !== undefined && { input }),
      },
    );
  const gpg = (args: string[], input?: string | Uint8Array) => {
    const { status, stdout, stderr } = run(args, input);
    if (status !== 0) throw new Error(`gpg ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  /** @param parameters  as gpg takes them for a new key */
  const newKey = (address: string, parameters: string[], ...options: string[]) =>
    gpg(
      [...options, '--gen-key'],
      ['%no-protection', ...parameters, 'Name-Real: Anna', `Name-Email: ${address}`, '%commit', ''].join('\n'),
    );
  const ed25519 = ['Key-Type: eddsa', 'Key-Curve: ed25519', 'Subkey-Type: ecdh', 'Subkey-Curve: cv25519'];
  const rsa = ['Key-Type: rsa', 'Key-Length: 2048', 'Subkey-Type: rsa', 'Subkey-Length: 2048'];
  const exported = async (address: string, when = at) => {
    const [key] = await readKeys(gpg(['--armor', '--export', address]).toString(), null, when);
    return key as ReadKey;
  };
  const ring = (contact: ReadKey = anna) => ({
    ...{ own: [], contacts: [], authorities: [], pgp: { own: [desk], contacts: [contact.certificate] } },
  });
  const open = (from: string, head: string[], body: string, key = anna, when = at) =>
    openMail(
      Buffer.from([`From: Anna <${from}>`, `To: ${DESK}`, 'MIME-Version: 1.0', ...head, '', body].join('\r\n')),
      ring(key),
      from,
      when,
    );
  const signedMail = (signature: Buffer, content = CONTENT): [string[], string] => [
    ['Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary=B'],
    `--B\r\n${content}\r\n--B\r\nContent-Type: application/pgp-signature\r\n\r\n${signature}\r\n--B--\r\n`,
  ];
  const sealedMail = (message: Buffer): [string[], string] => [
    ['Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=B'],
    [
      '--B\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n',
      `--B\r\nContent-Type: application/octet-stream\r\n\r\n${message}\r\n--B--\r\n`,
    ].join('\r\n'),
  ];
  const words = (content: Buffer | null | undefined) => content?.toString().replaceAll('\r\n', '\n') ?? '';

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'helpmesh-gpg-'));
    // Else it measures for long how long it may take.
    writeFileSync(file('gpg-agent.conf'), 's2k-count 65536\n');
    const made = await generatePgpKey({ name: 'Desk', address: DESK }, new Date(at.getTime() - 60_000), null);
    desk = { certificate: made.certificate, key: made.key as Buffer, chain: [] };
    gpg(['--import'], await publicText('PGP', made.certificate));
    newKey(FROM, ed25519);
    newKey('rsa@partner.example', rsa);
    anna = await exported(FROM);
  });
  afterAll(() => {
    spawnSync('gpgconf', ['--homedir', home, '--kill', 'all']);
    rmSync(home, { recursive: true, force: true });
  });

  it.each([
    ['Ed25519', FROM, []],
    ['RSA', 'rsa@partner.example', []],
    ['as a text', FROM, ['--textmode']],
    ['with SHA-256', FROM, ['--digest-algo', 'SHA256']],
  ])('believes what it signs: %s', async (_, from, options) => {
    const signature = gpg([...options, '--armor', '--local-user', from, '--detach-sign'], CONTENT);
    const key = await exported(from);
    const opened = await open(from, ...signedMail(signature), key);
    expect(opened?.report).toMatchObject({ type: 'PGP', sign: { success: true, signer: { addresses: [from] } } });
    expect(words(opened?.content)).toContain('Grüße, 100 EUR.');
    const altered = await open(from, ...signedMail(signature, CONTENT.replace('100', '900')), key);
    expect(altered).toMatchObject({ content: null, report: { sign: { success: false, reason: 'altered' } } });
  });

  it('believes nothing that it signs with SHA-1', async () => {
    const signature = gpg(['--digest-algo', 'SHA1', '--armor', '--local-user', FROM, '--detach-sign'], CONTENT);
    expect((await open(FROM, ...signedMail(signature)))?.report.sign).toMatchObject({ success: false, reason: 'weak' });
  });

  it.each([FROM, 'rsa@partner.example'])('opens what it encrypts and signs, of %s', async (from) => {
    const message = gpg(['--armor', '--local-user', from, '--recipient', DESK, '--sign', '--encrypt'], CONTENT);
    const opened = await open(from, ...sealedMail(message), await exported(from));
    expect(opened?.report).toMatchObject({ sign: { success: true }, encryption: { success: true } });
    expect(words(opened?.content)).toContain('Grüße, 100 EUR.');
  });

  it('opens what it encrypts for a key of RSA, and for recipients whom it does not name', async () => {
    const secret = gpg(['--armor', '--export-secret-keys', 'rsa@partner.example']).toString();
    const [own] = await readKeys(secret, null, at);
    const keys = { ...ring(), pgp: { own: [desk, { ...own, key: own?.key, chain: [] } as KeyPair], contacts: [] } };
    const message = gpg(['--armor', '--throw-keyids', '--recipient', 'rsa@partner.example', '--encrypt'], CONTENT);
    const [head, body] = sealedMail(message);
    const opened = await openMail(Buffer.from([...head, '', body].join('\r\n')), keys, FROM, at);
    expect(opened?.report.encryption.success).toBe(true);
  });

  it('shows not a word of what it encrypts without a proof that it is whole, nor of what was changed', async () => {
    const bare = run(['--rfc2440', '--cipher-algo', 'AES256', '--armor', '--recipient', DESK, '--encrypt'], CONTENT);
    const opened = await open(FROM, ...sealedMail(bare.stdout));
    expect(opened).toMatchObject({ content: null, report: { encryption: { success: false, reason: 'unsupported' } } });
    const whole = gpg(['--compress-algo', 'none', '--recipient', DESK, '--encrypt'], CONTENT);
    whole[whole.length - 30] = (whole.at(-30) ?? 0) ^ 1;
    const armoured = gpg(['--enarmor'], whole).toString().replaceAll('ARMORED FILE', 'MESSAGE');
    const changed = await open(FROM, ...sealedMail(Buffer.from(armoured)));
    expect(changed).toMatchObject({
      ...{ content: null, report: { encryption: { success: false, reason: 'undecryptable' } } },
    });
  });

  it('opens its messages in the text of a mail', async () => {
    const head = ['Content-Type: text/plain; charset=utf-8'];
    const text = 'Grüße, 100 EUR.\n-- \nAnna\n';
    const sealed = gpg(['--armor', '--local-user', FROM, '--recipient', DESK, '--sign', '--encrypt'], text).toString();
    const opened = await open(FROM, head, sealed);
    expect(opened?.report).toMatchObject({ sign: { success: true }, encryption: { success: true } });
    expect(words(opened?.content)).toContain(text);
    const clear = gpg(['--local-user', FROM, '--clear-sign'], text).toString();
    const believed = await open(FROM, head, clear);
    expect(believed?.report.sign).toMatchObject({ success: true });
    expect(words(believed?.content)).not.toContain('BEGIN PGP');
  });

  it('lets it verify what the desk signs, and open what the desk encrypts', async () => {
    const signed = (
      await sealMail(Buffer.from(PLAIN), { type: 'PGP', sign: desk, encryptFor: null }, new Date())
    ).toString();
    const boundary = /boundary="([^"]+)"/.exec(signed)?.[1] ?? '';
    const [, part = '', signature = ''] = signed.split(`--${boundary}\r\n`);
    writeFileSync(file('part'), part.replace(/\r\n$/, ''));
    writeFileSync(file('part.sig'), signature.slice(signature.indexOf('-----BEGIN'), signature.indexOf('--signed')));
    const status = (...args: string[]) => gpg(['--status-fd', '1', ...args]).toString();
    expect(status('--verify', file('part.sig'), file('part'))).toMatch(/GOODSIG [0-9A-F]+ Desk/);

    for (const to of [FROM, 'rsa@partner.example']) {
      const encryptFor = [(await exported(to)).certificate];
      const sealed = (
        await sealMail(Buffer.from(PLAIN), { type: 'PGP', sign: desk, encryptFor }, new Date())
      ).toString();
      expect(sealed).not.toContain('100 EUR');
      const message = sealed.slice(sealed.indexOf('-----BEGIN PGP MESSAGE'));
      writeFileSync(file('message.asc'), message.slice(0, message.indexOf('-----END') + 25));
      expect(status('--output', file(`out-${to}`), '--decrypt', file('message.asc'))).toMatch(
        /GOODMDC|DECRYPTION_OKAY/,
      );
      const [told, read] = [status('--decrypt', file('message.asc')), readFileSync(file(`out-${to}`), 'utf8')];
      expect(told).toMatch(/GOODSIG [0-9A-F]+ Desk/);
      expect(read).toBe(CONTENT);
    }
  });

  it('reads its private keys by their pass phrase', async () => {
    const options = ['--passphrase', 'grün & 1'];
    gpg([...options, '--quick-gen-key', 'locked@partner.example', 'future-default', 'default', 'never']);
    const secret = gpg([...options, '--armor', '--export-secret-keys', 'locked@partner.example']).toString();
    await expect(readKeys(secret, 'wrong', at)).rejects.toMatchObject({ code: 'mail-key.passphrase' });
    const [key] = await readKeys(secret, 'grün & 1', at);
    expect(key).toMatchObject({ facts: { type: 'PGP', addresses: ['locked@partner.example'], encrypts: true } });
    expect(key?.key).not.toBeNull();
  });

  it('takes its word that a key has ended, or was taken back', async () => {
    const old = 'old@partner.example';
    const then = ['--faked-system-time', '20240101T000000'];
    newKey(old, [...ed25519, 'Expire-Date: 1y'], ...then);
    const ended = await exported(old);
    expect(ended.facts).toMatchObject({ encrypts: false, revoked: false });
    expect(ended.facts.validTo?.toISOString()).toMatch(/^2024-12-31/);
    // A day later: the clock goes on while a key is made.
    const later = ['--faked-system-time', '20240102T000000'];
    const signature = gpg([...later, '--armor', '--local-user', old, '--detach-sign'], CONTENT);
    expect((await open(old, ...signedMail(signature), ended))?.report.sign).toMatchObject({ reason: 'expired' });

    const gone = 'gone@partner.example';
    newKey(gone, ed25519);
    const last = gpg(['--armor', '--local-user', gone, '--detach-sign'], CONTENT);
    const { fingerprint } = (await exported(gone)).facts;
    const certificate = readFileSync(file(`openpgp-revocs.d/${fingerprint.toUpperCase()}.rev`), 'utf8');
    gpg(['--import'], certificate.slice(certificate.indexOf(':-----BEGIN') + 1));
    const revoked = await exported(gone);
    expect(revoked.facts).toMatchObject({ revoked: true, encrypts: false });
    expect((await open(gone, ...signedMail(last), revoked))?.report.sign).toMatchObject({ reason: 'revoked' });
  });
});
