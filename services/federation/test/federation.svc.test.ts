import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import {
  type Actor,
  agreements,
  answerPbas,
  articleAdded,
  cmdb,
  type GroupSnapshot,
  getAttachment,
  groupCreated,
  groupProviders,
  keepContacts,
  listArticles,
  lookup,
  type Message,
  markRedirected,
  openPbasLink,
  openSessionFor,
  type ParsedInputOf,
  pbas,
  recordAudit,
  sendMail,
  serviceRoute,
  services,
  ticketCreated,
  ticketRedirected,
  ticketUpdated,
  type UserSnapshot,
} from '@helpmesh/contracts';
import { AppError, derivedId, uuidv7 } from '@helpmesh/kernel';
import { Answers, messagingTables, RpcClient, type RpcContext } from '@helpmesh/messaging';
import {
  baseConfig,
  type ErasedPerson,
  loadConfig,
  type RunningService,
  runService,
  serviceActor,
} from '@helpmesh/service-kit';
import { infra, type Neighbours, neighbours, testKeys, waitFor } from '@helpmesh/testing';
import { Controller, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ErasePeople } from '../src/application/erase-people.ts';
import { createFederationService, FederationConfig } from '../src/service.ts';
import { type FakeIdoit, fakeIdoit } from './fake-idoit.ts';

type Created = Message<typeof ticketCreated>['data'];
type Values<T> = T[keyof T];

const keys = testKeys();
const long = `<p>${'The portal is down. '.repeat(400)}</p><p>Bye &amp; thanks</p>`;
const file = { sha256: 'a'.repeat(64), size: 3, filename: 'log.txt', contentType: 'text/plain' };
/** What the neighbours below would answer; switched off to be a neighbour that is down. */
const ticketService = { up: true, asked: 0 };
type Contact = ParsedInputOf<typeof keepContacts>['contacts'][number];
/** Whom identity knows, and what it was asked about contacts. */
const people: UserSnapshot[] = [];
const asked: Contact[] = [];

/** As identity does it, but for who may be linked: the login, else the address, else somebody new. */
function keptContact({ userId, login, email, firstname, lastname, mayLink }: Contact) {
  const known = people.find((one) => one.id === userId || one.login === login || (mayLink && one.email === email));
  const named = { firstname, lastname };
  if (!known) {
    people.push({
      ...{ id: 900 + people.length, login: mayLink ? email : login, email: mayLink ? email : null, ...named },
      ...{ organizationId: null, active: true, locale: 'en', agent: false, fullGroupIds: [] },
    });
    return { userId: 899 + people.length, changed: true };
  }
  const changed = known.firstname !== firstname || known.lastname !== lastname;
  Object.assign(known, named);
  return { userId: known.id, changed };
}

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
  groups(_ctx: RpcContext, { groupIds, logins }: { groupIds?: number[] | undefined; logins?: string[] | undefined }) {
    const groups = groupIds?.includes(5) ? [aGroup(5)] : [];
    return { users: people.filter(({ email }) => logins?.includes(email ?? '')), organizations: [], groups };
  }

  @Answers(keepContacts)
  keep(_ctx: RpcContext, { contacts }: { contacts: Contact[] }) {
    asked.push(...contacts);
    return { contacts: contacts.map(keptContact) };
  }

  @Answers(openSessionFor)
  session(_ctx: RpcContext, { userId }: { userId: number }) {
    return { sessionToken: 'session', csrfToken: 'csrf', userId, expiresAt: '2036-03-02T09:00:00.000Z' };
  }
}

@Module({ controllers: [Neighbourhood] })
class TicketModule {}
@Module({ controllers: [Directory] })
class IdentityModule {}

let broker: Awaited<ReturnType<ReturnType<typeof infra>['nats']>>;
let others: Neighbours;
let service: RunningService;
let idoit: FakeIdoit;
let neighbourhood: RunningService[];
let sample: Created;
let nextTicket = 100;

