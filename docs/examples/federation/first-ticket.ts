/**
 * Opens a ticket at a Helpmesh desk, comments it with a file, and waits for what becomes of it there.
 *
 * Node 24 alone: `node first-ticket.ts`. FED_URL: https://desk.example.org/federation/v1; FED_TOKEN: the token that was
 * made for you; FED_NODE: the address by which that desk knows your helpdesk. Prints the state of the ticket.
 */
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

const { FED_URL, FED_TOKEN, FED_NODE: node } = process.env;
const subject = process.argv[2] ?? 'From TypeScript';

interface Page {
  cursor: number;
  events: { subject: string; data: { ticket?: { fields: { state: string } } } }[];
}

/** One call; undefined instead of an answer while there is nothing at the address yet. */
async function call<T>(method: string, path: string, body?: unknown, headers = {}): Promise<T | undefined> {
  const response = await fetch(`${FED_URL}/${path}`, {
    method,
    headers: { authorization: `Bearer ${FED_TOKEN}`, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body) }),
  });
  const text = await response.text();
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? ({} as T) : JSON.parse(text);
}

const now = () => new Date().toISOString();
const known = await call<{ agreements: { nodes: string[] }[] }>('GET', 'agreements');
const assignedNode = known?.agreements[0]?.nodes[0];

// 1. The ticket. Its uuid is yours: doing this again opens no second one.
const uuid = randomUUID();
const requester = { pseudonym: 'user-17', name: 'Lin' };
const fields = { subject, requester, assignedNode, state: 'new', priority: 'normal', ownerName: null, tags: [] };
const ticket = { uuid, number: '1', url: `${node}/1`, originNode: node, createdAt: now(), fields };
await call('PUT', `tickets/${uuid}`, ticket, { 'if-none-match': '*' });
while ((await call('GET', `tickets/${uuid}`)) === undefined) await pause(500);

// 2. A file, and then the comment that names it.
const bytes = Buffer.from('what the log says\n');
const sha256 = createHash('sha256').update(bytes).digest();
const file = { uuid: randomUUID(), filename: 'log.txt', mediaType: 'text/plain', size: bytes.length };
await call('PUT', `attachments/${file.uuid}/content`, bytes, {
  'content-type': file.mediaType,
  'content-digest': `sha-256=:${sha256.toString('base64')}:`,
});
const comment = {
  ...{ uuid: randomUUID(), author: { node, displayName: 'Lin', role: 'requester' }, visibility: 'public' },
  ...{ createdAt: now(), format: 'text/plain', body: 'Told by TypeScript' },
  attachments: [{ ...file, sha256: sha256.toString('hex') }],
};
await call('PUT', `tickets/${uuid}/comments/${comment.uuid}`, comment);

// 3. What happens there. Each answer says where to go on; what was read is forgotten there.
let cursor = 0;
let state: string | undefined;
while (state === undefined) {
  const page = (await call<Page>('GET', `events?after=${cursor}&wait=20`)) as Page;
  cursor = page.cursor;
  state = page.events.find((event) => event.subject === uuid && event.data.ticket)?.data.ticket?.fields.state;
}
process.stdout.write(`${state}\n`);
