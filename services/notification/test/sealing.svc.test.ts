import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type Actor,
  checkSealing,
  deliveryFailed,
  deliverySent,
  groupCreated,
  keysToOpen,
  learnCertificate,
  type Message,
  mailKeys,
  mailSealing,
  sendMail,
} from '@helpmesh/contracts';
import { uuidv7 } from '@helpmesh/kernel';
import { openMail, readKeys } from '@helpmesh/mail-security';
import { anIdentity, aPgpKey, type TestIdentity } from '@helpmesh/mail-security/testing';
import { RpcClient } from '@helpmesh/messaging';
import { ActorSigner, loadConfig, type RunningService, SecretBox } from '@helpmesh/service-kit';
import { infra, type Neighbours, neighbours, type SmtpSink, smtpSink, testKeys, waitFor } from '@helpmesh/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createNotificationService, NotificationConfig } from '../src/service.ts';

const DESK = 'help@desk.example.org';
const ANNA = 'anna@partner.example';
const keys = testKeys();
const env = keys.envOf('notification');
let broker: Awaited<ReturnType<ReturnType<typeof infra>['nats']>>;
let others: Neighbours;
let sink: SmtpSink;
let folder: string;
let service: RunningService;
let rpc: RpcClient;
let root: TestIdentity;
let anna: TestIdentity;
let desk: TestIdentity;

const person = (permissions: string[]): Actor => ({
  ...{ kind: 'user', userId: 3, login: 'admin@example.com', permissions, groups: {}, organizationIds: [] },
  ...{ sharedOrganizationIds: [], locale: 'en', via: 'session' },
});
const signed = (actor: Actor, by = 'gateway') =>
  new ActorSigner({ service: by, key: keys.pairs[by]?.privateKey ?? '' }).for(actor);
const as = (...permissions: string[]) => ({ actor: signed(person(permissions)) });
const asService = (name: string) => ({
  actor: new ActorSigner({ service: name, key: keys.pairs[name]?.privateKey ?? '' }).service(),
});
const admin = () => as('admin.channel_email');
const add = (body: { key: string; passphrase?: string; authority?: boolean }, who = admin()) =>
  rpc.call(mailKeys.add, { params: {}, query: {}, body }, who);
const list = () => rpc.call(mailKeys.list, { params: {}, query: {}, body: undefined }, admin());

beforeAll(async () => {
  [root, broker] = await Promise.all([anIdentity({ name: 'Root', authority: true }), infra().nats()]);
  [anna, desk] = await Promise.all([
    anIdentity({ name: 'Anna', address: ANNA, issuer: root }),
    anIdentity({ name: 'Desk', address: DESK, issuer: root }),
  ]);
  others = await neighbours(broker.url, ['ticket', 'identity', 'mail-ingest']);
  sink = await smtpSink();
  folder = await mkdtemp(path.join(tmpdir(), 'helpmesh-sealing-'));
  service = createNotificationService(
    loadConfig(NotificationConfig, {
      ...env,
      DATABASE_URL: await infra().database('notification'),
      NATS_URL: broker.url,
      HEALTH_PORT: '0',
      HEALTH_HOST: '127.0.0.1',
      HELPMESH_FQDN: 'desk.example.org',
      BLOB_DIR: folder,
      SMTP_URL: sink.url,
      MAIL_FROM: `Helpmesh <${DESK}>`,
      MAIL_POLL_MS: '50',
    }),
  );
  await service.migrate();
  await service.start();
  rpc = service.get(RpcClient);
});
afterAll(async () => {
  await service.stop();
  await others.close();
  await sink.close();
  await broker.stop();
  await rm(folder, { recursive: true, force: true });
});
afterEach(() => sink.clear());

type SendMail = Message<typeof sendMail>['data'];
type Seal = NonNullable<SendMail['sealing']>['sign'];

