import { readFile } from 'node:fs/promises';
import {
  type Actor,
  agreements,
  type GroupSnapshot,
  getAttachment,
  groupCreated,
  listArticles,
  lookup,
  type Message,
  markRedirected,
  recordAudit,
  sendMail,
  ticketCreated,
  ticketRedirected,
} from '@helpmesh/contracts';
import { AppError, derivedId, uuidv7 } from '@helpmesh/kernel';
import { Answers, messagingTables, RpcClient, type RpcContext } from '@helpmesh/messaging';
import { baseConfig, loadConfig, type RunningService, runService } from '@helpmesh/service-kit';
import { infra, type Neighbours, neighbours, testKeys, waitFor } from '@helpmesh/testing';
import { Controller, Module } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createFederationService, FederationConfig } from '../src/service.ts';

type Created = Message<typeof ticketCreated>['data'];

const keys = testKeys();
const long = `<p>${'The portal is down. '.repeat(400)}</p><p>Bye &amp; thanks</p>`;
const file = { sha256: 'a'.repeat(64), size: 3, filename: 'log.txt', contentType: 'text/plain' };
/** What the neighbours below would answer; switched off to be a neighbour that is down. */
const ticketService = { up: true, asked: 0 };

/** The questions the service asks its neighbours, answered as their contracts say. */
@Controller()
class Neighbourhood {
  @Answers(listArticles)
  articles({ actor }: RpcContext) {
    ticketService.asked++;
    if (!ticketService.up) throw new AppError('unavailable', 'test.down', 'Down.');
    if (actor?.kind !== 'service') throw new AppError('forbidden', 'test.forbidden', 'Only for services.');
    return [anArticle(99, long)] as never;
  }

  @Answers(getAttachment)
  attachment() {
    return file;
  }
}

@Controller()
class Directory {
  @Answers(lookup)
  groups(_ctx: RpcContext, { groupIds }: { groupIds?: number[] | undefined }) {
    const groups = groupIds?.includes(5) ? [aGroup(5)] : [];
    return { users: [], organizations: [], groups };
  }
}

@Module({ controllers: [Neighbourhood] })
class TicketModule {}
@Module({ controllers: [Directory] })
class IdentityModule {}

let broker: Awaited<ReturnType<ReturnType<typeof infra>['nats']>>;
let others: Neighbours;
let service: RunningService;
let neighbourhood: RunningService[];
let sample: Created;
let nextTicket = 100;

beforeAll(async () => {
  broker = await infra().nats();
  others = await neighbours(broker.url, ['ticket', 'identity', 'notification']);
  const common = { NATS_URL: broker.url, HEALTH_PORT: '0', HEALTH_HOST: '127.0.0.1', HELPMESH_FQDN: 'desk.org' };
  service = createFederationService(
    loadConfig(FederationConfig, {
      ...{ ...keys.envOf('federation'), ...common, DATABASE_URL: await infra().database('federation') },
      ...{ MAIL_FROM: 'Desk <help@desk.org>', MAIL_OWN_ADDRESSES: 'in@desk.org', HELPMESH_CHECK_ANSWERS: 'true' },
    }),
  );
  const stand = async (name: string, module: typeof TicketModule) =>
    runService({
      ...{ name, module, migrations: [messagingTables] },
      config: loadConfig(baseConfig, {
        ...{ ...keys.envOf(name), ...common, DATABASE_URL: await infra().database('neighbourhood') },
      }),
    });
  neighbourhood = [await stand('ticket', TicketModule), await stand('identity', IdentityModule)];
  for (const one of [service, ...neighbourhood]) {
    await one.migrate();
    await one.start();
  }
  const samples = new URL('../../../libs/contracts/samples/', import.meta.url);
  sample = JSON.parse(await readFile(new URL('ticket.v1.created.1.json', samples), 'utf8')).data as Created;
  for (const id of [1, 2]) await others.say(groupCreated, aGroup(id), { aggregateId: id });
  await others.settled('federation');
});
afterAll(async () => {
  await service.stop();
  for (const one of neighbourhood) await one.stop();
  await others.close();
  await broker.stop();
});
beforeEach(() => {
  ticketService.up = true;
  ticketService.asked = 0;
});

function aGroup(id: number): GroupSnapshot {
  return {
    ...{ id, name: `Group ${id}`, active: true, followUpPossible: 'yes', followUpAssignment: true },
    ...{ reopenTimeInDays: null, signature: null },
    email: id === 2 ? { name: 'Two', address: 'Two@desk.org' } : null,
  };
}

function anArticle(id: number, body: string) {
  const at = '2026-03-02T09:00:00.000Z';
  return {
    ...{ id, ticket_id: 1, type_id: 1, sender_id: 2, from: null, to: null, cc: null, subject: null, reply_to: null },
    ...{ message_id: null, in_reply_to: null, references: null, content_type: 'text/html', body, internal: false },
    ...{ origin_by_id: null, preferences: {}, type: 'email', sender: 'Customer', created_by: 'a', updated_by: 'a' },
    ...{ created_at: at, updated_at: at, created_by_id: 1, updated_by_id: 1 },
    attachments: [{ id: 7, store_file_id: 7, filename: 'log.txt', size: '3', preferences: {} }],
  };
}

