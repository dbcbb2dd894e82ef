import { type Dialect, type FakeDesk, type FakeTicket, paged, people, plainTime } from './core.ts';

const no = (code: number, message: string) => ({ body: { code, message, objects: null } });
/** Priority by impact and urgency. */
const matrix: Record<string, string> = { 1: '1124', 2: '1234', 3: '2334' };
const lifecycle: Record<string, Record<string, string>> = {
  new: { ev_assign: 'assigned' },
  assigned: { ev_pending: 'pending', ev_resolve: 'resolved' },
  pending: { ev_assign: 'assigned' },
  resolved: { ev_reopen: 'assigned', ev_close: 'closed' },
  closed: {},
};
const needed: Record<string, string[]> = {
  ev_assign: ['team_id', 'agent_id'],
  ev_pending: ['pending_reason'],
  ev_resolve: ['solution'],
};

function logOf(ticket: FakeTicket, internal: boolean) {
  const entries = ticket.entries.filter((one) => one.internal === internal).reverse();
  return {
    entries: entries.map(({ at, who, body }) => ({
      ...{ date: plainTime(at), user_login: people[who].login, user_id: people[who].id },
      ...{ message: body.replace(/<[^>]*>/g, ''), message_html: body },
    })),
  };
}

function shown(ticket: FakeTicket, names: string) {
  const { id, title, text, queue, state, priority, owner, requester, at, changedAt } = ticket;
  const all: Record<string, unknown> = {
    ...{ id: String(id), ref: `R-00000${id}`, title, description: text, status: state, priority, impact: '2' },
    ...{
      team_id_friendlyname: queue,
      agent_id_friendlyname: owner ? people[owner].name : '',
      start_date: plainTime(at),
    },
    ...{ caller_id: String(people[requester].id), caller_id_friendlyname: people[requester].name },
    ...{ last_update: plainTime(changedAt), public_log: logOf(ticket, false), private_log: logOf(ticket, true) },
  };
  const fields = Object.fromEntries(names.split(',').map((name) => [name, all[name]]));
  return { code: 0, message: '', class: 'UserRequest', key: String(id), fields };
}

const objects = (name: string, rows: { key: string }[]) => ({
  body: {
    ...{ code: 0, message: `Found: ${rows.length}` },
    objects: rows.length === 0 ? null : Object.fromEntries(rows.map((row) => [`${name}::${row.key}`, row])),
  },
});

