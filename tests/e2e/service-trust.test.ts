import { generateKeyPairSync } from 'node:crypto';
import { type Actor, authenticate, durablesOf, ensureCustomers, getTicket, type InputOf } from '@helpmesh/contracts';
import { type Platform, type ServiceName, serviceNames } from '@helpmesh/deploy/local';
import { type Bus, connectBus, RpcClient } from '@helpmesh/messaging';
import { ActorSigner, serviceActor } from '@helpmesh/service-kit';
import { FakeClock, rawMail, sendRaw, waitFor } from '@helpmesh/testing';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Desk, Mailbox } from './desk.ts';
import { testPlatform } from './platform.ts';

describe('S32: services trust nobody', () => {
  let platform: Platform;
  let mailbox: Mailbox;
  let admin: Desk;
  let operator: Bus;
  const opened: Bus[] = [];

  beforeAll(async () => {
    ({ platform, mailbox, admin } = await testPlatform());
    operator = await connectBus({ url: platform.natsUrl, name: 'test' });
    opened.push(operator);
  }, 240_000);
  afterAll(async () => {
    for (const bus of opened) await bus.close();
    await platform?.stop();
  });

  /** On the broker as that service: what somebody has who took over its process. */
  async function as(service: ServiceName): Promise<Bus> {
    const url = platform.services[service].env.NATS_URL as string;
    const bus = await connectBus({ url, name: `intruder in ${service}` });
    opened.push(bus);
    return bus;
  }

  const refusal = (bus: Bus, words: string) =>
    waitFor(() => bus.refused?.includes(words), { what: `refusal: ${words}` });

  const metric = async (service: ServiceName, line: RegExp): Promise<number> => {
    const text = await (await fetch(`${platform.services[service].healthUrl}/metrics`)).text();
    return text
      .split('\n')
      .filter((one) => line.test(one))
      .reduce((sum, one) => sum + Number(one.split(' ').at(-1)), 0);
  };

  it('each service does its work with what the broker lets its user do', async () => {
    await sendRaw(
      { port: platform.smtpPort },
      rawMail({ from: 'Ada <ada@customer.example>', to: 'helpdesk@localhost', subject: 'All of it' }),
      { from: 'ada@customer.example', to: 'helpdesk@localhost' },
    );
    await mailbox.mail('ada@customer.example');
    await waitFor(
      async () => {
        const there: string[] = [];
        for await (const { config } of operator.jsm.streams.list()) {
          for await (const { name } of operator.jsm.consumers.list(config.name)) there.push(`${config.name} ${name}`);
        }
        const durables = serviceNames.flatMap(durablesOf).map(({ stream, name }) => `${stream} ${name}`);
        return JSON.stringify(there.filter((one) => one.includes('__')).sort()) === JSON.stringify(durables.sort());
      },
      { what: 'exactly the durables of the catalogue' },
    );
    for (const service of serviceNames) {
      expect(await metric(service, /^helpmesh_(bus|actor)_refused_total/), service).toBe(0);
    }
  });

  it.each([
    ['reporting', 'ticket.v1.updated'],
    ['reporting', 'cmd.ticket.v1.file-mail'],
    ['mail-ingest', 'access.v1.changed'],
    ['mail-ingest', 'cmd.notification.v1.send-mail'],
    ['notification', 'user.v1.updated'],
    ['ticket', 'delivery.v1.sent'],
    ['gateway', 'cmd.identity.v1.mail-password-reset'],
    ['gateway', '_INBOX.ticket.anything'],
    ['federation', 'rpc.identity.v1.ensure-customers'],
    ['notification', '$JS.API.STREAM.DELETE.EVT_TICKET'],
    ['notification', '$JS.API.STREAM.PURGE.CMD_TICKET'],
    ['notification', '$JS.API.CONSUMER.MSG.NEXT.CMD_TICKET.ticket__cmd-v1'],
    ['gateway', '$JS.API.CONSUMER.MSG.NEXT.EVT_TICKET.notification__ticket-v1'],
    ['gateway', '$JS.API.CONSUMER.DELETE.EVT_TICKET.notification__ticket-v1'],
  ] as const)('the user of %s may not publish %s', async (service, subject) => {
    const heard: string[] = [];
    const watching = operator.nc.subscribe(subject, { callback: (_error, { data }) => void heard.push(String(data)) });
    await operator.nc.flush();
    const bus = await as(service);
    bus.nc.publish(subject, 'forged');
    await refusal(bus, `Publish to "${subject}"`);
    await operator.nc.flush();
    watching.unsubscribe();
    expect(heard).toEqual([]);
  });

  it.each([
    ['reporting', 'rpc.identity.v1.authenticate'],
    ['ticket', 'rpc.identity.>'],
    ['notification', '_INBOX.gateway.>'],
    ['notification', '_INBOX.>'],
    ['mail-ingest', 'ticket.v1.>'],
    ['federation', '>'],
  ] as const)('the user of %s may not listen to %s', async (service, subject) => {
    const bus = await as(service);
    bus.nc.subscribe(subject, { queue: 'identity', callback: () => undefined });
    await refusal(bus, `Subscription to "${subject}"`);
  });

  it('nobody comes in without a name or with a wrong password', async () => {
    const servers = new URL(platform.natsUrl).host;
    await expect(connect({ servers, reconnect: false })).rejects.toThrow(/Authorization/);
    await expect(connect({ servers, reconnect: false, user: 'ticket', pass: 'guess' })).rejects.toThrow(
      /Authorization/,
    );
  });

  it('an answer goes nowhere but to an inbox', async () => {
    const bus = await as('gateway');
    const before = (await operator.jsm.streams.info('EVT_IDENTITY')).state.last_seq;
    // Identity may publish there, the gateway may not: identity must not do it for the gateway.
    bus.nc.publish(authenticate.subject, '[]', { reply: 'user.v1.updated' });
    // Asked after it on the same connection, answered after it.
    await expect(new RpcClient(bus).call(authenticate, unknownToken)).rejects.toThrow();
    expect((await operator.jsm.streams.info('EVT_IDENTITY')).state.last_seq).toBe(before);
  });

  const unknownToken: InputOf<typeof authenticate> = { credential: { scheme: 'token', token: 'unknown' } };
  const ticketOne: InputOf<typeof getTicket> = { params: { id: 1 }, query: {}, body: undefined } as never;
  const key = (service: ServiceName) => platform.services[service].env.HELPMESH_SIGNING_KEY as string;
  const somebody: Actor = {
    ...serviceActor('gateway'),
    kind: 'user',
    userId: 3,
    login: 'admin@example.com',
    permissions: ['admin', 'ticket.agent'],
    groups: { 1: ['full'] },
    via: 'session',
  };
  const strangersKey = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'der' });

  it('takes the word of the gateway, so that what follows is refused for what is wrong with it', async () => {
    const rpc = new RpcClient(await as('gateway'));
    const actor = new ActorSigner({ service: 'gateway', key: key('gateway') }).for(somebody);
    await expect(rpc.call(getTicket, ticketOne, { actor })).resolves.toMatchObject({ id: 1 });
  });

  it.each<[what: string, reason: string, () => string | undefined]>([
    ['no actor', 'missing', () => undefined],
    ['a text that is no token', 'malformed', () => 'admin'],
    [
      'an actor signed by a stranger who calls himself gateway',
      'forged',
      () => new ActorSigner({ service: 'gateway', key: strangersKey.toString('base64') }).sign(somebody, 'ticket'),
    ],
    [
      'a person vouched for by another service than the gateway',
      'claims',
      () => new ActorSigner({ service: 'federation', key: key('federation') }).sign(somebody, 'ticket'),
    ],
    [
      'an actor signed for another service',
      'audience',
      () => new ActorSigner({ service: 'gateway', key: key('gateway') }).sign(somebody, 'identity'),
    ],
    [
      'an actor of a minute ago',
      'expired',
      () => {
        const clock = new FakeClock(new Date(Date.now() - 61_000));
        return new ActorSigner({ service: 'gateway', key: key('gateway'), clock }).sign(somebody, 'ticket');
      },
    ],
    [
      'a service that its contract does not name',
      'caller',
      () => new ActorSigner({ service: 'reporting', key: key('reporting') }).service()('ticket'),
    ],
  ])('the ticket service, asked directly with %s, refuses and counts it', async (_what, reason, token) => {
    const rpc = new RpcClient(await as('gateway'));
    const line = new RegExp(`^helpmesh_actor_refused_total\\{reason="${reason}"\\}`);
    const before = await metric('ticket', line);
    const kind = reason === 'caller' ? 'forbidden' : 'unauthenticated';
    await expect(rpc.call(getTicket, ticketOne, { actor: token() })).rejects.toMatchObject({
      kind,
      detail: 'Not authorized',
    });
    expect(await metric('ticket', line)).toBe(before + 1);
  });

  it('a question that a service may not ask does not leave it, and is an error at once', async () => {
    const bus = await as('ticket');
    const actor = new ActorSigner({ service: 'ticket', key: key('ticket') }).service();
    const asked = new RpcClient(bus).call(authenticate, unknownToken, { actor });
    await expect(asked).rejects.toMatchObject({ kind: 'unavailable', code: 'bus.not-permitted' });
    await expect(
      new RpcClient(bus).call(ensureCustomers, { customers: [{ email: 'b@customer.example', name: 'B' }] }, { actor }),
    ).resolves.toMatchObject({ users: [{ email: 'b@customer.example' }] });
  });

  it('goes on as if nothing had been tried', async () => {
    for (const service of serviceNames) {
      expect((await fetch(`${platform.services[service].healthUrl}/readyz`)).status, service).toBe(200);
    }
    expect(await admin.get('/api/v1/tickets/1')).toMatchObject({ id: 1 });
  });
});
