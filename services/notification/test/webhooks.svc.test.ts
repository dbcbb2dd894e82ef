import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Actor, callWebhook, type InputOf, type Message, recordAudit, webhooks } from '@helpmesh/contracts';
import { uuidv7 } from '@helpmesh/kernel';
import { RpcClient } from '@helpmesh/messaging';
import { loadConfig, type RunningService } from '@helpmesh/service-kit';
import { infra, type Neighbours, neighbours, type SmtpSink, smtpSink, testKeys, waitFor } from '@helpmesh/testing';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNotificationService, NotificationConfig } from '../src/service.ts';
import { type Receiver, receiver } from './receiver.ts';

const keys = testKeys();
let broker: Awaited<ReturnType<ReturnType<typeof infra>['nats']>>;
let others: Neighbours;
let sink: SmtpSink;
let folder: string;
let service: RunningService;
let far: Receiver;

type Order = Message<typeof callWebhook>['data'];
let sample: Order;

beforeAll(async () => {
  broker = await infra().nats();
  others = await neighbours(broker.url, ['ticket', 'identity']);
  sink = await smtpSink();
  far = await receiver();
  folder = await mkdtemp(path.join(tmpdir(), 'helpmesh-webhooks-'));
  const samples = new URL('../../../libs/contracts/samples/', import.meta.url);
  sample = JSON.parse(await readFile(new URL('cmd.notification.v1.call-webhook.1.json', samples), 'utf8')).data;
  service = createNotificationService(
    loadConfig(NotificationConfig, {
      ...keys.envOf('notification'),
      DATABASE_URL: await infra().database('webhooks'),
      NATS_URL: broker.url,
      HEALTH_PORT: '0',
      HEALTH_HOST: '127.0.0.1',
      HELPMESH_FQDN: 'desk.example.org',
      HELPMESH_PUBLIC_URL: 'https://desk.example.org',
      HELPMESH_ALLOWED_PRIVATE_HOSTS: '127.0.0.1',
      BLOB_DIR: folder,
      SMTP_URL: sink.url,
      MAIL_POLL_MS: '50',
      WEBHOOK_TIMEOUT_MS: '3000',
    }),
  );
  await service.migrate();
  await service.start();
});
afterAll(async () => {
  await service.stop();
  await far.close();
  await others.close();
  await sink.close();
  await broker.stop();
  await rm(folder, { recursive: true, force: true });
});

let made = 0;
type Body = InputOf<typeof webhooks.create>['body'];

/** A webhook of its own path at the receiver. */
async function aWebhook(more: Partial<Body> = {}) {
  made += 1;
  const at = `/hook-${made}`;
  const webhook = await ask(webhooks.create, { body: { name: `Hook ${made}`, endpoint: far.url(at), ...more } });
  return { ...webhook, at };
}

async function order(webhookId: number, more: Partial<Order> = {}): Promise<string> {
  const deliveryId = more.deliveryId ?? uuidv7();
  await others.say(callWebhook, { ...sample, ...more, deliveryId, webhookId });
  return deliveryId;
}

const delivery = (id: string) => ask(webhooks.delivery, { params: { id } });
const inState = (id: string, state: string) =>
  waitFor(
    async () => {
      const found = await delivery(id).catch(() => undefined);
      return found?.state === state ? found : undefined;
    },
    { what: `a call that is ${state}` },
  );