function answer({ body }: Parameters<Dialect['answer']>[0], desk: FakeDesk) {
  const form = new URLSearchParams(body);
  if (form.get('auth_user') !== 'bridge' || form.get('auth_pwd') !== desk.secret) return no(1, 'Error: Invalid login');
  const input = JSON.parse(form.get('json_data') ?? '');
  const { operation, class: of, key, fields = {}, output_fields: names = '' } = input;
  if (operation === 'list_operations') return { body: { code: 0, message: '', version: '1.3', operations: [] } };
  if (of === 'Team')
    return objects('Team', /'EOSC'/.test(key) ? [{ key: '31', fields: { org_id: '3' } } as { key: string }] : []);
  if (of === 'Person')
    return objects(
      'Person',
      /'bridge'/.test(key) ? [{ key: '5', fields: { friendlyname: 'Bridge' } } as { key: string }] : [],
    );
  if (of === 'Attachment') return attachments(input, desk);
  if (operation === 'core/get') {
    const oql = String(key);
    const [, since = ''] = /last_update >= '([^']+)'/.exec(oql) ?? [];
    const [, words] = /description LIKE '%(.*)%'/.exec(oql) ?? [];
    const [, team] = /team_id_friendlyname = '([^']+)'/.exec(oql) ?? [];
    const found = /^\d+$/.test(oql)
      ? desk.tickets.filter(({ id }) => id === Number(oql))
      : desk.tickets.filter(
          ({ changedAt, text, queue }) =>
            plainTime(changedAt) >= since && (!words || text.includes(words)) && (!team || queue === team),
        );
    const rows = input.limit ? paged(found, input.page ?? 1, input.limit, 1000) : found;
    return objects(
      'UserRequest',
      rows.map((one) => shown(one, names)),
    );
  }
  const stateOf = (ticket: FakeTicket) => {
    if (operation !== 'core/apply_stimulus') return ticket.state;
    return lifecycle[ticket.state]?.[input.stimulus];
  };
  if (operation === 'core/create') {
    if (!fields.org_id || !fields.caller_id) return no(100, 'Error: org_id, caller_id: mandatory');
    const priority = matrix[fields.impact]?.[Number(fields.urgency) - 1] ?? '4';
    const made = desk.open(fields.title, { text: fields.description, requester: 'bridge', priority });
    return objects('UserRequest', [shown(made, names)]);
  }
  const ticket = desk.find(Number(key));
  if (!ticket) return no(100, `Error: Invalid object UserRequest::${key}`);
  if (fields.status) return no(100, 'Error: status: read-only');
  const state = stateOf(ticket);
  const missing = (needed[input.stimulus] ?? []).filter((name) => !fields[name]);
  if (state === undefined)
    return no(100, `Error: Invalid stimulus: '${input.stimulus}' on the object in state '${ticket.state}'`);
  if (missing.length > 0) return no(100, `Error: ${missing}: mandatory`);
  const priority = fields.urgency ? matrix[fields.impact ?? '2']?.[Number(fields.urgency) - 1] : ticket.priority;
  desk.change(ticket.id, { title: fields.title ?? ticket.title, state, priority: priority ?? '' });
  for (const log of ['public_log', 'private_log']) {
    const item = fields[log]?.add_item;
    if (item) desk.say(ticket.id, item.message, { who: 'bridge', internal: log === 'private_log' });
  }
  return objects('UserRequest', [shown(ticket, names)]);
}

interface AttachmentCall {
  operation: string;
  key?: string | number;
  fields?: {
    item_class?: string;
    item_id?: string;
    item_org_id?: string;
    contents?: { data: string; filename: string; mimetype: string };
  };
  output_fields: string;
}

/** Of a request as a whole: nobody says what they belong to, and the request does not change by them. */
function attachments({ operation, key, fields, output_fields: names }: AttachmentCall, desk: FakeDesk) {
  const rowOf = (id: number) => {
    const file = desk.file(id);
    const contents = file && { data: file.bytes.toString('base64'), mimetype: file.mediaType, filename: file.filename };
    return { code: 0, class: 'Attachment', key: String(id), fields: { [names]: names === 'contents' ? contents : '' } };
  };
  if (operation === 'core/create') {
    const { item_class: of, item_id: id, item_org_id: org, contents } = fields ?? {};
    const ticket = desk.find(Number(id));
    if (of !== 'UserRequest' || !ticket || !org || !contents) return no(100, 'Error: item_id: Invalid object');
    const { data, filename, mimetype: mediaType } = contents;
    const file = desk.keep({ filename, mediaType, bytes: Buffer.from(data, 'base64') });
    ticket.files.push(file);
    return objects('Attachment', [rowOf(file.id)]);
  }
  const [, id] = /item_id = (\d+)$/.exec(String(key)) ?? [];
  if (id === undefined) return objects('Attachment', [rowOf(Number(key))]);
  const ticket = desk.find(Number(id)) as FakeTicket;
  const files = [...ticket.files, ...ticket.entries.filter(({ internal }) => !internal).flatMap((one) => one.files)];
  return objects(
    'Attachment',
    files.map((file) => rowOf(file.id)),
  );
}

/** iTop: everything has the status 200, states move by stimuli with what they ask for, priority is computed. */
export const itop: Dialect = {
  ...{ queue: 'EOSC', state: 'new', priority: '3', answer },
  refusal: no(100, 'Error: title: mandatory'),
  writes: ({ body }) => /core%2F(create|update|apply)/.test(body),
};
