import { type Actor, listQuarantine, processQuarantined, serviceFigures } from '@helpmesh/contracts';
import { RpcClient } from '@helpmesh/messaging';
import { sql } from '@helpmesh/persistence';
import { ActorSigner, type TokenFor } from '@helpmesh/service-kit';
import { sendRaw } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDesk, testDesk } from './desk.ts';

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

describe('the quarantine', { timeout: 90_000 }, () => {
  let desk: TestDesk;
  let rpc: RpcClient;
  let as: (permissions: string[]) => { actor: TokenFor };

  beforeAll(async () => {
    desk = await testDesk();
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
  afterAll(() => desk?.stop());

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
    expect(counts).toEqual({ mails_waiting: 0, mails_waiting_oldest: 0, mails_quarantined: 2 });
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

  it('does not know mails that are not there', async () => {
    await expect(again(['admin'], 999_999)).rejects.toMatchObject({ kind: 'not-found', code: 'mail.not-found' });
  });
});
