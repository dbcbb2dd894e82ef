import { type Actor, listQuarantine, postmasterFilters, processQuarantined } from '@helpmesh/contracts';
import { RpcClient } from '@helpmesh/messaging';
import { ActorSigner } from '@helpmesh/service-kit';
import { rawMail, sendRaw } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDesk, testDesk } from './desk.ts';

describe('a mail over SMTP', () => {
  let desk: TestDesk;
  beforeAll(async () => {
    desk = await testDesk();
  });
  afterAll(() => desk?.stop());

  it('is answered 250 with its queue id, stored raw, and handed to the ticket service', async () => {
    const raw = rawMail({
      from: 'Ada Lovelace <ada@customer.example>',
      to: 'support@desk.example',
      subject: 'Grüße',
      text: 'It is broken.\n',
      html: '<p>It is <b>broken</b>.</p><script>alert(1)</script>',
      inReplyTo: '<1@desk.example>',
      references: ['<0@desk.example>', '<1@desk.example>'],
      messageId: '<first@customer.example>',
      attachments: [{ name: '../../log.txt', type: 'text/plain', content: 'lines' }],
    });
    const reply = await sendRaw({ port: desk.smtpPort }, raw, {
      from: 'ada@customer.example',
      to: ['support@desk.example', 'sales@desk.example'],
    });
    const { data } = await desk.filedWith('Grüße');
    const [row] = await desk.rows();
    expect(reply).toMatch(new RegExp(`^250 .*queued as ${row?.queue_id}`));
    expect(row).toMatchObject({ state: 'parsed', envelope_from: 'ada@customer.example', automatic: 'no' });
    expect(data).toMatchObject({
      inboundId: row?.id,
      channel: 'smtp',
      recipients: ['support@desk.example', 'sales@desk.example'],
      unreadable: null,
      from: { name: 'Ada Lovelace', address: 'ada@customer.example' },
      to: [{ name: '', address: 'support@desk.example' }],
      messageId: '<first@customer.example>',
      inReplyTo: ['<1@desk.example>'],
      references: ['<0@desk.example>', '<1@desk.example>'],
      text: 'It is broken.',
      html: '<p>It is <b>broken</b>.</p>',
      attachments: [{ filename: 'log.txt', size: 5, contentType: 'text/plain', inline: false }],
      automatic: 'no',
      raw: { sha256: row?.sha256, size: row?.size },
    });
  });
});

const person = (permissions: string[]): Actor => ({
  ...{ kind: 'user', userId: 3, login: 'admin@example.com', permissions, groups: {}, organizationIds: [] },
  ...{ sharedOrganizationIds: [], locale: 'en', via: 'session' },
});