async function send(subject: string, over: Partial<SendMail> = {}): Promise<SendMail> {
  const data: SendMail = {
    ...{ mailId: uuidv7(), kind: 'reply', ticketId: 7, articleId: 8, from: { name: 'Desk', address: DESK } },
    ...{ replyTo: null, to: [{ name: 'Anna', address: ANNA }], cc: [], messageId: null, inReplyTo: null },
    ...{ references: [], attachments: [], automatic: false },
    content: { subject, text: 'The password is 1234. Gr\u00fc\u00dfe', html: null },
    ...over,
  };
  await others.say(sendMail, data);
  return data;
}
const arrived = (subject: string) =>
  sink.next(`the mail "${subject}"`, ({ raw }) => raw.toString().includes(`Subject: ${subject}`));

describe('keys', () => {
  it('are looked after by administrators of mail channels alone, and private ones never come out', async () => {
    const [own] = await add({ key: `${desk.pem}${desk.keyPem}${root.pem}` });
    expect(own).toMatchObject({ kind: 'own', name: 'Desk', addresses: [DESK], issuer: 'Root', state: 'valid' });
    const [authority] = await add({ key: root.pem, authority: true });
    expect(authority).toMatchObject({ kind: 'authority', name: 'Root' });
    const [contact] = await add({ key: anna.pem });
    expect(contact).toMatchObject({ kind: 'contact', addresses: [ANNA], encrypts: true, learned: false });
    expect((await list()).map(({ kind }) => kind)).toEqual(['contact', 'authority', 'own']);
    const file = await rpc.call(
      mailKeys.download,
      { params: { id: own?.id ?? 0 }, query: {}, body: undefined },
      admin(),
    );
    expect(file.data).toMatch(/^-----BEGIN CERTIFICATE-----/);
    expect(JSON.stringify([await list(), file])).not.toContain('PRIVATE');
    await expect(add({ key: anna.pem }, as('ticket.agent'))).rejects.toMatchObject({ code: 'access.not-authorized' });
    await expect(add({ key: anna.pem, authority: true })).rejects.toMatchObject({ code: 'mail-key.no-authority' });
    await expect(add({ key: root.pem })).rejects.toMatchObject({ code: 'mail-key.no-address' });
  });

  it('that were brought once stay the desk\u2019s own when the public part is brought again', async () => {
    const before = await list();
    await add({ key: desk.pem });
    expect(await list()).toHaveLength(before.length);
    expect((await list()).find(({ name }) => name === 'Desk')).toMatchObject({ kind: 'own' });
  });

  it('are given to whoever opens mails, sealed for their row', async () => {
    const asker = asService('mail-ingest');
    const { own, contacts, authorities } = await rpc.call(keysToOpen, { from: ANNA }, asker);
    expect([own.length, contacts.length, authorities.length]).toEqual([1, 1, 1]);
    const sealed = Buffer.from(own[0]?.sealed ?? '', 'base64');
    const box = new SecretBox(env.HELPMESH_SECRETS_KEY ?? '');
    expect(box.open(sealed, `mail_key:${own[0]?.id}`)).toEqual(Buffer.from(desk.key));
    expect(() => box.open(sealed, 'mail_key:999')).toThrow();
    expect((await rpc.call(keysToOpen, { from: 'else@partner.example' }, asker)).contacts).toEqual([]);
  });

  it('of believed senders are learned, for the address they say alone', async () => {
    const [bert, eve] = await Promise.all([
      anIdentity({ name: 'Bert', address: 'bert@partner.example', issuer: root }),
      anIdentity({ name: 'Eve', address: 'eve@partner.example', issuer: root }),
    ]);
    const learn = ({ certificate }: TestIdentity, address: string) =>
      others.say(learnCertificate, { certificate: Buffer.from(certificate).toString('base64'), address });
    await learn(eve, 'bert@partner.example');
    await learn(bert, 'bert@partner.example');
    const found = await waitFor(async () => (await list()).find(({ name }) => name === 'Bert'), {
      what: 'Bert\u2019s',
    });
    expect(found).toMatchObject({ kind: 'contact', learned: true });
    expect((await list()).some(({ name }) => name === 'Eve')).toBe(false);
  });
});

