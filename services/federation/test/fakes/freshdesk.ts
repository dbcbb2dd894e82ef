import { type Dialect, type FakeDesk, type FakeFile, type FakeTicket, iso, paged, people } from './core.ts';

const groups = [
  { id: 1, name: 'Users' },
  { id: 2, name: 'EOSC' },
];
const agentOf = ({ id, name, email }: { id: number; name: string; email: string }) => ({
  id,
  contact: { name, email },
});
const no = (status: number, description: string, field?: string) => ({
  status,
  body: {
    description,
    errors: field ? [{ field, message: 'It should be one of these values', code: 'invalid_value' }] : [],
  },
});

const attachmentsOf = (files: readonly FakeFile[], desk: FakeDesk) =>
  files.map(({ id, filename, mediaType, bytes }) => ({
    ...{ id, name: filename, content_type: mediaType, size: bytes.length },
    attachment_url: `${desk.node}/signed/${id}?until=soon`,
  }));

function shown(ticket: FakeTicket, include: string | null, desk: FakeDesk) {
  const { id, title, text, state, priority, owner, requester, labels, at, changedAt } = ticket;
  const { id: person, name, email } = people[requester];
  return {
    ...{ id, subject: title, status: Number(state), priority: Number(priority), source: 2, spam: false },
    ...{
      group_id: groups.find((group) => group.name === ticket.queue)?.id ?? null,
      requester_id: person,
      tags: labels,
    },
    ...{ responder_id: owner ? people[owner].id : null, created_at: iso(at), updated_at: iso(changedAt) },
    ...(include?.includes('requester') && { requester: { id: person, name, email } }),
    ...(include !== null && { description: text, attachments: attachmentsOf(ticket.files, desk) }),
  };
}

/** The values of a form, as JSON would have them. */
function valuesOf(values: readonly [name: string, value: string][]): ReturnType<typeof JSON.parse> {
  const lists = values.filter(([name]) => name.endsWith('[]'));
  const plain = values.filter(([name]) => !name.endsWith('[]'));
  return {
    ...Object.fromEntries(
      plain.map(([name, value]) => [
        name,
        /^\d+$/.test(value) ? Number(value) : ({ true: true, false: false }[value] ?? value),
      ]),
    ),
    ...(lists.length > 0 && { tags: lists.map(([, value]) => value) }),
  };
}

function answer(call: Parameters<Dialect['answer']>[0], desk: FakeDesk) {
  const { method, url, headers, body } = call;
  const [, signed] = /^\/signed\/(\d+)$/.exec(url.pathname) ?? [];
  if (signed) return { body: desk.file(Number(signed))?.bytes };
  if (headers.authorization !== `Basic ${Buffer.from(`${desk.secret}:X`).toString('base64')}`)
    return {
      status: 401,
      body: { code: 'invalid_credentials', message: 'You have to be logged in to perform this action.' },
    };
  const { searchParams: query } = url;
  const [noun, id = '', part] = url.pathname.replace('/api/v2/', '').split('/');
  const page = Number(query.get('page') ?? 1);
  const size = Number(query.get('per_page') ?? 30);
  const isForm = headers['content-type']?.startsWith('multipart/');
  const input = isForm ? valuesOf(call.values) : body === '' ? {} : JSON.parse(body);
  if (call.files.some(({ field }) => field !== 'attachments[]')) throw new Error('Files have a name of their own.');
  const all = [people.bridge, people.nora];
  if (noun === 'companies') {
    const companies = [{ id: 3, name: 'Čapek & Co', domains: ['customer.example'], note: 'Kept' }];
    return id === ''
      ? { body: paged(companies, page, size) }
      : { body: companies.find((one) => one.id === Number(id)) };
  }
  if (noun === 'contacts') {
    const contacts = [{ ...people.ivo, active: false, company_id: 3 }];
    if (id === '') return { body: paged(contacts, page, size) };
    const contact = contacts.find((one) => one.id === Number(id));
    return contact ? { body: contact } : { status: 404, body: '' };
  }
  if (noun === 'agents' && id === '') return { body: paged(all.map(agentOf), page, size) };
  if (noun === 'agents') {
    const agent = id === 'me' ? people.bridge : [people.bridge, people.nora].find((one) => one.id === Number(id));
    return agent ? { body: agentOf(agent) } : { status: 404, body: '' };
  }
  if (noun === 'groups') return { body: paged(groups, page, size) };
  const ticket = desk.find(Number(id));
  if (noun === 'tickets' && id === '' && method === 'GET') {
    const since = Date.parse(query.get('updated_since') ?? '') || 0;
    const email = query.get('email');
    const found = desk
      .newest()
      .filter((one) => one.changedAt >= since && (!email || people[one.requester].email === email));
    const sorted = query.get('order_type') === 'asc' ? found.reverse() : found;
    return { body: paged(sorted, page, size).map((one) => shown(one, query.get('include'), desk)) };
  }
  const known = (value: unknown, least: number, most: number) => Number(value) >= least && Number(value) <= most;
  if (input.status !== undefined && !known(input.status, 2, 7)) return no(400, 'Validation failed', 'status');
  if (input.priority !== undefined && !known(input.priority, 1, 4)) return no(400, 'Validation failed', 'priority');
  if (noun === 'tickets' && id === '') {
    const { subject, description, status, priority, group_id: group, tags = [] } = input;
    const made = desk.open(subject, {
      ...{ text: description, state: String(status), priority: String(priority), requester: 'bridge', labels: tags },
      queue: groups.find((one) => one.id === group)?.name ?? '',
      files: call.files.map((file) => desk.keep(file)),
    });
    return { status: 201, body: shown(made, '', desk) };
  }
  if (!ticket) return { status: 404, body: '' };
  if (part === 'conversations') {
    const rows = ticket.entries.map(({ id, who, body, internal, at, files }) => ({
      ...{ id, user_id: people[who].id, body, private: internal, incoming: who === 'ivo', source: 2 },
      attachments: attachmentsOf(files, desk),
      created_at: iso(at),
    }));
    return { body: paged(rows, page, size) };
  }
  if (part === 'notes') {
    const entry = desk.say(ticket.id, input.body, { who: 'bridge', internal: input.private, files: call.files });
    return { status: 201, body: { id: entry.id } };
  }
  if (method === 'PUT') {
    const { subject = ticket.title, status = ticket.state, priority = ticket.priority, tags = ticket.labels } = input;
    desk.change(ticket.id, { title: subject, state: String(status), priority: String(priority), labels: tags });
  }
  return { body: shown(ticket, query.get('include') ?? '', desk) };
}

/** Freshdesk: numbers for states, the text of a ticket apart from its conversations, at most 100 of anything. */
export const freshdesk: Dialect = {
  ...{ queue: 'EOSC', state: '2', priority: '1', answer },
  refusal: no(400, 'Validation failed', 'status'),
  writes: ({ method }) => method !== 'GET',
};