beforeAll(async () => {
  idoit = await fakeIdoit();
  broker = await infra().nats();
  others = await neighbours(broker.url, ['ticket', 'identity', 'notification']);
  const common = { NATS_URL: broker.url, HEALTH_PORT: '0', HEALTH_HOST: '127.0.0.1', HELPMESH_FQDN: 'desk.org' };
  service = createFederationService(
    loadConfig(FederationConfig, {
      BLOB_DIR: tmpdir(),
      ...{ ...keys.envOf('federation'), ...common, DATABASE_URL: await infra().database('federation') },
      ...{ MAIL_FROM: 'Desk <help@desk.org>', MAIL_OWN_ADDRESSES: 'in@desk.org', HELPMESH_CHECK_ANSWERS: 'true' },
      HELPMESH_ALLOWED_PRIVATE_HOSTS: idoit.host,
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
  await idoit.close();
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

async function ask<
  Q extends Values<typeof agreements> | Values<typeof services> | Values<typeof pbas> | Values<typeof cmdb>,
>(
  question: Q,
  input: { params?: object; query?: object; body?: unknown },
  permissions = ['admin.integration'],
  administers?: number[],
) {
  const actor: Actor = {
    ...(administers && { administers }),
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
          ...{ kind: { to: 'redirect' }, name: { to: 'EISCAT 3D' }, groupId: { to: 1 }, disclosure: { to: 'none' } },
          ...{ internalNotes: { to: false }, maxAttachmentBytes: { to: 20_000_000 }, attachmentTypes: { to: [] } },
          ...{ listAddress: { to: 'list@community.org' }, active: { to: true }, answerHours: { to: 8 } },
          ...{ status: { to: 'accepted' }, pausedHere: { to: false } },
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

  it('of a community are there to be seen by whoever administers it, and nothing of others', async () => {
    const body = (group_id: number) => ({ name: `Of ${group_id}`, group_id, list_address: 'list@community.org' });
    const [own, other] = [
      await ask(agreements.create, { body: body(1) }),
      await ask(agreements.create, { body: body(2) }),
    ];
    const seen = (question: Values<typeof agreements>, input: object) => ask(question, input, ['community'], [1, 7]);
    expect(await seen(agreements.list, {})).toEqual([own]);
    expect(await seen(agreements.get, { params: { id: own.id } })).toEqual(own);
    await expect(seen(agreements.get, { params: { id: other.id } })).rejects.toMatchObject({ kind: 'not-found' });
    for (const refused of [
      seen(agreements.update, { params: { id: own.id }, body: { active: false } }),
      seen(agreements.delete, { params: { id: own.id } }),
      seen(agreements.create, { body: body(7) }),
      seen(agreements.preview, { params: { id: own.id }, body: { ticket_id: 1 } }),
    ])
      await expect(refused).rejects.toMatchObject({ kind: 'forbidden' });
    for (const { id } of [own, other]) await ask(agreements.delete, { params: { id } });
  });

  it.each([[['ticket.agent']], [['ticket.customer', 'admin.group']]])('are closed to %j', async (permissions) => {
    for (const question of [agreements.list, agreements.delete])
      await expect(ask(question, { params: { id: 1 } }, permissions)).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

describe('the catalogue of services', () => {
  const agree = (group_id: number, over = {}) =>
    ask(agreements.create, { body: { kind: 'direct', name: `Of ${group_id}`, group_id, ...over } });
  const route = async (asked: number | string) => {
    const actor = await keys.actorToken(serviceActor('ticket'), 'ticket');
    const input = typeof asked === 'number' ? { id: asked } : { name: asked };
    return (await service.get(RpcClient).call(serviceRoute, input, { actor })).route;
  };
  let own: { id: number };
  let other: { id: number };
  beforeAll(async () => {
    [own, other] = [await agree(1), await agree(2)];
  });
  afterAll(async () => {
    for (const { id } of await ask(services.list, {})) await ask(services.delete, { params: { id } });
    for (const { id } of [own, other]) await ask(agreements.delete, { params: { id } });
  });

  it('is beside what tells other services which active agreements stand for which groups', async () => {
    const actor = await keys.actorToken(serviceActor('ticket'), 'ticket');
    const told = () => service.get(RpcClient).call(groupProviders, {}, { actor });
    const of = (id: number, name: string, groupId: number) => ({ id, name, kind: 'direct', groupId });
    expect((await told()).agreements).toEqual([of(own.id, 'Of 1', 1), of(other.id, 'Of 2', 2)]);
    await ask(agreements.update, { params: { id: own.id }, body: { active: false } });
    expect((await told()).agreements).toEqual([of(other.id, 'Of 2', 2)]);
    await ask(agreements.update, { params: { id: own.id }, body: { active: true } });
  });

  it('leads each of them to the group of its one agreement, from the next request on to another one', async () => {
    const body = { name: ' Data transfer ', summary: 'Moves what is large.', agreement_id: own.id };
    const made = await ask(services.create, { body });
    expect(made).toMatchObject({
      name: 'Data transfer',
      agreement_id: own.id,
      agreement: 'Of 1',
      group_id: 1,
      offered: true,
    });
    const { id } = made as { id: number };
    expect(await route(id)).toEqual({ id, name: 'Data transfer', groupId: 1 });
    expect(await route(' data TRANSFER')).toEqual({ id, name: 'Data transfer', groupId: 1 });
    expect(await route('Data')).toBeNull();
    await ask(services.update, { params: { id }, body: { agreement_id: other.id } });
    expect(await route(id)).toMatchObject({ groupId: 2 });
    await ask(agreements.update, { params: { id: other.id }, body: { active: false } });
    expect(await route(id)).toBeNull();
    await ask(agreements.update, { params: { id: other.id }, body: { active: true } });
    await ask(services.update, { params: { id }, body: { active: false } });
    expect(await route(id)).toBeNull();
    expect(await route(99_999)).toBeNull();
    await others.hear(recordAudit, ({ data }) => data.action === 'service.changed' && data.objectId === String(id));
  });

  it.each([
    ['no name', { name: ' ' }, 'service.name-missing'],
    ['an agreement that there is not', { agreement_id: 99_999 }, 'service.agreement-unknown'],
    ['the name of another one', { name: 'TAKEN' }, 'service.name-taken'],
  ])('takes none with %s', async (_, over, code) => {
    if (code === 'service.name-taken') await ask(services.create, { body: { name: 'Taken', agreement_id: own.id } });
    const made = ask(services.create, { body: { name: 'X', agreement_id: own.id, ...over } });
    await expect(made).rejects.toMatchObject({ code });
  });

  it('is read by whoever asks for help, and keeps to itself what cannot be asked for', async () => {
    const idle = await ask(services.create, { body: { name: 'Idle', agreement_id: own.id, active: false } });
    const shown = await ask(services.create, { body: { name: 'Shown', agreement_id: own.id, position: 1 } });
    const first = await ask(services.create, { body: { name: 'Zero', agreement_id: own.id } });
    for (const permission of ['ticket.customer', 'ticket.agent']) {
      const ids = (await ask(services.list, {}, [permission])).map(({ id }) => id);
      expect(ids).toEqual(expect.arrayContaining([shown.id, first.id]));
      expect(ids.indexOf(first.id)).toBeLessThan(ids.indexOf(shown.id));
      expect(ids).not.toContain(idle.id);
      const get = ask(services.get, { params: { id: idle.id } }, [permission]);
      await expect(get).rejects.toMatchObject({ code: 'service.not-found' });
      const change = ask(services.update, { params: { id: shown.id }, body: { name: 'x' } }, [permission]);
      await expect(change).rejects.toMatchObject({ kind: 'forbidden' });
    }
    await expect(ask(services.list, {}, ['user_preferences'])).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it('is kept by whoever administers a community, as far as it is about its agreements', async () => {
    const mine = (question: Values<typeof services>, input: object) => ask(question, input, ['community'], [1]);
    const foreign = await ask(services.create, { body: { name: 'Foreign', agreement_id: other.id } });
    const made = await mine(services.create, { body: { name: 'Mine', agreement_id: own.id, active: false } });
    const { id } = made as { id: number };
    expect(await mine(services.get, { params: { id } })).toMatchObject({ offered: false });
    await mine(services.update, { params: { id }, body: { summary: 'Ours' } });
    const unknown = { code: 'service.agreement-unknown' };
    await expect(mine(services.create, { body: { name: 'N', agreement_id: other.id } })).rejects.toMatchObject(unknown);
    const moved = mine(services.update, { params: { id }, body: { agreement_id: other.id } });
    await expect(moved).rejects.toMatchObject(unknown);
    const gone = { code: 'service.not-found' };
    const taken = mine(services.update, { params: { id: foreign.id }, body: { agreement_id: own.id } });
    await expect(taken).rejects.toMatchObject(gone);
    await expect(mine(services.delete, { params: { id: foreign.id } })).rejects.toMatchObject(gone);
    await mine(services.delete, { params: { id } });
  });

  it('holds an agreement as long as something points at it', async () => {
    const { id } = await ask(services.create, { body: { name: 'Anchor', agreement_id: own.id } });
    const end = () => ask(agreements.delete, { params: { id: own.id } });
    await expect(end()).rejects.toMatchObject({ code: 'agreement.has-services' });
    await ask(services.delete, { params: { id } });
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

describe('the helpdesk of a PBA-S control panel', () => {
  const secret = 'a phrase of the panel';
  const names =
    'xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
  const envelope = (call: string) => Buffer.from(`<s:Envelope ${names}><s:Body>${call}</s:Body></s:Envelope>`);
  const signed = (message: Buffer, by = secret) => createHmac('sha256', by).update(message).digest('hex');

  async function send(body: Buffer, headers: Record<string, string>, address = '198.51.100.7') {
    const input = { body: body.toString('base64'), headers, address, secure: true };
    const { envelope: answer } = await service
      .get(RpcClient)
      .call(answerPbas, input, { actor: await keys.actorToken(gateway) });
    return answer;
  }
  const call = (text: string) => {
    const body = envelope(text);
    return send(body, { 'x-hspc-security': signed(body) });
  };
  const contact = (fields: Record<string, string>) =>
    `<item>${Object.entries(fields)
      .map(([name, value]) => `<${name}>${value}</${name}>`)
      .join('')}</item>`;
  const alter = async (...contacts: Record<string, string>[]) => {
    const answer = await call(
      `<alter_contacts><contacts>${contacts.map(contact).join('')}</contacts></alter_contacts>`,
    );
    return Number(/<result[^>]*>(\d+)</.exec(answer)?.[1]);
  };
  const set = (body: object) => ask(pbas.update, { body });
  const session = async (id: string, ip: string, act = 'list') => {
    const answer = await call(`<init_session><id>${id}</id><ip>${ip}</ip><act>${act}</act></init_session>`);
    return /<result[^>]*>([^<]*)</.exec(answer)?.[1] ?? '';
  };
  const open = async (link: string, ip: string) => {
    const [, token = ''] = /\/sso\/pbas\/([^?]+)/.exec(link) ?? [];
    return service.get(RpcClient).call(openPbasLink, { token, ip }, { actor: await keys.actorToken(gateway) });
  };
  const gateway = serviceActor('gateway');

  beforeAll(async () => {
    await set({ active: true, secret, replay_window_seconds: 0 });
  });

  it('is set up by administrators, its phrase told to nobody and every change to the audit log', async () => {
    await expect(ask(pbas.settings, {}, ['ticket.agent'])).rejects.toMatchObject({ kind: 'forbidden' });
    const changed = await set({ greeting: 'Desk of the test' });
    expect(changed).toMatchObject({ active: true, greeting: 'Desk of the test', secret_set: true });
    expect(JSON.stringify([changed, await ask(pbas.settings, {})])).not.toContain(secret);
    const { data } = await others.hear(recordAudit, (one) => 'greeting' in one.data.changes);
    expect(data).toMatchObject({ action: 'pbas-setting.changed', actorId: 3, objectId: 'pbas' });
    const [first] = others.heard(recordAudit).filter((one) => one.data.action === 'pbas-setting.changed');
    expect(first?.data.changes).toMatchObject({ secret: {}, active: { from: false, to: true } });
    await expect(set({ allowed_networks: ['192.0.2.0/40'] })).rejects.toMatchObject({ code: 'pbas.no-such-network' });
    expect(await call('<greet/>')).toContain('>Desk of the test</result>');
  });

  it('answers in the namespace it is asked in', async () => {
    expect(await call('<x:list_contacts xmlns:x="urn:HSPC/Helpdesk"/>')).toMatch(
      /<m:list_contactsResponse xmlns:m="urn:HSPC\/Helpdesk"><result soapenc:arrayType="xsd:int\[\d+]"/,
    );
    await expect(call('<drop_all/>')).rejects.toMatchObject({ code: 'pbas.unknown-method' });
  });

  it.each([
    ['no header', () => ({})],
    ['another phrase', (body: Buffer) => ({ 'x-hspc-security': signed(body, 'guessed phrase') })],
    ['the guard of another envelope', () => ({ 'x-hspc-security': signed(envelope('<list_contacts/>')) })],
    ['an empty header', () => ({ 'x-hspc-security': '' })],
  ])('reads nothing of an envelope with %s', async (_what, headers: (body: Buffer) => Record<string, string>) => {
    const body = envelope('<greet/>');
    await expect(send(body, headers(body))).rejects.toMatchObject({ kind: 'forbidden', code: 'pbas.guard-refused' });
    const broken = Buffer.from('<!DOCTYPE a []><a/>');
    await expect(send(broken, {})).rejects.toMatchObject({ code: 'pbas.guard-refused' });
  });

  it('tells the audit log who was refused', async () => {
    await expect(send(envelope('<greet/>'), {}, '198.51.100.99')).rejects.toMatchObject({ kind: 'forbidden' });
    await others.hear(
      recordAudit,
      ({ data }) => data.action === 'pbas-call.refused' && data.address === '198.51.100.99',
    );
  });

  it('keeps contacts: counts what is new or other, and lists them by id', async () => {
    const ada = {
      id: '7',
      email: 'ada@panel.example',
      first_name: 'Ada',
      insertion: 'van',
      last_name: 'Büro',
      accounts: 'A, B',
    };
    expect(await alter(ada, { id: '008', email: '', last_name: 'Nameless' })).toBe(2);
    expect(asked.find(({ login }) => login === 'pbas-7')).toMatchObject({ firstname: 'Ada', lastname: 'van Büro' });
    expect(await alter(ada, { id: '008', email: '', last_name: 'Nameless' })).toBe(0);
    expect(await alter({ ...ada, accounts: 'A' }, { id: '008', email: '', last_name: 'Named' })).toBe(2);
    expect(await call('<list_contacts/>')).toContain(
      '<item xsi:type="xsd:string">7</item><item xsi:type="xsd:string">008</item>',
    );
    expect(await ask(pbas.accounts, {})).toMatchObject([{ pbas_id: '7', accounts: ['A'] }, { pbas_id: '008' }]);
    await set({ count_unchanged: true });
    expect(await alter({ ...ada, accounts: 'A' })).toBe(1);
    await set({ count_unchanged: false });
  });

  it('gives no two contacts the same user', async () => {
    await alter({ id: '20', email: 'both@panel.example', last_name: 'One' });
    await alter({ id: '21', email: 'both@panel.example', last_name: 'Two' });
    expect(asked.filter(({ login }) => login === 'pbas-21')).toMatchObject([{ mayLink: false }]);
    const users = (await ask(pbas.accounts, {})) as { user_id: number }[];
    expect(new Set(users.map(({ user_id }) => user_id)).size).toBe(users.length);
  });

  it('changes nothing of a batch with a contact that has no id', async () => {
    const before = await ask(pbas.accounts, {});
    await expect(alter({ id: '30', last_name: 'Good' }, { last_name: 'Bad' })).rejects.toMatchObject({
      code: 'pbas.contact-without-id',
    });
    expect(await ask(pbas.accounts, {})).toEqual(before);
  });

  it('gives a link that signs the contact in once, from the address it is for', async () => {
    const [ada] = (await ask(pbas.accounts, {})) as { user_id: number }[];
    const link = await session('7', '203.0.113.5', 'add');
    expect(link).toMatch(/^http:\/\/localhost:8080\/sso\/pbas\/[\w-]{43}\?act=add$/);
    await expect(open(link, '203.0.113.5')).resolves.toMatchObject({ userId: ada?.user_id, act: 'add' });
    await expect(open(link, '203.0.113.5')).rejects.toMatchObject({ code: 'pbas.link-used' });
    // 203.0.113.0/24 is for documents and not of the internet; 93.184.216.34 is.
    const bound = await session('7', '93.184.216.34');
    await expect(open(bound, '198.51.100.1')).rejects.toMatchObject({ code: 'pbas.link-used' });
    await expect(open(bound, '93.184.216.34')).rejects.toMatchObject({ code: 'pbas.link-used' });
    await expect(open(await session('7', '93.184.216.34'), '::ffff:93.184.216.34')).resolves.toMatchObject({
      act: 'list',
    });
    await set({ bind_address: false });
    await expect(open(await session('7', '93.184.216.34'), '198.51.100.1')).resolves.toMatchObject({ act: 'list' });
    await set({ bind_address: true });
  });

  it.each([
    ['of nobody', 'nobody', '203.0.113.5', 'list', 'pbas.contact-unknown'],
    ['for no address', '7', 'here', 'list', 'pbas.bad-address'],
    ['to another page', '7', '203.0.113.5', 'admin', 'pbas.unknown-action'],
  ])('gives no link %s', async (_what, id, ip, act, code) => {
    await expect(session(id, ip, act)).rejects.toMatchObject({ code });
  });

  it('opens a session for the same envelope once in a while only', async () => {
    await set({ replay_window_seconds: 300 });
    await session('7', '203.0.113.6');
    await expect(session('7', '203.0.113.6')).rejects.toMatchObject({ code: 'pbas.replayed' });
    await session('7', '203.0.113.7');
    expect(await call('<greet/>')).toBe(await call('<greet/>'));
  });

  it('with times in the header takes each envelope once, and none that is old', async () => {
    await set({ timestamp_header: 'X-Time', replay_window_seconds: 300 });
    const body = envelope('<greet/>');
    const at = (time: number) => {
      const message = Buffer.concat([Buffer.from(`${time}.`), body]);
      return send(body, { 'x-time': String(time), 'x-hspc-security': signed(message) });
    };
    const now = Math.floor(Date.now() / 1000);
    expect(await at(now)).toContain('Desk of the test');
    await expect(at(now)).rejects.toMatchObject({ code: 'pbas.replayed' });
    await expect(at(now - 400)).rejects.toMatchObject({ code: 'pbas.replayed' });
    await expect(at(now + 400)).rejects.toMatchObject({ code: 'pbas.replayed' });
    // The guard of the body alone, as without a time.
    await expect(send(body, { 'x-time': String(now), 'x-hspc-security': signed(body) })).rejects.toMatchObject({
      code: 'pbas.guard-refused',
    });
    await set({ timestamp_header: '', replay_window_seconds: 0 });
  });

  it('answers the networks it is told to alone', async () => {
    await set({ allowed_networks: ['192.0.2.0/24', '2001:db8::/32'] });
    await expect(call('<greet/>')).rejects.toMatchObject({ code: 'pbas.network-refused' });
    const body = envelope('<greet/>');
    for (const address of ['192.0.2.200', '2001:db8::7']) {
      expect(await send(body, { 'x-hspc-security': signed(body) }, address)).toContain('Desk of the test');
    }
    await set({ allowed_networks: [] });
  });

  it('finds out once how a panel makes its header, and keeps to that', async () => {
    await set({ scheme: 'auto' });
    const body = envelope('<greet/>');
    const sha1 = createHmac('sha1', secret).update(body).digest('hex');
    await expect(send(body, { security: 'nonsense' })).rejects.toMatchObject({ code: 'pbas.guard-refused' });
    expect(await send(body, { security: sha1 })).toContain('Desk of the test');
    expect(await ask(pbas.settings, {})).toMatchObject({ scheme: 'hmac-sha1' });
    await expect(call('<greet/>')).rejects.toMatchObject({ code: 'pbas.guard-refused' });
    await set({ scheme: 'hmac-sha256' });
  });

  it('takes the old phrase beside a new one, until it is forgotten', async () => {
    const after = await set({ secret: 'a newer phrase' });
    expect(Date.parse(after.previous_secret_until ?? '')).toBeGreaterThan(Date.now() + 86_000_000);
    const body = envelope('<greet/>');
    const by = (phrase: string) => send(body, { 'x-hspc-security': signed(body, phrase) });
    expect(await by(secret)).toBe(await by('a newer phrase'));
    await set({ forget_previous_secret: true });
    await expect(by(secret)).rejects.toMatchObject({ code: 'pbas.guard-refused' });
  });

  it('forgets whoever is erased', async () => {
    const [ada] = (await ask(pbas.accounts, {})) as { user_id: number }[];
    const eraser = service.get(ErasePeople);
    const person = { userId: ada?.user_id, patterns: ['%ada@panel.example%'] } as unknown as ErasedPerson;
    expect(await eraser.preview(person)).toMatchObject({ pbas_accounts: 1 });
    const job = { taskId: 1, person, heldTicketIds: new Set<number>() };
    expect(await eraser.erase(job)).toMatchObject({ counts: { pbas_accounts: 1 } });
    expect(JSON.stringify(await ask(pbas.accounts, {}))).not.toContain('"pbas_id":"7"');
  });

  it('answers nobody while it is off', async () => {
    await set({ active: false });
    await expect(call('<greet/>')).rejects.toMatchObject({ code: 'pbas.closed' });
  });
});

describe('the CMDB i-doit', () => {
  const set = (body: object) => ask(cmdb.update, { body });
  const agent = ['ticket.agent'];
  const about = (objectIds: string[], more: object = {}): Created => {
    const created = aTicket(77);
    return { ...created, ticket: { ...created.ticket, cmdbObjectIds: objectIds, ...more } };
  };
  const written = (ticket: { number: string }) => idoit.logbook.filter(({ comment }) => comment === ticket.number);
  const waitWritten = (ticket: { number: string }, count: number) =>
    waitFor(() => written(ticket).length === count && written(ticket), {
      what: `${count} entries of the logbook`,
      timeoutMs: 25_000,
    });

  it('is asked for nothing while it is off', async () => {
    expect(await ask(cmdb.search, { query: { query: 'node' } }, agent)).toEqual({
      active: false,
      tenant: '',
      objects: [],
    });
    await expect(ask(cmdb.object, { params: { id: 34 } }, agent)).rejects.toMatchObject({ kind: 'not-found' });
    await expect(set({ active: true })).rejects.toMatchObject({ code: 'cmdb.incomplete' });
    await expect(set({ active: true, url: 'http://192.168.0.1/', api_key: 'x' })).rejects.toMatchObject({
      code: 'net.address-refused',
    });
    expect(idoit.asked).toEqual([]);
  });

  it('is connected by administrators, after a try, its secrets told to nobody', async () => {
    await expect(ask(cmdb.settings, {}, agent)).rejects.toMatchObject({ kind: 'forbidden' });
    const connection = { url: `${idoit.url}/src/jsonrpc.php`, api_key: 'the api key' };
    await expect(ask(cmdb.verify, { body: { ...connection, api_key: 'wrong' } })).rejects.toMatchObject({
      code: 'cmdb.refused',
    });
    expect(await ask(cmdb.verify, { body: connection })).toEqual({ version: '1.19', tenant: 'ACME' });
    const changed = await set({ ...connection, active: true, tenant: '1' });
    expect(changed).toMatchObject({ active: true, url: idoit.url, api_key_set: true, logbook: true });
    expect(JSON.stringify(changed)).not.toContain('the api key');
    const { data } = await others.hear(recordAudit, (one) => one.data.action === 'cmdb-setting.changed');
    expect(data.changes).toMatchObject({ active: { from: false, to: true }, api_key: {} });
  });

  it('is not sent its key at another address than the one it was given for', async () => {
    await expect(ask(cmdb.verify, { body: { url: 'https://evil.example' } })).rejects.toMatchObject({
      code: 'cmdb.incomplete',
    });
  });

  it('finds objects by words and by number', async () => {
    const found = await ask(cmdb.search, { query: { query: 'node' } }, agent);
    expect(found).toMatchObject({ active: true, tenant: '1', objects: [{ id: '34' }, { id: '35' }] });
    const named = await ask(cmdb.search, { query: { ids: '35,x,0' } }, agent);
    expect(named.objects).toEqual([
      { id: '35', title: 'node8', type: 'Server', status: 'defect', url: `${idoit.url}/?objID=35` },
    ]);
    await expect(ask(cmdb.search, { query: { query: 'node' } }, ['ticket.customer'])).rejects.toMatchObject({
      kind: 'forbidden',
    });
  });

  it('tells model, place, address and access, and is not asked again for a while', async () => {
    const node = await ask(cmdb.object, { params: { id: 34 } }, agent);
    expect(node).toMatchObject({
      ...{ id: '34', model: 'Dell R740', serial: 'S1', location: 'Karlsruhe > Hall 1' },
      ...{ addresses: [{ address: '192.0.2.7', hostname: 'node7', primary: true }], access: [] },
    });
    const before = idoit.asked.length;
    expect(await ask(cmdb.object, { params: { id: 34 } }, agent)).toEqual(node);
    expect(idoit.asked.length).toBe(before);
    await expect(ask(cmdb.object, { params: { id: 99 } }, agent)).rejects.toMatchObject({
      code: 'cmdb.object-unknown',
    });
  });

  it('is told of tickets that are opened and of their states: one call for all objects', async () => {
    const created = about(['34', '35'], { state: 'new' });
    const { ticket } = created;
    await others.say(ticketCreated, created, { aggregateId: ticket.id });
    const [entry] = await waitWritten(ticket, 1);
    expect(entry).toMatchObject({
      ...{ object_ids: [34, 35], message: `Ticket ${ticket.number} was opened (new)` },
      ...{ description: ticket.title, source: 'C__LOGBOOK_SOURCE__EXTERNAL' },
    });
    const changed = { ...ticket, state: 'closed' };
    const untold = { title: { from: 'a', to: 'b' } };
    await others.say(ticketUpdated, { ticket, changes: untold, changedById: 3 }, { aggregateId: ticket.id });
    const told = { state_id: { from: 1, to: 4 } };
    await others.say(ticketUpdated, { ticket: changed, changes: told, changedById: 3 }, { aggregateId: ticket.id });
    const entries = await waitWritten(ticket, 2);
    expect(entries[1]).toMatchObject({ message: `Ticket ${ticket.number} is now closed` });
  });

  it('that is down delays no ticket; what it missed it is told later, in order', async () => {
    idoit.broken = 502;
    const { ticket, customer } = about(['34'], { state: 'new' });
    const { article } = sample;
    await others.say(ticketCreated, { ...aTicket(77), ticket }, { aggregateId: ticket.id });
    const changes = { state_id: { from: 1, to: 2 } };
    const answered = { ...ticket, state: 'open' };
    if (!article) throw new Error('the sample has no article');
    await others.say(
      articleAdded,
      { ticket: answered, article, changes, customer, createdById: 3 },
      { aggregateId: ticket.id },
    );
    await others.settled('federation');
    await expect(ask(cmdb.object, { params: { id: 35 } }, agent)).rejects.toMatchObject({ code: 'cmdb.unreachable' });
    expect(written(ticket)).toEqual([]);
    idoit.broken = null;
    await service.get(DataSource).query('UPDATE cmdb_logbook SET due_at = now()');
    const entries = await waitWritten(ticket, 2);
    expect(entries.map(({ message }) => message)).toEqual([
      `Ticket ${ticket.number} was opened (new)`,
      `Ticket ${ticket.number} is now open`,
    ]);
  });

  it('that wants a name and password gets them, and its sessions are ended', async () => {
    idoit.login = ['desk', 'pass'];
    await expect(ask(cmdb.verify, { body: { user: 'desk', password: 'wrong' } })).rejects.toMatchObject({
      code: 'cmdb.refused',
    });
    await set({ user: 'desk', password: 'pass' });
    expect((await ask(cmdb.search, { query: { query: 'node7' } }, agent)).objects).toHaveLength(1);
    expect(idoit.openSessions.size).toBe(0);
    idoit.login = null;
  });

  it('is not written to while the logbook is off', async () => {
    await set({ logbook: false, user: '', password: '' });
    const created = about(['34']);
    await others.say(ticketCreated, created, { aggregateId: created.ticket.id });
    await others.settled('federation');
    expect(await service.get(DataSource).query('SELECT 1 FROM cmdb_logbook')).toEqual([]);
  });
});
