import { type Certificate, type Exim, exim, eximMissing, selfSigned } from '@helpmesh/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestDesk, testDesk } from './desk.ts';

const missing = eximMissing();

describe('mails from a real Exim', { timeout: 60_000 }, () => {
  let certificate: Certificate;
  let peer: Exim;
  let desk: TestDesk;

  beforeEach((context) => context.skip(missing !== undefined, missing));
  beforeAll(async () => {
    if (missing) return;
    certificate = await selfSigned('localhost');
    peer = await exim(null);
    desk = await testDesk({ SMTP_TLS_CERT: certificate.cert, SMTP_TLS_KEY: certificate.key });
  }, 90_000);
  afterAll(async () => {
    await peer?.close();
    await desk?.stop();
  });

  const mail = (subject: string) => ({
    raw: `From: Ada <ada@peer.example>\nTo: help@desk.example\nSubject: ${subject}\n\nHello\n`,
    ...{ from: 'ada@peer.example', to: 'help@desk.example', port: desk.smtpPort },
  });

  it('come by STARTTLS, with the certificate of the desk checked', async () => {
    const log = await peer.deliver({ ...mail('Encrypted'), trusted: certificate.cert });
    expect(log).toMatch(/=> help@desk\.example .*X=TLS1\.[23].* CV=yes .*C="250 /);
    const filed = await desk.filedWith('Encrypted');
    expect(filed.data.from).toMatchObject({ address: 'ada@peer.example' });
  });

  it('do not come when the server of the sender does not believe that it is the desk', async () => {
    const { cert } = await selfSigned('localhost');
    const log = await peer.deliver({ ...mail('To somebody else'), trusted: cert });
    expect(log).toMatch(/== help@desk\.example .*(certificate|TLS)/);
    expect((await desk.rows()).map(({ state }) => state)).toEqual(['parsed']);
  });
});