function aTicket(groupId: number, article: Partial<NonNullable<Created['article']>> = {}): Created {
  const id = ++nextTicket;
  return {
    ...sample,
    ticket: { ...sample.ticket, id, number: String(10_000 + id), groupId, createdAt: new Date().toISOString() },
    article: sample.article && { ...sample.article, ...article },
  };
}

async function ask<Q extends (typeof agreements)[keyof typeof agreements]>(
  question: Q,
  input: { params?: object; query?: object; body?: unknown },
  permissions = ['admin.integration'],
) {
  const actor: Actor = {
    ...{ kind: 'user', userId: 3, login: 'admin', permissions, groups: {}, organizationIds: [] },
    ...{ sharedOrganizationIds: [], locale: 'en', via: 'session' },
  };
  const full = { params: {}, query: {}, body: undefined, ...input };
  return service.get(RpcClient).call(question, full as never, { actor: await keys.actorToken(actor) });
}

describe('agreements', () => {
  it('are made, listed, changed and ended by administrators', async () => {
    const body = { name: 'EISCAT 3D', group_id: 1, list_address: 'list@community.org' };
    const made = await ask(agreements.create, { body });
    expect(made).toMatchObject({ ...body, kind: 'redirect', active: true, created_by_id: 3 });
    const { id } = made as { id: number };
    expect(await ask(agreements.list, {})).toEqual([made]);
    const changed = await ask(agreements.update, { params: { id }, body: { name: 'EISCAT', active: false } });
    expect(changed).toMatchObject({ id, name: 'EISCAT', active: false, list_address: 'list@community.org' });
    await ask(agreements.delete, { params: { id } });
    expect(await ask(agreements.list, {})).toEqual([]);
    await expect(ask(agreements.delete, { params: { id } })).rejects.toMatchObject({ kind: 'not-found' });
    await others.hear(recordAudit, ({ data }) => data.action === 'agreement.deleted');
    const told = others.heard(recordAudit).filter(({ data }) => data.objectId === String(id));
    expect(told.map(({ data: { action, actorId, changes } }) => [action, actorId, changes])).toEqual([
      [
        'agreement.created',
        3,
        {
          ...{ kind: { to: 'redirect' }, name: { to: 'EISCAT 3D' }, groupId: { to: 1 } },
          ...{ listAddress: { to: 'list@community.org' }, active: { to: true } },
        },
      ],
      ['agreement.changed', 3, { name: { from: 'EISCAT 3D', to: 'EISCAT' }, active: { from: true, to: false } }],
      ['agreement.deleted', 3, expect.objectContaining({ name: { from: 'EISCAT' } })],
    ]);
  });

  it('know a group that was made a moment ago', async () => {
    const { id } = await ask(agreements.create, { body: { name: 'New', group_id: 5, list_address: 'new@c.org' } });
    await ask(agreements.delete, { params: { id } });
  });

  it.each([
    ['our own sender', { list_address: 'HELP@desk.org' }, 'agreement.own-address'],
    ['an address mail comes in at', { list_address: 'in@desk.org' }, 'agreement.own-address'],
    ['the address of a group', { list_address: 'two@desk.org' }, 'agreement.own-address'],
    ['a group nobody knows', { group_id: 404 }, 'agreement.group-unknown'],
    ['no name', { name: ' ' }, 'agreement.name-missing'],
    ['no mail address', { list_address: 'x@y@z' }, undefined],
  ])('with %s are refused', async (_what, change, code) => {
    const body = { name: 'X', group_id: 1, list_address: 'list@community.org', ...change };
    const refused = expect(ask(agreements.create, { body })).rejects;
    await refused.toMatchObject({ kind: 'invalid', ...(code && { code }) });
  });

  it('are one for each group', async () => {
    const body = { name: 'X', group_id: 1, list_address: 'list@community.org' };
    const { id } = await ask(agreements.create, { body });
    await expect(ask(agreements.create, { body })).rejects.toMatchObject({ code: 'agreement.group-taken' });
    const asleep = await ask(agreements.create, { body: { ...body, active: false } });
    const wake = ask(agreements.update, { params: { id: asleep.id }, body: { active: true } });
    await expect(wake).rejects.toMatchObject({ code: 'agreement.group-taken' });
    for (const one of [id, asleep.id]) await ask(agreements.delete, { params: { id: one } });
  });

  it.each([[['ticket.agent']], [['ticket.customer', 'admin.group']]])('are closed to %j', async (permissions) => {
    for (const question of [agreements.list, agreements.delete])
      await expect(ask(question, { params: { id: 1 } }, permissions)).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

describe('a new ticket of a group under an agreement', () => {
  let agreementId: number;
  beforeAll(async () => {
    const body = { name: 'EISCAT 3D', group_id: 2, list_address: 'list@community.org' };
    agreementId = (await ask(agreements.create, { body })).id;
  });
  const mailOf = (ticket: Created) => others.heard(sendMail).filter(({ data }) => data.ticketId === ticket.ticket.id);

  it('is mailed to the list with the requester to answer to, marked, and told', async () => {
    const ticket = aTicket(2);
    const event = await others.say(ticketCreated, ticket);
    const mail = await others.hear(sendMail, ({ data }) => data.ticketId === ticket.ticket.id);
    expect(mail).toMatchObject({ causationId: event.id, correlationId: event.correlationId });
    expect(mail.data).toMatchObject({
      mailId: derivedId(event.id, 'redirect'),
      kind: 'redirect',
      from: { name: 'Two', address: 'Two@desk.org' },
      replyTo: { name: 'Zoë Müller', address: 'zoe@example.org' },
      to: [{ name: 'EISCAT 3D', address: 'list@community.org' }],
      inReplyTo: '<abc.1@mail.example.org>',
      automatic: false,
      attachments: [],
      content: {
        template: 'redirect',
        values: {
          number: ticket.ticket.number,
          title: 'Cannot reach the data portal',
          requester: 'Zoë Müller <zoe@example.org>',
          body: 'Since this morning the portal answers 502.',
        },
      },
    });
    const mark = await others.hear(markRedirected, ({ data }) => data.ticketId === ticket.ticket.id);
    expect(mark.data).toEqual({ ticketId: ticket.ticket.id, agreementId, listAddress: 'list@community.org' });
    const told = await others.hear(ticketRedirected, ({ data }) => data.ticketId === ticket.ticket.id);
    expect(told.data).toMatchObject({ agreementId, mailId: mail.data.mailId, ticketNumber: ticket.ticket.number });
    expect(ticketService.asked).toBe(0);
  });

  it('takes its whole text and its files along', async () => {
    const ticket = aTicket(2, { excerpt: 'x'.repeat(4_000), attachmentCount: 1 });
    await others.say(ticketCreated, ticket);
    const mail = await others.hear(sendMail, ({ data }) => data.ticketId === ticket.ticket.id);
    expect(mail.data.attachments).toEqual([file]);
    const { values } = mail.data.content as { values: Record<string, string> };
    expect(values.body?.length).toBeGreaterThan(7_000);
    expect(values.body).toMatch(/Bye & thanks$/);
  });

  it('leaves once, however often its event comes', async () => {
    const ticket = aTicket(2);
    const id = uuidv7();
    for (let i = 0; i < 5; i++) await others.say(ticketCreated, ticket, { id });
    // Even under another id, as after a repair by hand.
    await others.say(ticketCreated, ticket);
    await others.settled('federation');
    await others.hear(ticketRedirected, ({ data }) => data.ticketId === ticket.ticket.id);
    expect(mailOf(ticket)).toHaveLength(1);
  });

  it('waits for the ticket service when that is down, and leaves then', async () => {
    ticketService.up = false;
    const ticket = aTicket(2, { attachmentCount: 1 });
    await others.say(ticketCreated, ticket);
    await waitFor(() => ticketService.asked >= 2, { what: 'a second try' });
    expect(mailOf(ticket)).toHaveLength(0);
    ticketService.up = true;
    await others.hear(ticketRedirected, ({ data }) => data.ticketId === ticket.ticket.id);
    expect(mailOf(ticket)).toHaveLength(1);
  });

  it('does not wait for others that came with it and cannot be read', async () => {
    ticketService.up = false;
    const stuck = aTicket(2, { attachmentCount: 1 });
    const rest = [aTicket(2), aTicket(1), aTicket(2)];
    for (const data of [stuck, ...rest]) await others.say(ticketCreated, data, { aggregateId: data.ticket.id });
    for (const { ticket } of rest.filter((one) => one.ticket.groupId === 2))
      await others.hear(ticketRedirected, ({ data }) => data.ticketId === ticket.id);
    expect(mailOf(stuck)).toHaveLength(0);
    ticketService.up = true;
    await others.hear(ticketRedirected, ({ data }) => data.ticketId === stuck.ticket.id);
    for (const ticket of [stuck, ...rest]) expect(mailOf(ticket)).toHaveLength(ticket.ticket.groupId === 2 ? 1 : 0);
  });

  it('stays here when the request is automatic, and so do tickets of other groups', async () => {
    const stays = [aTicket(2, { isAutoResponse: true }), aTicket(1)];
    for (const ticket of stays) await others.say(ticketCreated, ticket);
    const leaves = aTicket(2);
    await others.say(ticketCreated, leaves);
    await others.hear(ticketRedirected, ({ data }) => data.ticketId === leaves.ticket.id);
    await others.settled('federation');
    for (const ticket of stays) expect(mailOf(ticket)).toHaveLength(0);
  });

  it('stays here once the agreement has ended', async () => {
    await ask(agreements.update, { params: { id: agreementId }, body: { active: false } });
    const ticket = aTicket(2);
    await others.say(ticketCreated, ticket);
    await others.settled('federation');
    expect(mailOf(ticket)).toHaveLength(0);
  });
});
