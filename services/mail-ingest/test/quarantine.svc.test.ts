import { generateKeyPairSync } from 'node:crypto';
import {
  type Actor,
  discardQuarantined,
  getQuarantinedMail,
  listQuarantine,
  processQuarantined,
  releaseSuspended,
  senderProof,
  serviceFigures,
  suspendMail,
} from '@helpmesh/contracts';
import { RpcClient } from '@helpmesh/messaging';
import { sql } from '@helpmesh/persistence';
import { ActorSigner, type TokenFor } from '@helpmesh/service-kit';
import { sendRaw, waitFor } from '@helpmesh/testing';
import { dkimSign } from 'mailauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDesk, testDesk } from './desk.ts';
import { nameServer } from './name-server.ts';

const person = (permissions: string[]): Actor => ({
  kind: 'user',
  userId: 3,
  login: 'admin@example.com',
  permissions,
  groups: {},
  organizationIds: [],
  sharedOrganizationIds: [],
  locale: 'en',
  via: 'session',
});

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 1024,
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

describe('the quarantine', { timeout: 90_000 }, () => {
  let names: Awaited<ReturnType<typeof nameServer>>;
  let desk: TestDesk;
  let rpc: RpcClient;
  let as: (permissions: string[]) => { actor: TokenFor };

  beforeAll(async () => {
    names = await nameServer({
      'k._domainkey.customer.example': `v=DKIM1; k=rsa; p=${publicKey.toString('base64')}`,
      '_dmarc.customer.example': 'v=DMARC1; p=reject',
    });
    desk = await testDesk({ MAIL_DNS_SERVERS: names.address, MAIL_ADDRESSES: 'sales@desk.example' });
    rpc = new RpcClient(desk.bus);
    const gateway = new ActorSigner({ service: 'gateway', key: desk.keys.pairs.gateway?.privateKey ?? '' });
    as = (permissions) => ({ actor: gateway.for(person(permissions)) });
    for (const subject of ['first', 'second']) {
      const parts = '--b\r\n\r\nx\r\n'.repeat(1_500);
      const head = `From: eve@hostile.example\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@x.example>\r\n`;
      await sendRaw(
        { port: desk.smtpPort },
        `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n${parts}--b--\r\n`,
      );
    }
    await desk.settled();
  });
  afterAll(async () => {
    await desk?.stop();
    names?.close();
  });

  const list = (permissions: string[], query = {}) =>
    rpc.call(listQuarantine, { params: {}, query, body: undefined }, as(permissions));
  const again = (permissions: string[], id: number) =>
    rpc.call(processQuarantined, { params: { id }, query: {}, body: undefined }, as(permissions));

  it('is shown to administrators of mail channels, newest first, page by page', async () => {
    const all = await list(['admin.channel_email']);
    expect(all).toMatchObject([
      { from: 'eve@hostile.example', to: ['helpdesk@localhost'], cause: 'It has more than 1000 parts.', attempts: 1 },
      { attempts: 1 },
    ]);
    expect(all[0]?.id).toBeGreaterThan(all[1]?.id ?? 0);
    expect(await list(['admin'], { per_page: '1', page: '2' })).toEqual(all.slice(1));
  });

  it('is counted for programs that watch', async () => {
    const { counts, last_created_at } = await rpc.call(serviceFigures['mail-ingest'], {}, as([]));
    expect(counts).toEqual({ mails_waiting: 0, mails_waiting_oldest: 0, mails_quarantined: 2, mails_suspended: 0 });
    expect(last_created_at.mails).toMatch(/Z$/);
  });

  it.each([[[]], [['ticket.agent']], [['admin.user']]])('is not shown with %j', async (permissions) => {
    await expect(list(permissions)).rejects.toMatchObject({ kind: 'forbidden', code: 'mail.admin-only' });
    await expect(again(permissions, 1)).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it('has a mail read once more; one that is still unreadable is not told of twice', async () => {
    const [mail] = await list(['admin']);
    expect(await again(['admin'], mail?.id ?? 0)).toEqual({ state: 'received' });
    await desk.settled();
    expect((await list(['admin'])).map(({ id }) => id)).toContain(mail?.id);
    expect(await desk.filed()).toHaveLength(2);
  });

  it('files a mail that can be read by now', async () => {
    const [mail] = await list(['admin']);
    await sendRaw({ port: desk.smtpPort }, 'From: eve@hostile.example\r\nSubject: repaired\r\n\r\nnow readable');
    const readable = (await desk.settled()).find(({ state }) => state === 'parsed');
    // Stands for a parser that learned to read it.
    await sql(desk.db, 'UPDATE inbound_mail SET sha256 = $2, size = $3 WHERE id = $1', [
      mail?.id,
      readable?.sha256,
      readable?.size,
    ]);
    await again(['admin'], mail?.id ?? 0);
    await desk.settled();
    const commands = (await desk.filed()).filter(({ data }) => data.inboundId === mail?.id);
    expect(commands.map(({ data }) => data.unreadable === null)).toEqual([false, true]);
    expect(await again(['admin'], mail?.id ?? 0)).toEqual({ state: 'parsed' });
    // Two tries had an effect, the third found nothing to do.
    const told = await sql<{ data: object }>(
      desk.db,
      "SELECT payload::json -> 'data' AS data FROM outbox WHERE subject LIKE '%record-audit' UNION ALL " +
        "SELECT payload::json -> 'data' AS data FROM event_log WHERE subject LIKE '%record-audit'",
    );
    expect(told.map(({ data }) => data)).toEqual(
      Array(2).fill(expect.objectContaining({ action: 'quarantined-mail.processed', objectId: String(mail?.id) })),
    );
  });

  it('gives mails as they came, has them discarded with a reason, and processed after all', async () => {
    const [mail] = await list(['admin']);
    const id = mail?.id ?? 0;
    const raw = (permissions: string[]) => rpc.call(getQuarantinedMail, { id }, as(permissions));
    const discard = (reason: string, permissions = ['admin']) =>
      rpc.call(discardQuarantined, { params: { id }, query: {}, body: { reason } }, as(permissions));
    const row = (await desk.rows()).find((one) => one.id === id);
    expect(await raw(['admin'])).toEqual({ sha256: row?.sha256, size: row?.size });
    await expect(raw(['ticket.agent'])).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(discard(' ')).rejects.toMatchObject({ code: 'mail.reason-missing' });
    await expect(discard('spam', ['ticket.agent'])).rejects.toMatchObject({ kind: 'forbidden' });
    expect(await discard('spam')).toEqual({ state: 'discarded' });
    expect((await list(['admin'])).map((one) => one.id)).not.toContain(id);
    expect(await list(['admin'], { state: 'discarded' })).toMatchObject([{ id, discarded_because: 'spam' }]);
    expect(await again(['admin'], id)).toEqual({ state: 'received' });
    await desk.settled();
    expect(await list(['admin'])).toMatchObject([{ id, discarded_because: null }]);
    // What was filed is read on its ticket, by whoever may see that.
    const filed = (await desk.rows()).find(({ state }) => state === 'parsed');
    await expect(rpc.call(getQuarantinedMail, { id: filed?.id ?? 0 }, as(['admin']))).rejects.toMatchObject({
      kind: 'not-found',
    });
  });

  const put = (body: object, permissions = ['admin']) =>
    rpc.call(senderProof.update, { params: {}, query: {}, body }, as(permissions));
  const head = (subject: string) =>
    `From: Ada <ada@customer.example>\r\nTo: support@desk.example\r\nSubject: ${subject}\r\n` +
    `Message-ID: <${subject}@customer.example>\r\n`;
  const received = async (subject: string, raw: string) => {
    await sendRaw({ port: desk.smtpPort }, raw);
    return (await desk.filedWith(subject)).data;
  };

  it('tells of a signed mail that its domain stands behind it, of another that nothing does', async () => {
    const by = { signingDomain: 'customer.example', selector: 'k', privateKey };
    const raw = `${head('signed')}\r\nThe printer burns.\r\n`;
    const { signatures } = await dkimSign(raw, { ...by, signatureData: [by] });
    const proof = { result: 'pass', on: 'dmarc', by: null, domain: 'customer.example' };
    const mail = await received('signed', signatures + raw);
    expect(mail).toMatchObject({ proof });
    expect(mail.proofDemanded).toBeUndefined();
    const [row] = await sql(desk.db, 'SELECT proof FROM inbound_mail WHERE id = $1', [mail.inboundId]);
    expect(row).toEqual({ proof });
    const spoilt = signatures.replace('c=relaxed', 'c=simple') + raw.replaceAll('signed', 'spoilt');
    // From here, a relay of our own: that no other proof was seen says nothing.
    expect(await received('spoilt', spoilt)).toMatchObject({ proof: { result: 'none' } });
    expect((await received('plain', `${head('plain')}\r\nx\r\n`)).proof).toBeUndefined();
  });

  it('takes the word of a server only where it is trusted', async () => {
    const said = (subject: string, server: string) =>
      `Authentication-Results: ${server}; dmarc=fail header.from=customer.example\r\n` +
      `Authentication-Results: mx.desk.example; dmarc=pass header.from=customer.example\r\n${head(subject)}\r\nx\r\n`;
    await expect(put({ policy: 'suspend' }, ['ticket.agent'])).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(put({ trusted_servers: ['mx example'] })).rejects.toMatchObject({ code: 'proof.server-name' });
    expect((await received('stranger', said('stranger', 'mx.desk.example'))).proof).toBeUndefined();
    const policy = { policy: 'suspend', trusted_servers: ['mx.desk.example'] };
    expect(await put({ ...policy, trusted_servers: ['MX.desk.example.'] })).toMatchObject(policy);
    // Of two headers in its name the upper one is its own.
    const believed = await received('believed', said('believed', 'mx.desk.example'));
    const proof = { result: 'fail', on: 'dmarc', by: 'mx.desk.example', domain: 'customer.example' };
    expect(believed).toMatchObject({ proof, proofDemanded: true });
    expect(await received('other', said('other', 'mx.evil.example'))).toMatchObject({ proof: { result: 'pass' } });
    await put({ policy: 'off' });
    const unasked = await received('unasked', said('unasked', 'mx.desk.example'));
    expect([unasked.proof, unasked.proofDemanded]).toEqual([undefined, undefined]);
    await put({ policy: 'mark', trusted_servers: [] });
  });

  it('says of mails with a Reply-To that it counts only where somebody wants that, and never of our own address', async () => {
    const asks = (subject: string, address: string) => `Reply-To: ${address}\r\n${head(subject)}\r\nx\r\n`;
    const speaks = async (subject: string, address = 'Vera <vera@visitor.example>') =>
      (await received(subject, asks(subject, address))).replyToSpeaks;
    expect(await speaks('untouched')).toBeUndefined();
    const setting = { sender_based_on_reply_to: 'as_sender_of_email' };
    await expect(put(setting, ['ticket.agent'])).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(put({ sender_based_on_reply_to: 'always' })).rejects.toMatchObject({ kind: 'invalid' });
    expect(await put(setting)).toMatchObject({ ...setting, policy: 'mark' });
    expect(await speaks('by reply-to')).toBe('with-its-name');
    expect(await speaks('to ourselves', 'Sales@desk.example')).toBeUndefined();
    await put({ sender_based_on_reply_to: 'as_sender_of_email_use_from_realname' });
    expect(await speaks('by the name in from')).toBe('with-name-of-from');
    await put({ sender_based_on_reply_to: 'off' });
    expect(await speaks('not any more')).toBeUndefined();
  });

  it('keeps a mail whose sender is not proven until somebody lets it in, looks again, or discards it', async () => {
    const { inboundId: id } = await received('doubt', `${head('doubt')}\r\nx\r\n`);
    const suspended = async (cause: string) => {
      await desk.command(suspendMail, { inboundId: id, cause });
      await waitFor(async () => (await desk.rows()).find((row) => row.id === id)?.state === 'suspended', {
        what: 'the mail to wait',
      });
    };
    const letIn = (permissions: string[]) =>
      rpc.call(releaseSuspended, { params: { id }, query: {}, body: undefined }, as(permissions));
    const filings = async () => (await desk.filed()).filter(({ data }) => data.inboundId === id);
    await suspended('Nothing proves it.');
    expect(await list(['admin'], { state: 'suspended' })).toMatchObject([{ id, cause: 'Nothing proves it.' }]);
    await expect(letIn(['ticket.agent'])).rejects.toMatchObject({ kind: 'forbidden' });
    expect(await again(['admin'], id)).toEqual({ state: 'received' });
    await desk.settled();
    await suspended('Nothing proves it still.');
    expect(await letIn(['admin'])).toEqual({ state: 'received' });
    await desk.settled();
    expect((await filings()).map(({ data }) => data.released)).toEqual([undefined, undefined, true]);
    expect(await letIn(['admin'])).toEqual({ state: 'parsed' });
    expect(await list(['admin'], { state: 'suspended' })).toEqual([]);
  });

  it('does not know mails that are not there', async () => {
    await expect(again(['admin'], 999_999)).rejects.toMatchObject({ kind: 'not-found', code: 'mail.not-found' });
  });
});