describe('a call that a rule orders', () => {
  it('reaches its receiver as Zammad makes it, signed in both ways', async () => {
    const webhook = await aWebhook({
      signature_token: 'shared',
      basic_auth_username: 'zoë',
      basic_auth_password: 'pä:ss',
    });
    const id = await order(webhook.id, { rule: { kind: 'trigger', id: 9, name: 'Köln →\r\nX-Evil: 1' } });
    const { method, headers, body } = await far.called(webhook.at);
    expect(method).toBe('POST');
    expect(headers).toMatchObject({
      'user-agent': 'Zammad User Agent',
      'content-type': 'application/json; charset=utf-8',
      'x-zammad-delivery': id,
      'webhook-id': id,
      authorization: `Basic ${Buffer.from('zoë:pä:ss').toString('base64')}`,
    });
    expect(Buffer.from(String(headers['x-zammad-trigger']), 'latin1').toString()).toBe('Köln → X-Evil: 1');
    expect(headers['x-evil']).toBeUndefined();
    expect(headers['x-hub-signature']).toMatch(/^sha1=[0-9a-f]{40}$/);
    new StandardWebhook(webhook.signing_secret).verify(body, headers as Record<string, string>);
    const { ticket, article } = JSON.parse(body);
    expect(ticket).toEqual(sample.ticket);
    expect(article.attachments[0].url).toBe('https://desk.example.org/api/v1/ticket_attachment/17/40/12');

    const done = await inState(id, 'delivered');
    expect(done).toMatchObject({
      webhook_id: webhook.id,
      ticket_id: 17,
      article_id: 40,
      attempts: 1,
      status: 200,
      body,
    });
    expect(done.log).toEqual([
      expect.objectContaining({ attempt: 1, status: 200, error: null, response_body: 'thanks' }),
    ]);
    const logged = JSON.stringify(done.log);
    expect(logged).toContain('x-receiver');
    for (const secret of ['set-cookie', 'Basic', 'sha1=', 'v1,']) expect(logged).not.toContain(secret);
  });

  it('is made once however often it is ordered', async () => {
    const webhook = await aWebhook();
    const deliveryId = uuidv7();
    for (let i = 0; i < 3; i++) await order(webhook.id, { deliveryId });
    await inState(deliveryId, 'delivered');
    await others.settled('notification');
    expect(far.on(webhook.at)).toHaveLength(1);
  });

  it('has the body, the method and the token that the administrator chose', async () => {
    const custom_payload = '{"text": "#{ticket.number}: #{ticket.title}", "by": "#{ticket.customer.firstname}"}';
    const webhook = await aWebhook({
      customized_payload: true,
      custom_payload,
      bearer_token: 'tok',
      http_method: 'put',
    });
    await order(webhook.id);
    const { method, headers, body } = await far.called(webhook.at);
    expect([method, headers.authorization, JSON.parse(body)]).toEqual([
      'PUT',
      'Bearer tok',
      { text: '10017: Portal is down', by: 'Zoë' },
    ]);
  });

  it('is not made for a webhook that is off or gone, and holds up nobody', async () => {
    const off = await aWebhook({ active: false });
    await order(off.id);
    await order(999_999);
    const on = await aWebhook();
    await order(on.id);
    await far.called(on.at);
    await others.settled('notification');
    expect(far.on(off.at)).toHaveLength(0);
  });
});

describe('F17: a receiver', () => {
  it('that hangs blocks nobody, and is given up on after the timeout', async () => {
    const [hung, well] = [await aWebhook(), await aWebhook()];
    far.behave(hung.at, 'hang');
    const first = await order(hung.id);
    await far.called(hung.at);
    for (let i = 0; i < 30; i++) await order(hung.id);
    const others30 = await Promise.all(Array.from({ length: 5 }, () => order(well.id)));
    for (const id of others30) await inState(id, 'delivered');
    // While the first call to it hangs, no second one is made.
    expect(far.on(hung.at).length).toBeLessThanOrEqual(2);
    const put = await inState(first, 'deferred');
    expect(put).toMatchObject({ status: null, error: `127.0.0.1:${far.port} does not answer in time.`, attempts: 1 });
    expect(put.log[0]?.duration_ms).toBeGreaterThanOrEqual(990);
    const listed = await ask(webhooks.get, { params: { id: hung.id } });
    expect(listed.failing_since).not.toBeNull();
    await ask(webhooks.update, { params: { id: hung.id }, body: { active: false } });
    expect(await delivery(first)).toMatchObject({ state: 'failed', error: 'The webhook was switched off.' });
  });

  it.each([
    ['an error', 500, 'The receiver answered 500.'],
    ['a refusal', 401, 'The receiver answered 401.'],
  ])(
    'that answers with %s is called again later, with the same id and body',
    async (_what, status, error) => {
      const webhook = await aWebhook();
      far.behave(webhook.at, status);
      const id = await order(webhook.id);
      const put = await inState(id, 'deferred');
      expect(put).toMatchObject({ status, error });
      far.behave(webhook.at, 200);
      const again = await far.called(webhook.at, 2);
      const [first] = far.on(webhook.at);
      expect([again.body, again.headers['webhook-id']]).toEqual([first?.body, id]);
      expect((await inState(id, 'delivered')).log.map(({ status }) => status)).toEqual([200, status]);
    },
    20_000,
  );

  it('that redirects is not followed', async () => {
    const webhook = await aWebhook();
    far.behave(webhook.at, (_, response) => response.writeHead(302, { location: far.url('/secret') }).end());
    const id = await order(webhook.id);
    expect(await inState(id, 'deferred')).toMatchObject({ status: 302 });
    expect(far.on('/secret')).toHaveLength(0);
  });

  it('whose body does not end has been reached all the same', async () => {
    const webhook = await aWebhook();
    far.behave(webhook.at, (_, response) => response.writeHead(200).write('so far'));
    const id = await order(webhook.id);
    expect((await inState(id, 'delivered')).log[0]?.response_body).toBe('so far');
  });

  it('is heard to 4 kB and no further', async () => {
    const webhook = await aWebhook();
    far.behave(webhook.at, (_, response) => response.writeHead(200).end('x\0'.repeat(1_000_000)));
    const id = await order(webhook.id);
    expect((await inState(id, 'delivered')).log[0]?.response_body).toHaveLength(4_096);
  });

  it('that is gone (410) is switched off, and administrators are told', async () => {
    const webhook = await aWebhook();
    const answers: (() => void)[] = [];
    far.behave(webhook.at, (_, response) => answers.push(() => response.writeHead(410).end()));
    const [id, next] = [await order(webhook.id), await order(webhook.id)];
    await far.called(webhook.at);
    await inState(next, 'queued');
    answers[0]?.();
    await inState(id, 'failed');
    expect(await inState(next, 'failed')).toMatchObject({ attempts: 0, error: 'The webhook was switched off.' });
    const row = await ask(webhooks.get, { params: { id: webhook.id } });
    expect(row).toMatchObject({ active: false, disabled_reason: expect.stringContaining('410') });
    const told = await others.hear(recordAudit, ({ data }) => data.action === 'webhook.disabled');
    expect(told.data).toMatchObject({ actorId: null, objectId: String(webhook.id) });
    // Switched on by hand it works again, and what was given up can be sent.
    far.behave(webhook.at, 200);
    await expect(ask(webhooks.replay, { params: { id } })).rejects.toMatchObject({ code: 'webhook.switched-off' });
    const on = await ask(webhooks.update, { params: { id: webhook.id }, body: { active: true } });
    expect(on).toMatchObject({ active: true, disabled_reason: null, failing_since: null });
    await ask(webhooks.replay, { params: { id } });
    await inState(id, 'delivered');
  });
});

