import { type Dialect, type FakeDesk, type FakeTicket, iso, paged, people, type Who } from './core.ts';

const states = ['new', 'open', 'pending reminder', 'pending close', 'closed', 'merged'];
const priorities = ['1 low', '2 normal', '3 high'];
const groups = [
  { id: 1, name: 'Users' },
  { id: 2, name: 'EOSC' },
];
const userOf = (who: Who) => {
  const { id, login, name, email } = people[who];
  return { id, login, firstname: name, lastname: '', email };
};
const organizations = [
  { id: 1, name: 'Čapek & Co', domain: 'customer.example', shared: true, active: true, note: '<p>Kept<br>well</p>' },
];
const no = (status: number, error: string) => ({ status, body: { error, error_human: error } });

const shown = ({ id, title, queue, state, priority, owner, requester, at, changedAt }: FakeTicket) => ({
  ...{ id, number: `8100${id}`, title, group: queue, state, priority, owner: owner ?? '-', created_at: iso(at) },
  ...{ customer_id: people[requester].id, owner_id: owner ? people[owner].id : 1, updated_at: iso(changedAt) },
});

function filesIn({ attachments = [] }: { attachments?: { filename: string; data: string; 'mime-type': string }[] }) {
  return {
    files: attachments.map(({ filename, data, 'mime-type': mediaType }) => ({
      ...{ filename, mediaType, bytes: Buffer.from(data, 'base64') },
    })),
  };
}

function answer({ method, url, headers, body }: Parameters<Dialect['answer']>[0], desk: FakeDesk) {
  if (headers.authorization !== `Token token=${desk.secret}`) return no(401, 'Invalid token');
  const path = url.pathname.replace('/api/v1', '');
  const { searchParams: query } = url;
  const [, noun, id = ''] = path.split('/');
  const input = body === '' ? {} : JSON.parse(body);
  if (path === '/users/me') return { body: userOf('bridge') };
  if (noun === 'ticket_attachment') {
    const [, , ticketId, articleId, fileId] = path.split('/').map(Number);
    const file = desk
      .find(ticketId as number)
      ?.entries.find((one) => one.id === articleId)
      ?.files.find((one) => one.id === fileId);
    return file ? { headers: { 'content-type': file.mediaType }, body: file.bytes } : no(404, 'Not found');
  }
  const list = <T>(all: readonly T[]) => ({
    body: paged(all, Number(query.get('page')), Number(query.get('per_page'))),
  });
  if (method === 'GET' && path === '/tickets') return list(desk.tickets.map(shown));
  if (path === '/organizations') return list(organizations);
  if (path === '/users') {
    const all = (Object.keys(people) as Who[]).map(userOf);
    return list(
      all.map((user) => ({ ...user, active: true, ...(user.login === 'ivo' && { organization: 'Čapek & Co' }) })),
    );
  }
  if (path === '/version') return no(403, 'Not authorized');
  if (noun === 'users')
    return { body: (Object.keys(people) as Who[]).map(userOf).find((one) => one.id === Number(id)) };
  if (path === '/groups') return { body: groups };
  if (path === '/tickets/search') {
    const asked = query.get('query') ?? '';
    const [, group] = /^group\.name:"(.*)"$/.exec(asked) ?? [];
    const words = asked.replaceAll('"', '');
    const found = desk
      .newest()
      .filter(({ queue, extra }) => (group ? queue === group : Object.values(extra).join().includes(words)));
    return { body: paged(found, Number(query.get('page')), Number(query.get('per_page'))).map(shown) };
  }
  if (input.state !== undefined && !states.includes(input.state))
    return no(422, `No lookup value found for 'state': "${input.state}"`);
  if (input.priority !== undefined && !priorities.includes(input.priority))
    return no(422, `No lookup value found for 'priority': "${input.priority}"`);
  if (String(input.state).startsWith('pending') && !input.pending_time)
    return no(422, "Missing required value for field 'pending_time'!");
  if (path === '/tickets' && method === 'POST') {
    const { title, group: queue, state = 'new', priority, article, tags = '' } = input;
    const labels = tags === '' ? [] : tags.split(',').map((tag: string) => tag.trim());
    const made = desk.open(title, { queue, state, priority, requester: 'bridge', labels });
    const entry = desk.say(made.id, article.body, { who: 'bridge', internal: article.internal, ...filesIn(article) });
    made.extra[`subject ${entry.id}`] = article.subject;
    return { status: 201, body: shown(made) };
  }
  const ticket = desk.find(Number(query.get('o_id') ?? input.o_id ?? input.ticket_id ?? path.split('/').at(-1)));
  if (!ticket) return no(404, "Couldn't find Ticket");
  if (path.startsWith('/ticket_articles/by_ticket/')) {
    const rows = ticket.entries.map(({ id, who, body, internal, at, files }) => ({
      ...{
        id,
        ticket_id: ticket.id,
        subject: ticket.extra[`subject ${id}`] ?? null,
        body,
        content_type: 'text/plain',
        internal,
      },
      ...{ sender: who === 'ivo' ? 'Customer' : 'Agent', from: people[who].name, created_by_id: people[who].id },
      ...{ created_by: people[who].login, created_at: iso(at) },
      attachments: files.map(({ id, filename, mediaType, bytes }) => ({
        ...{ id, filename, size: String(bytes.length), preferences: { 'Content-Type': mediaType } },
      })),
    }));
    return { body: rows };
  }
  if (path === '/ticket_articles') {
    if (input.type === 'email') throw new Error('A mail is sent.');
    const entry = desk.say(ticket.id, input.body, { who: 'bridge', internal: input.internal, ...filesIn(input) });
    return { status: 201, body: { id: entry.id } };
  }
  if (noun === 'tags' && method === 'GET') return { body: { tags: ticket.labels } };
  if (noun === 'tags') {
    const labels = ticket.labels.filter((label) => label !== input.item);
    desk.change(ticket.id, { labels: id === 'add' ? [...labels, input.item] : labels });
    return { body: true };
  }
  if (method === 'PUT') {
    const { title = ticket.title, state = ticket.state, priority = ticket.priority } = input;
    desk.change(ticket.id, { title, state, priority });
  }
  return { body: shown(ticket) };
}

/** Zammad: names with `expand`, an article of type email is sent, a pending state needs its time. */
export const zammad: Dialect = {
  ...{ queue: 'EOSC', state: 'new', priority: '2 normal', answer },
  refusal: { body: { error: `No lookup value found for 'state'` } },
  writes: ({ method }) => method !== 'GET',
};
