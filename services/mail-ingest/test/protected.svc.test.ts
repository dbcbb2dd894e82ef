import { keysToOpen, learnCertificate, type Message, reopenMail } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { sealMail } from '@helpmesh/mail-security';
import { anIdentity, aPgpKey, type TestIdentity, type TestPgpKey } from '@helpmesh/mail-security/testing';
import { RpcClient, RpcStrategy } from '@helpmesh/messaging';
import { ActorSigner, SecretBox, serviceActor } from '@helpmesh/service-kit';
import { sendRaw, waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDesk, testDesk } from './desk.ts';

const ANNA = 'anna@partner.example';
const HELP = 'help@desk.example';

describe('a signed or encrypted mail', () => {
  let desk: TestDesk;
  let root: TestIdentity;
  let anna: TestIdentity;
  let help: TestIdentity;
  let annaPgp: TestPgpKey;
  let helpPgp: TestPgpKey;
  /** Keys that the desk has by now; undefined: nobody answers. */
  let held: TestIdentity[] | undefined = [];

  beforeAll(async () => {
    root = await anIdentity({ name: 'Root', authority: true });
    [anna, help] = await Promise.all([
      anIdentity({ name: 'Anna', address: ANNA, issuer: root }),
      anIdentity({ name: 'Help', address: HELP, issuer: root }),
    ]);
    [annaPgp, helpPgp] = await Promise.all([aPgpKey({ address: ANNA }), aPgpKey({ address: HELP })]);
    desk = await testDesk();
    await desk.bus.declareStreams('notification');
    const box = new SecretBox(desk.env.HELPMESH_SECRETS_KEY ?? '');
    const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
    const strategy = new RpcStrategy({
      bus: desk.bus,
      service: 'notification',
      admit: () => serviceActor('mail-ingest'),
    });
    strategy.addHandler(
      keysToOpen.subject,
      async () => {
        if (!held) throw new AppError('unavailable', 'service.unavailable', 'Not now');
        const own = held.map(({ certificate, key }, id) => ({
          ...{ id, certificate: base64(certificate), sealed: base64(box.seal(Buffer.from(key), `mail_key:${id}`)) },
        }));
        const key = base64(box.seal(Buffer.from(helpPgp.key), 'mail_key:77'));
        return {
          own: [...own, { id: 77, type: 'PGP' as const, certificate: base64(helpPgp.certificate), sealed: key }],
          contacts: [],
          authorities: [base64(root.certificate)],
          pgpContacts: [base64(annaPgp.certificate)],
        };
      },
      false,
      { kind: 'question', question: keysToOpen, batch: false },
    );
    strategy.listen(() => undefined);
  });
  afterAll(() => desk?.stop());

  const raw = (
    subject: string,
    content = 'Content-Type: text/html\r\n\r\n<p>Secret</p><img src="https://evil.example/x.gif">\r\n',
  ) => Buffer.from(`From: Anna <${ANNA}>\r\nTo: ${HELP}\r\nSubject: ${subject}\r\nMIME-Version: 1.0\r\n${content}`);
  const sealed = (subject: string, content?: string) =>
    sealMail(raw(subject, content), { sign: anna, encryptFor: [help.certificate] }, new Date());
  const send = async (mail: Buffer) =>
    sendRaw({ port: desk.smtpPort }, mail.toString('latin1'), { from: ANNA, to: [HELP] });
  const learned = async () => {
    const { state } = await desk.bus.jsm.streams.info('CMD_NOTIFICATION');
    const found = [];
    for (let seq = state.first_seq; seq <= state.last_seq && state.messages > 0; seq++) {
      const message = await desk.bus.jsm.streams.getMessage('CMD_NOTIFICATION', { seq });
      if (message?.subject === learnCertificate.type) found.push(message.json<Message<typeof learnCertificate>>());
    }
    return found;
  };

  it('stays closed without its key, loses nothing, and is opened when the key has come', async () => {
    held = [];
    await send(await sealed('Closed'));
    const { data } = await desk.filedWith('Closed');
    expect(data.security).toMatchObject({ encryption: { success: false, reason: 'no-key' } });
    expect(data).toMatchObject({ unreadable: null, attachments: [{ filename: 'smime.p7m' }] });
    held = [help];
    const signer = new ActorSigner({ service: 'ticket', key: desk.keys.pairs.ticket?.privateKey ?? '' });
    const asking = { actor: signer.service(), timeoutMs: 20_000 };
    const rpc = new RpcClient(desk.bus);
    const again = await rpc.call(reopenMail, { inboundId: data.inboundId }, asking);
    expect(again.security).toMatchObject({ sign: { success: true }, encryption: { success: true } });
    expect(again).toMatchObject({ attachments: [] });
    expect(again.html).toContain('Secret');
    await expect(rpc.call(reopenMail, { inboundId: 99_999 }, asking)).rejects.toMatchObject({ code: 'mail.raw-gone' });
  });

  it('is filed with what is within, and fetches nothing from elsewhere', async () => {
    held = [help];
    await send(await sealed('Opened'));
    const { data } = await desk.filedWith('Opened');
    expect(data.security).toMatchObject({
      ...{ type: 'S/MIME', sign: { success: true, signer: { addresses: [ANNA] } }, encryption: { success: true } },
    });
    expect(data.html).toContain('Secret');
    expect(data.html).not.toContain('evil.example');
    const told = await waitFor(async () => (await learned())[0], { what: 'the certificate to be learned' });
    expect(told.data.address).toBe(ANNA);
    expect(Buffer.from(told.data.certificate, 'base64')).toEqual(Buffer.from(anna.certificate));
  });

  it('in somebody else\u2019s name is not believed, and nothing is learned of it', async () => {
    held = [help];
    const before = (await learned()).length;
    const mail = (await sealed('Forged'))
      .toString('latin1')
      .replace(`From: Anna <${ANNA}>`, 'From: Boss <boss@x.example>');
    await send(Buffer.from(mail, 'latin1'));
    const { data } = await desk.filedWith('Forged');
    expect(data.security).toMatchObject({ sign: { success: false, reason: 'other-address' } });
    expect(await learned()).toHaveLength(before);
  });

  it('by OpenPGP is filed with what is within, and offers the key that came along', async () => {
    held = [];
    const before = (await learned()).length;
    const key = Buffer.from(annaPgp.certificate)
      .toString('base64')
      .match(/.{1,70}/g)
      ?.join('\r\n ');
    const autocrypt = `Autocrypt: addr=${ANNA}; prefer-encrypt=mutual; keydata=\r\n ${key}\r\n`;
    const sealing = { type: 'PGP' as const, sign: annaPgp, encryptFor: [helpPgp.certificate] };
    const mail = await sealMail(raw('By OpenPGP'), sealing, new Date());
    await send(Buffer.concat([Buffer.from(autocrypt), mail]));
    const { data } = await desk.filedWith('By OpenPGP');
    expect(data.security).toMatchObject({ type: 'PGP', sign: { success: true }, encryption: { success: true } });
    expect(data.html).toContain('Secret');
    expect(data.html).not.toContain('evil.example');
    expect(data.attachments).toEqual([]);
    const told = await waitFor(async () => (await learned())[before], { what: 'the key to be offered' });
    expect(told.data).toMatchObject({ type: 'PGP', address: ANNA });
    expect(Buffer.from(told.data.certificate, 'base64')).toEqual(Buffer.from(annaPgp.certificate));
  });

  it('waits while nobody can say which keys there are', async () => {
    held = undefined;
    await send(await sealed('Waiting'));
    await send(raw('Plain'));
    await desk.filedWith('Plain');
    expect((await desk.filed()).some(({ data }) => data.subject === 'Waiting')).toBe(false);
    held = [help];
    expect((await desk.filedWith('Waiting')).data.security).toMatchObject({ encryption: { success: true } });
  });
});