describe('S13: an endpoint', () => {
  it.each([
    'http://example.org/',
    'https://10.0.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://[::1]/',
    'file:///etc/passwd',
    'https://user:password@example.org/',
    'nowhere',
  ])('%s is refused when it is written', async (endpoint) => {
    await expect(aWebhook({ endpoint })).rejects.toMatchObject({ code: 'net.address-refused' });
    const webhook = await aWebhook();
    const changed = ask(webhooks.update, { params: { id: webhook.id }, body: { endpoint } });
    await expect(changed).rejects.toMatchObject({ code: 'net.address-refused' });
  });

  it('whose name leads to a private network is refused when it is called', async () => {
    const webhook = await aWebhook({ endpoint: 'https://localhost/' });
    const { id } = await ask(webhooks.test, { params: { id: webhook.id } });
    expect((await inState(id, 'failed')).error).toContain('private network');
  });
});

describe('the secrets of a webhook', () => {
  it('are never shown: not read, not listed, not told, and sent back masked they stay', async () => {
    const secrets = { signature_token: 'canary-1', basic_auth_username: 'u', basic_auth_password: 'canary-2' };
    const webhook = await aWebhook({ ...secrets, bearer_token: 'canary-3' });
    const { signing_secret: signingSecret, at: _, ...row } = webhook;
    const read = await ask(webhooks.get, { params: { id: webhook.id } });
    expect(read).toMatchObject({ signature_token: '**********', bearer_token: '**********' });
    await ask(webhooks.update, { params: { id: webhook.id }, body: { ...row, note: 'sent back' } as never });
    await order(webhook.id);
    expect((await far.called(webhook.at)).headers.authorization).toBe('Bearer canary-3');
    await ask(webhooks.update, { params: { id: webhook.id }, body: { bearer_token: '' } });
    await order(webhook.id);
    expect((await far.called(webhook.at, 2)).headers.authorization).toMatch(/^Basic /);
    const seen = JSON.stringify([read, row, await ask(webhooks.list, {}), others.heard(recordAudit)]);
    for (const secret of ['canary', signingSecret, signingSecret.slice(6)]) expect(seen).not.toContain(secret);
  });

  it('of signatures are replaced without a gap', async () => {
    const webhook = await aWebhook();
    const { signing_secret: next } = await ask(webhooks.rotate, { params: { id: webhook.id } });
    expect(next).not.toBe(webhook.signing_secret);
    await order(webhook.id);
    const { body, headers } = await far.called(webhook.at);
    for (const key of [webhook.signing_secret, next]) {
      new StandardWebhook(key).verify(body, headers as Record<string, string>);
    }
    const told = await others.hear(recordAudit, ({ data }) => data.action === 'webhook.key-replaced');
    expect(told.data.changes).toEqual({ signing_key: {} });
  });
});