describe('a mail', () => {
  it('leaves signed and encrypted as its writer wants it', async () => {
    await send('Sealed', { security: { sign: true, encrypt: true } });
    const { raw } = await arrived('Sealed');
    expect(raw.toString()).not.toMatch(/password|1234/);
    const ring = { own: [anna], contacts: [], authorities: [root.certificate] };
    const opened = await openMail(raw, ring, DESK, new Date());
    expect(opened?.report).toMatchObject({ sign: { success: true }, encryption: { success: true } });
    expect(opened?.content?.toString()).toContain('The password is 1234');
  });

  it('leaves signed only, in words that anybody can read', async () => {
    await send('Signed', { security: { sign: true, encrypt: false } });
    const { raw } = await arrived('Signed');
    expect(raw.toString()).toContain('The password is 1234');
    const ring = { own: [], contacts: [], authorities: [root.certificate] };
    expect((await openMail(raw, ring, DESK, new Date()))?.report.sign.success).toBe(true);
  });

  it('does not leave at all when somebody has no key', async () => {
    const cc = [{ name: '', address: 'nobody@else.example' }];
    const { mailId } = await send('Unsealable', { cc, security: { sign: false, encrypt: true } });
    const failed = await others.hear(deliveryFailed, ({ data }) => data.mailId === mailId);
    expect(failed.data.error).toContain('There is no key to encrypt for nobody@else.example.');
    expect(sink.mails).toEqual([]);
  });

  it('that the desk sends by itself is signed when its group wants that', async () => {
    await others.say(groupCreated, aGroup(4, DESK), { aggregateVersion: 1 });
    const offer = (to: string[], who = as('ticket.agent')) =>
      rpc.call(mailSealing.offer, { params: {}, query: {}, body: { group_id: 4, to } }, who);
    await waitFor(async () => (await list()).some(({ group_ids }) => group_ids.includes(4)), { what: 'the group' });
    const set = { params: { group_id: 4 }, query: {}, body: { sign: true, sign_automatic: true } };
    await rpc.call(mailSealing.update, set, admin());
    expect(await offer([ANNA, 'x@y.example'])).toEqual({
      type: 'S/MIME',
      sign: { possible: true, reason: null },
      encryption: { possible: false, reason: 'no-key', missing: ['x@y.example'] },
      wanted: { sign: true, encrypt: false },
    });
    await expect(offer([], as('ticket.customer'))).rejects.toMatchObject({ code: 'access.not-authorized' });
    await send('By itself', { automatic: true });
    expect((await arrived('By itself')).raw.toString()).toContain('multipart/signed');
    await send('By hand');
    expect((await arrived('By hand')).raw.toString()).not.toContain('multipart/signed');
  });

  it('of a rule is signed and encrypted by the keys that there are, and without them left out where that is wanted', async () => {
    const [nobody, sales] = ['nobody@else.example', { name: 'Sales', address: 'sales@desk.example.org' }];
    const rule = (subject: string, sign: Seal, encryption: Seal, over: Partial<SendMail> = {}) =>
      send(subject, { kind: 'auto-reply', automatic: true, sealing: { sign, encryption }, ...over });
    const bothWays = await rule('Both', 'discard', 'discard');
    expect((await arrived('Both')).raw.toString()).not.toMatch(/password|1234/);
    const both = await others.hear(deliverySent, ({ data }) => data.mailId === bothWays.mailId);
    expect(both.data.security).toEqual({ type: 'S/MIME', sign: true, encrypt: true });

    const partly = await rule('Partly', 'always', 'always', { to: [{ name: '', address: nobody }] });
    const { raw } = await arrived('Partly');
    expect(raw.toString()).toMatch(/multipart\/signed[\s\S]*The password is 1234/);
    const signedOnly = await others.hear(deliverySent, ({ data }) => data.mailId === partly.mailId);
    expect(signedOnly.data.security).toEqual({ type: 'S/MIME', sign: true, encrypt: false });

    const open = await rule('Open', 'always', 'no', { from: sales });
    expect((await arrived('Open')).raw.toString()).not.toContain('multipart/signed');
    expect((await others.hear(deliverySent, ({ data }) => data.mailId === open.mailId)).data.security).toBeUndefined();

    for (const [sign, encryption, over, why] of [
      ['no', 'discard', { to: [{ name: '', address: nobody }] }, `There is no key to encrypt for ${nobody}.`],
      ['discard', 'no', { from: sales }, `The key of ${sales.address} to sign with is missing.`],
    ] as const) {
      const { mailId } = await rule('Discarded', sign, encryption, over as Partial<SendMail>);
      const told = await others.hear(deliveryFailed, ({ data }) => data.mailId === mailId);
      expect(told.data).toMatchObject({ discarded: true, attempts: 0, error: why });
    }
    await others.settled('notification');
    expect(sink.mails.map(({ parsed }) => parsed.subject)).not.toContain('Discarded');
  });

  it('is checked before it is written', async () => {
    const asker = asService('ticket');
    const check = (from: string, to: string[]) =>
      rpc.call(checkSealing, { from, to, sign: true, encrypt: true }, asker);
    expect(await check(DESK, [ANNA])).toEqual({ type: 'S/MIME', sign: null, missing: [] });
    expect(await check('sales@desk.example.org', ['X@y.example'])).toEqual({
      type: 'S/MIME',
      sign: 'no-key',
      missing: ['x@y.example'],
    });
  });
});

