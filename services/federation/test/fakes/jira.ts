import { type Dialect, type FakeDesk, type FakeTicket, iso, people, type Who } from './core.ts';

const categories: Record<string, string> = {
  'Waiting for support': 'To Do',
  'In progress': 'In Progress',
  'Waiting for customer': 'In Progress',
  Pending: 'In Progress',
  'With the vendor': 'In Progress',
  Resolved: 'Done',
  Canceled: 'Done',
  Closed: 'Done',
};
const statusOf = (name: string) => ({ name, statusCategory: { key: 'x', name: categories[name] } });
/** Nobody leaves it any more. */
const FINAL = 'Closed';
const userOf = (who: Who) => ({
  accountId: `acc-${people[who].id}`,
  displayName: people[who].name,
  emailAddress: people[who].email,
});
const time = (at: number) => iso(at).replace('Z', '+0000');
const no = (status: number, errorMessages: string[], errors = {}) => ({ status, body: { errorMessages, errors } });

function shown({ id, title, text, state, priority, owner, requester, at, changedAt, queue, ...rest }: FakeTicket) {
  return {
    key: `${queue}-${id}`,
    fields: {
      ...{
        summary: title,
        description: text,
        status: statusOf(state),
        priority: { name: priority },
        created: time(at),
      },
      ...{
        assignee: owner && userOf(owner),
        reporter: userOf(requester),
        project: { key: queue },
        updated: time(changedAt),
      },
      // Those of internal comments among them.
      attachment: [
        ...rest.files.map((file) => ({ ...file, created: at })),
        ...rest.entries.flatMap(({ files, at: created }) => files.map((file) => ({ ...file, created }))),
      ].map(({ id: fileId, filename, mediaType, bytes, created }) => ({
        ...{ id: String(fileId), filename, mimeType: mediaType, size: bytes.length, created: time(created) },
      })),
    },
  };
}