describe('filters', () => {
  let desk: TestDesk;
  let rpc: RpcClient;
  let as: (...permissions: string[]) => { actor: ReturnType<ActorSigner['for']> };
  beforeAll(async () => {
    desk = await testDesk();
    rpc = new RpcClient(desk.bus);
    const gateway = new ActorSigner({ service: 'gateway', key: desk.keys.pairs.gateway?.privateKey ?? '' });
    as = (...permissions) => ({ actor: gateway.for(person(permissions)) });
  });
  afterAll(() => desk?.stop());

  const make = (body: object, who = as('admin.channel_email')) =>
    rpc.call(postmasterFilters.create, { params: {}, query: {}, body: body as never }, who);
  const change = (id: number, body: object) =>
    rpc.call(postmasterFilters.update, { params: { id }, query: {}, body: body as never }, as('admin.channel_email'));
  const send = (subject: string, headers = '') =>
    sendRaw(
      { port: desk.smtpPort },
      `From: Eve <eve@shop.example>\r\nSubject: ${subject}\r\n${headers}\r\nBuy it.\r\n`,
    );

  it('are looked after by administrators of mail channels alone, and refused when they cannot work', async () => {
    const match = { subject: { operator: 'contains', value: 'unseen' } };
    const perform = { 'x-zammad-ticket-priority_id': { value: '3' } };
    const made = await make({ name: ' Looked after ', match, perform });
    expect(made).toMatchObject({ name: 'Looked after', channel: 'email', match, perform, note: null, active: true });
    const params = { id: made.id };
    const admin = as('admin.channel_email');
    expect(await rpc.call(postmasterFilters.get, { params, query: {} }, admin)).toEqual(made);
    expect(await rpc.call(postmasterFilters.list, { params: {}, query: {} }, admin)).toEqual([made]);
    expect(await rpc.call(postmasterFilters.list, { params: {}, query: { full: true } }, admin)).toMatchObject({
      record_ids: [made.id],
      assets: { PostmasterFilter: { [made.id]: { name: 'Looked after' } } },
    });
    expect(await change(made.id, { note: 'Seen' })).toMatchObject({ name: 'Looked after', match, note: 'Seen' });
    await expect(change(999, { note: 'x' })).rejects.toMatchObject({ code: 'filter.not-found' });
    for (const permission of ['admin.user', 'ticket.agent']) {
      await expect(make({ name: 'x', match, perform }, as(permission))).rejects.toMatchObject({ kind: 'forbidden' });
      await expect(rpc.call(postmasterFilters.list, { params: {}, query: {} }, as(permission))).rejects.toMatchObject({
        kind: 'forbidden',
      });
    }
    for (const [body, code] of [
      [{ match, perform }, 'input.name-blank'],
      [{ name: 'LOOKED after', match, perform }, 'input.not-unique'],
      [{ name: 'x', match: {}, perform }, 'filter.unusable'],
      [{ name: 'x', match: { subject: { operator: 'matches regex', value: '(' } }, perform }, 'filter.unusable'],
      [{ name: 'x', match, perform: { constructor: { value: 1 } } }, 'filter.unusable'],
    ] as const) {
      await expect(make(body), JSON.stringify(body)).rejects.toMatchObject({ kind: 'invalid', code });
    }
    expect(await rpc.call(postmasterFilters.delete, { params, query: {} }, admin)).toEqual({});
  });

  it('tell the ticket service what they want, in the order of their names, by any header', async () => {
    await make({
      name: 'b later',
      match: { 'x-shop-order': { operator: 'matches regex', value: '^[0-9]+$' } },
      perform: {
        'x-zammad-ticket-group_id': { value: '4' },
        'x-zammad-ticket-tags': { operator: 'add', value: 'order' },
      },
    });
    await make({
      name: 'A earlier',
      match: { from: { operator: 'ends with', value: '@SHOP.example' } },
      perform: { 'x-zammad-ticket-group_id': { value: '2' }, 'x-zammad-out-of-office': { value: true } },
    });
    const off = { name: 'c', match: { body: { operator: 'contains', value: 'buy' } }, active: false };
    await make({ ...off, perform: { 'x-zammad-ignore': { value: true } } });
    await send('with order', 'X-Shop-Order: 4711\r\n');
    await send('without order');
    const { data } = await desk.filedWith('with order');
    expect(data).toMatchObject({ automatic: 'auto-reply', filtered: { groupId: 4, tags: ['order'] } });
    expect(data.filtered?.by.map(({ name }) => name)).toEqual(['A earlier', 'b later']);
    expect((await desk.filedWith('without order')).data.filtered).toMatchObject({ groupId: 2 });
    await send('ours', 'X-Loop: yes\r\n');
    expect((await desk.filedWith('ours')).data.automatic).not.toBe('no');
  });

  it('may ignore mails: nothing is lost, they are seen, and filed once nothing ignores them any more', async () => {
    const perform = { 'x-zammad-ignore': { value: 'true' } };
    const { id } = await make({ name: 'spam', match: { subject: { operator: 'is', value: 'spam' } }, perform });
    await send('spam');
    const admin = as('admin.channel_email');
    const ignored = async () =>
      rpc.call(listQuarantine, { params: {}, query: { state: 'ignored' }, body: undefined }, admin);
    await desk.settled();
    const [mail] = await ignored();
    expect(mail).toMatchObject({ from: 'eve@shop.example', cause: "The filter 'spam' ignores it." });
    expect(await rpc.call(listQuarantine, { params: {}, query: {}, body: undefined }, admin)).toEqual([]);
    const again = () =>
      rpc.call(processQuarantined, { params: { id: mail?.id ?? 0 }, query: {}, body: undefined }, admin);
    expect(await again()).toEqual({ state: 'received' });
    await desk.settled();
    expect(await ignored()).toHaveLength(1);
    await change(id, { active: false });
    expect(await again()).toEqual({ state: 'received' });
    expect((await desk.filedWith('spam')).data).toMatchObject({ inboundId: mail?.id, text: 'Buy it.' });
    expect(await ignored()).toEqual([]);
  });

  it('are tried on a header before any mail meets them', async () => {
    const ask = (header: string, body?: string) =>
      rpc.call(
        postmasterFilters.test,
        { params: {}, query: {}, body: { header, ...(body !== undefined && { body }) } },
        as('admin.channel_email'),
      );
    const tried = await ask('From: Ann <ann@shop.example>\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\nX-Shop-Order: 12');
    expect(tried.filters.map(({ name, matches }) => [name, matches])).toEqual([
      ['A earlier', true],
      ['b later', true],
    ]);
    expect(tried).toMatchObject({ ignored: false, perform: { groupId: 4, tags: ['order'], outOfOffice: true } });
    const before = (await desk.rows()).length;
    expect(await ask('no header at all', 'x')).toMatchObject({ ignored: false, perform: {} });
    expect(await desk.rows()).toHaveLength(before);
  });
});