describe('OpenPGP', () => {
  const BERND = 'bernd@pgp.example';
  const keyOf = async (address: string) => (await list()).find(({ addresses }) => addresses.includes(address));
  const accept = (id: number, who = admin()) =>
    rpc.call(mailKeys.accept, { params: { id }, query: {}, body: undefined }, who);
  const offered = (certificate: string, address: string) =>
    others.say(learnCertificate, { type: 'PGP', certificate, address });

  it('makes a key for a group, which opens nothing without its secret and is handed on without it', async () => {
    const generate = (group_id: number, who = admin()) =>
      rpc.call(mailKeys.generate, { params: {}, query: {}, body: { group_id, valid_years: 2 } }, who);
    const key = await generate(4);
    expect(key).toMatchObject({
      type: 'PGP',
      kind: 'own',
      addresses: [DESK],
      user_ids: [`Desk <${DESK}>`],
      group_ids: [4],
    });
    expect(Date.parse(key.valid_to ?? '') - Date.now()).toBeGreaterThan(700 * 86_400_000);
    const get = { params: { id: key.id }, query: {}, body: undefined };
    const { filename, data } = await rpc.call(mailKeys.download, get, admin());
    expect([filename, data]).toEqual([
      `openpgp-key-${key.id}.asc`,
      expect.stringMatching(/^-----BEGIN PGP PUBLIC KEY/),
    ]);
    // The system's address speaks for a group that has none.
    expect(await generate(99)).toMatchObject({ addresses: [DESK] });
    await expect(generate(4, as('ticket.agent'))).rejects.toMatchObject({ code: 'access.not-authorized' });
  });

  it('keeps a key that came with a mail from use until an administrator accepts it', async () => {
    const bernd = await aPgpKey({ name: 'Bernd', address: BERND });
    const eve = await aPgpKey({ name: 'Eve', address: 'eve@pgp.example' });
    await offered(eve.publicText, BERND);
    await offered('no key at all', BERND);
    await offered(Buffer.from(bernd.certificate).toString('base64'), BERND);
    const waiting = await waitFor(() => keyOf(BERND), { what: 'the offered key' });
    expect(waiting).toMatchObject({ type: 'PGP', kind: 'contact', state: 'offered', name: 'Bernd', valid_to: null });
    expect(await keyOf('eve@pgp.example')).toBeUndefined();
    const contacts = async () => (await rpc.call(keysToOpen, { from: BERND }, asService('mail-ingest'))).pgpContacts;
    const missing = async () => {
      const asked = { from: DESK, to: [BERND], sign: true, encrypt: true };
      return (await rpc.call(checkSealing, asked, asService('ticket'))).missing;
    };
    expect([await contacts(), await missing()]).toEqual([[], [BERND]]);
    await expect(accept(waiting.id, as('ticket.agent'))).rejects.toMatchObject({ code: 'access.not-authorized' });
    expect(await accept(waiting.id)).toMatchObject({ state: 'valid', learned: false });
    expect([(await contacts())?.length, await missing()]).toEqual([1, []]);
    await expect(accept(waiting.id)).rejects.toMatchObject({ code: 'mail-key.not-offered' });
  });

  it('holds no more than five offers of one address', async () => {
    const keys = await Promise.all(Array.from({ length: 6 }, () => aPgpKey({ address: 'many@pgp.example' })));
    for (const { publicText } of keys) await offered(publicText, 'many@pgp.example');
    const last = await aPgpKey({ address: 'last@pgp.example' });
    await offered(last.publicText, 'last@pgp.example');
    await waitFor(() => keyOf('last@pgp.example'), { what: 'the last offer' });
    expect((await list()).filter(({ addresses }) => addresses.includes('many@pgp.example'))).toHaveLength(5);
  });

  it('is offered where it has the keys, and S/MIME where both do', async () => {
    const offer = async (...to: string[]) =>
      rpc.call(mailSealing.offer, { params: {}, query: {}, body: { group_id: 4, to } }, as('ticket.agent'));
    expect(await offer(BERND)).toMatchObject({ type: 'PGP', sign: { possible: true }, encryption: { possible: true } });
    expect(await offer(ANNA)).toMatchObject({ type: 'S/MIME', encryption: { possible: true } });
    // Anna has a certificate and Bernd a key: no mail can be for both.
    expect(await offer(ANNA, BERND)).toMatchObject({ encryption: { possible: false, missing: [BERND] } });
  });

  it('signs and encrypts what leaves, and is not used once its owner took it back', async () => {
    const to = [{ name: 'Bernd', address: BERND }];
    const security = { type: 'PGP' as const, sign: true, encrypt: true };
    const clara = await aPgpKey({ name: 'Clara', address: 'clara@pgp.example' });
    await add({ key: clara.publicText });
    await send('By PGP', { to: [{ name: 'Clara', address: 'clara@pgp.example' }], security });
    const { raw } = await arrived('By PGP');
    expect(raw.toString()).toContain('multipart/encrypted');
    expect(raw.toString()).not.toContain('1234');
    const desk = (await list()).find(({ type, kind }) => type === 'PGP' && kind === 'own');
    const get = { params: { id: desk?.id ?? 0 }, query: {}, body: undefined };
    const [ours] = await readKeys((await rpc.call(mailKeys.download, get, admin())).data, null, new Date());
    const pgp = { own: [clara], contacts: [ours?.certificate as Buffer] };
    const opened = await openMail(raw, { own: [], contacts: [], authorities: [], pgp }, DESK, new Date());
    expect(opened?.report).toMatchObject({ type: 'PGP', sign: { success: true }, encryption: { success: true } });
    expect(opened?.content?.toString()).toContain('The password is 1234');

    const [revoked] = await add({ key: clara.revokedText });
    expect(revoked).toMatchObject({ state: 'revoked' });
    expect(await add({ key: clara.publicText })).toMatchObject([{ id: revoked?.id, state: 'revoked' }]);
    const gone = await send('Unsealable', { to: [{ name: 'Clara', address: 'clara@pgp.example' }], security });
    const failed = await others.hear(deliveryFailed, ({ data }) => data.mailId === gone.mailId);
    expect(failed.data.error).toContain('There is no key to encrypt for clara@pgp.example.');
    await send('Still there', { to, security });
    expect((await arrived('Still there')).raw.toString()).toContain('multipart/encrypted');
  });
});

function aGroup(id: number, address: string): Message<typeof groupCreated>['data'] {
  return {
    ...{ id, name: `Group ${id}`, active: true, followUpPossible: 'yes', followUpAssignment: true },
    ...{ reopenTimeInDays: null, email: { name: 'Desk', address }, signature: null },
  };
}