function answer(call: Parameters<Dialect['answer']>[0], desk: FakeDesk) {
  const { method, url, headers, body } = call;
  if (headers.authorization !== `Basic ${Buffer.from(`bridge:${desk.secret}`).toString('base64')}`)
    return {
      status: 401,
      headers: { 'x-seraph-loginreason': 'AUTHENTICATED_FAILED' },
      body: '<html>Unauthorized (401)</html>',
    };
  const path = url.pathname.replace('/rest/', '');
  const { searchParams: query } = url;
  const input = body === '' || call.files.length > 0 ? {} : JSON.parse(body);
  const [, stored] = /^\/secure\/attachment\/(\d+)\//.exec(url.pathname) ?? [];
  if (stored) return { body: desk.file(Number(stored))?.bytes };
  const [, attachment] = /^api\/2\/attachment\/(\d+)$/.exec(path) ?? [];
  if (attachment) return { body: { content: `${desk.node}/secure/attachment/${attachment}/file` } };
  const values = <T>(rows: T[]) => {
    const start = Number(query.get('start') ?? 0);
    const limit = Math.min(100, Number(query.get('limit') ?? 50));
    const some = rows.slice(start, start + limit);
    return { body: { values: some, size: some.length, start, limit, isLastPage: start + limit >= rows.length } };
  };
  if (path === 'api/2/myself') return { body: userOf('bridge') };
  if (path === 'api/2/serverInfo') return { body: { version: '1001.0.0', deploymentType: 'Cloud' } };
  if (path === 'servicedeskapi/servicedesk')
    return values([
      { id: '1', projectKey: 'OPS' },
      { id: '4', projectKey: 'SUP' },
    ]);
  if (path === 'servicedeskapi/servicedesk/4/attachTemporaryFile') {
    if (headers['x-atlassian-token'] !== 'no-check') return { status: 403, body: 'XSRF check failed' };
    const kept = call.files.map((file) => desk.keep(file));
    desk.uploads.push(...kept);
    return {
      status: 201,
      body: {
        temporaryAttachments: kept.map(({ id, filename }) => ({
          ...{ temporaryAttachmentId: `temp${id}`, fileName: filename },
        })),
      },
    };
  }
  if (path === 'servicedeskapi/servicedesk/4/requesttype')
    return values([
      { id: '11', name: 'Access' },
      { id: '12', name: 'Get IT help' },
    ]);
  if (path === 'api/2/search/jql') {
    const [, words] = /text ~ "\\"(.*)\\""/.exec(query.get('jql') ?? '') ?? [];
    const found = desk.newest().filter(({ queue, text }) => queue === 'SUP' && (!words || text.includes(words)));
    const from = Number(query.get('nextPageToken') ?? 0);
    const size = Math.min(100, Number(query.get('maxResults')));
    const next = from + size < found.length ? { nextPageToken: String(from + size) } : { isLast: true };
    return { body: { issues: found.slice(from, from + size).map(shown), ...next } };
  }
  if (path === 'servicedeskapi/request') {
    const { serviceDeskId, requestTypeId, requestFieldValues: values } = input;
    if (serviceDeskId !== '4' || requestTypeId !== '12') return no(400, ['No such request type']);
    const made = desk.open(values.summary, { text: values.description, requester: 'bridge' });
    return { status: 201, body: { issueId: String(made.id), issueKey: `SUP-${made.id}` } };
  }
  const [, key = '', part] = /(?:issue|request)\/([A-Z]+-\d+)(?:\/(\w+))?$/.exec(path) ?? [];
  const issue = desk.find(Number(key.split('-')[1]));
  if (!issue) return no(404, ['Issue does not exist or you do not have permission to see it.']);
  if (part === 'editmeta') return { body: { fields: { summary: {}, priority: {} } } };
  if (part === 'transitions' && method === 'GET') {
    const names = issue.state === FINAL ? [] : Object.keys(categories).filter((name) => name !== issue.state);
    return {
      body: {
        transitions: names.map((name) => ({ id: String(Object.keys(categories).indexOf(name)), to: statusOf(name) })),
      },
    };
  }
  if (part === 'transitions') {
    const state = Object.keys(categories)[Number(input.transition.id)];
    if (!state || issue.state === FINAL) return no(400, ['It is not valid to transition.']);
    desk.change(issue.id, { state });
    return { status: 204, body: '' };
  }
  if (part === 'comment' && method === 'GET') {
    const shows = query.get('expand')?.includes('attachment');
    const rows = issue.entries.map(({ id, body, who, internal, at, files }) => ({
      ...(shows && {
        attachments: {
          values: files.map(({ id: fileId, filename, mediaType, bytes }) => ({
            ...{ filename, mimeType: mediaType, size: bytes.length },
            _links: { jiraRest: `${desk.node}/rest/api/2/attachment/${fileId}` },
          })),
        },
      }),
      ...{
        id: String(id),
        body: [body, ...files.map(({ filename }) => `[^${filename}]`)].join('\n\n'),
        public: !internal,
        author: userOf(who),
        created: { iso8601: time(at), epochMillis: at },
      },
    }));
    return values(rows.filter((one) => one.public || query.get('internal') !== 'false'));
  }
  if (part === 'comment') {
    const entry = desk.say(issue.id, input.body, { who: 'bridge', internal: !input.public });
    return { status: 201, body: { id: String(entry.id) } };
  }
  if (part === 'attachment') {
    const files = desk.uploads.filter(({ id }) => input.temporaryAttachmentIds.includes(`temp${id}`));
    const said = input.additionalComment?.body ?? '';
    const entry = desk.say(issue.id, said, { who: 'bridge', internal: !input.public, files });
    return { status: 201, body: { comment: { id: String(entry.id), body: said } } };
  }
  if (method === 'PUT') {
    const { summary = issue.title, priority } = input.fields;
    desk.change(issue.id, { title: summary, priority: priority?.name ?? issue.priority });
    return { status: 204, body: '' };
  }
  return { body: shown(issue) };
}

/** Jira Service Management in the cloud: a status is moved by a transition only, and one status is left no more. */
export const jira: Dialect = {
  ...{ queue: 'SUP', state: 'Waiting for support', priority: 'Medium', answer },
  refusal: no(400, [], { priority: 'The priority selected is invalid.' }),
  writes: ({ method }) => method !== 'GET',
};
