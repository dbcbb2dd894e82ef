/**
 * Is told by a Helpmesh desk what happens, as a webhook (Standard Webhooks, CloudEvents), and prints the state of the
 * first ticket it is told of.
 *
 * Node 24 alone. FED_URL: https://desk.example.org/federation/v1; FED_TOKEN: your token; FED_HOOK: the address at which
 * the desk reaches this program; PORT: where it listens.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';

const { FED_URL, FED_TOKEN, FED_HOOK, PORT } = process.env;
const secret = Promise.withResolvers<Buffer>();
/** Each is done once, however often it is told. */
const seen = new Set<string>();

/** By any of the signatures; not older than five minutes. */
function isSigned(key: Buffer, headers: IncomingHttpHeaders, body: Buffer): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': list = '' } = headers;
  if (Math.abs(Date.now() / 1_000 - Number(time)) > 300) return false;
  const right = createHmac('sha256', key).update(`${id}.${time}.`).update(body).digest();
  return String(list)
    .split(' ')
    .filter((one) => one.startsWith('v1,'))
    .map((one) => Buffer.from(one.slice(3), 'base64'))
    .some((one) => one.length === right.length && timingSafeEqual(one, right));
}

async function call(method: string, path: string, body?: object): Promise<{ id: string; secret: string }> {
  const response = await fetch(`${FED_URL}/${path}`, {
    method,
    headers: { authorization: `Bearer ${FED_TOKEN}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? { id: '', secret: '' } : JSON.parse(text);
}

const first = Promise.withResolvers<string>();
const server = createServer(async (request, response) => {
  const body = await buffer(request);
  if (!isSigned(await secret.promise, request.headers, body)) return void response.writeHead(401).end();
  const event = JSON.parse(body.toString());
  // Before anything else you say that you want to be told.
  if (event.data.challenge) return void response.end(JSON.stringify({ challenge: event.data.challenge }));
  if (!seen.has(event.id) && event.data.ticket) first.resolve(event.data.ticket.fields.state);
  seen.add(event.id);
  response.writeHead(204).end();
});
server.listen(Number(PORT));
const hook = await call('POST', 'webhooks', { url: FED_HOOK });
secret.resolve(Buffer.from(hook.secret.replace('whsec_', ''), 'base64'));
process.stdout.write(`${await first.promise}\n`);
await call('DELETE', `webhooks/${hook.id}`);
server.close();
server.closeAllConnections();