describe('an administrator', () => {
  it('tries a webhook, also one that is off, and sees how it went', async () => {
    const webhook = await aWebhook({ active: false });
    const { id, kind } = await ask(webhooks.test, { params: { id: webhook.id } });
    expect(kind).toBe('test');
    expect(JSON.parse((await far.called(webhook.at)).body).ticket.title).toBe('Test of a webhook');
    await inState(id, 'delivered');
    far.behave(webhook.at, 500);
    const failing = await ask(webhooks.test, { params: { id: webhook.id } });
    expect(await inState(failing.id, 'failed')).toMatchObject({ attempts: 1, status: 500 });
    const log = await ask(webhooks.deliveries, { query: { webhook_id: webhook.id } });
    expect(log.map((call) => call.id)).toEqual([failing.id, id]);
    const bad = await ask(webhooks.deliveries, { query: { webhook_id: webhook.id, state: 'failed' } });
    expect(bad.map((call) => call.id)).toEqual([failing.id]);
  });

  it('sends a call once more, under the same id', async () => {
    const webhook = await aWebhook();
    const id = await order(webhook.id);
    await inState(id, 'delivered');
    await ask(webhooks.replay, { params: { id } });
    const [first, second] = [await far.called(webhook.at), await far.called(webhook.at, 2)];
    expect(second.headers['webhook-id']).toBe(first.headers['webhook-id']);
    expect(second.body).toBe(first.body);
    await waitFor(async () => (await delivery(id)).attempts === 2, { what: 'the second try in the log' });
  });

  it.each([
    [{ name: ' ' }, 'input.name-blank'],
    [{ name: 'Hook 1' }, 'input.not-unique'],
    [{ endpoint: undefined }, 'input.missing'],
    [{ customized_payload: true }, 'webhook.payload-invalid'],
    [{ customized_payload: true, custom_payload: '{' }, 'webhook.payload-invalid'],
  ])('is told what is wrong with %j', async (more, code) => {
    await expect(aWebhook(more as Partial<Body>)).rejects.toMatchObject({ code });
  });

  it('deletes one with its log', async () => {
    const webhook = await aWebhook();
    const id = await order(webhook.id);
    await inState(id, 'delivered');
    await ask(webhooks.delete, { params: { id: webhook.id } });
    await expect(delivery(id)).rejects.toMatchObject({ code: 'webhook.delivery-not-found' });
    await expect(ask(webhooks.get, { params: { id: webhook.id } })).rejects.toMatchObject({
      code: 'webhook.not-found',
    });
  });

  it.each(['ticket.agent', 'ticket.customer', 'admin.user'])(
    'is somebody who may be it, unlike %s',
    async (permission) => {
      await expect(ask(webhooks.list, {}, [permission])).rejects.toMatchObject({ kind: 'forbidden' });
      await expect(ask(webhooks.deliveries, {}, [permission])).rejects.toMatchObject({ kind: 'forbidden' });
    },
  );

  it('of triggers sees where a webhook leads, and not the way in', async () => {
    const webhook = await aWebhook({ endpoint: far.url('/a/secret/path'), basic_auth_username: 'u' });
    const seen = await ask(webhooks.get, { params: { id: webhook.id } }, ['admin.trigger']);
    expect(seen).toMatchObject({ endpoint: far.url(''), basic_auth_username: null, name: webhook.name });
    const changed = ask(webhooks.update, { params: { id: webhook.id }, body: { active: false } }, ['admin.trigger']);
    await expect(changed).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

it('figures of the calls are for everybody who monitors them', async () => {
  const text = await (await fetch(`${service.healthUrl}/metrics`)).text();
  expect(text).toMatch(/helpmesh_webhook_calls_total\{outcome="delivered"\} [1-9]/);
  expect(text).toMatch(/helpmesh_webhook_queue_items \d/);
  expect(text).toMatch(/helpmesh_webhook_disabled_total 1/);
});

type Questions = (typeof webhooks)[keyof typeof webhooks];

async function ask<Q extends Questions>(
  question: Q,
  { params = {}, query = {}, body }: { params?: object; query?: object; body?: unknown },
  permissions = ['admin.webhook'],
) {
  const actor: Actor = {
    ...{ kind: 'user', userId: 3, login: 'admin', permissions, groups: {}, organizationIds: [] },
    ...{ sharedOrganizationIds: [], locale: 'en', via: 'session' },
  };
  const input = { params, query, body };
  return service.get(RpcClient).call(question, input as never, { actor: await keys.actorToken(actor) });
}
