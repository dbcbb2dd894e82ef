import { type Dialect, type FakeDesk, type FakeFile, type FakeTicket, iso, paged, people, type Who } from './core.ts';

const userOf = (who: Who) => ({ id: people[who].id, username: people[who].login, name: people[who].name });
const no = (status: number, message: unknown) => ({ status, body: { message } });

const secretOf = (id: number) => String(id).padStart(32, '0');
const markdownOf = ({ id, filename }: FakeFile) =>
  `![${filename}](/uploads/${secretOf(id)}/${encodeURIComponent(filename)})`;
const withFiles = (text: string, files: readonly FakeFile[]) => [text, ...files.map(markdownOf)].join('\n\n');
/** Files that a text shows, and what is left of it. */
function read(text: string, desk: FakeDesk): { body: string; files: FakeFile[] } {
  const files = desk.uploads.filter((file) => text.includes(markdownOf(file)));
  return { body: files.reduce((left, file) => left.replace(`\n\n${markdownOf(file)}`, ''), text), files };
}

function shown(issue: FakeTicket) {
  const { id, title, files, state, labels, requester, owner, at, changedAt, extra } = issue;
  return {
    ...{
      id: 1000 + id,
      iid: id,
      title,
      description: withFiles(issue.text, files),
      state,
      labels,
      author: userOf(requester),
    },
    ...{ assignees: owner ? [userOf(owner)] : [], created_at: iso(at), updated_at: iso(changedAt), confidential: true },
    ...{
      web_url: `https://gitlab.example/eosc/desk/-/issues/${id}`,
      moved_to_id: issue.queue === 'eosc/desk' ? null : 77,
    },
    service_desk_reply_to: extra.mail ?? null,
  };
}

function answer(call: Parameters<Dialect['answer']>[0], desk: FakeDesk) {
  const { method, url, headers, body } = call;
  if (headers.authorization !== `Bearer ${desk.secret}`)
    return {
      status: 401,
      body: { error: 'invalid_token', error_description: 'Token was revoked. You have to re-authorize from the user.' },
    };
  const path = url.pathname.replace('/api/v4', '');
  const { searchParams: query } = url;
  const input = body === '' || call.files.length > 0 ? {} : JSON.parse(body);
  if (path === '/user') return { body: userOf('bridge') };
  if (path === '/version') return { body: { version: '18.2.1' } };
  const [, project, rest = ''] = /^\/projects\/([^/]+)(.*)$/.exec(path) ?? [];
  if (project !== 'eosc%2Fdesk') return no(404, '404 Project Not Found');
  if (rest === '') return { body: { id: 3, issues_enabled: true } };
  const list = (rows: unknown[]) => {
    const page = Number(query.get('page') ?? 1);
    const size = Math.min(100, Number(query.get('per_page') ?? 20));
    const next = rows.length > page * size ? String(page + 1) : '';
    return { headers: { 'x-next-page': next }, body: paged(rows, page, size) };
  };
  if (rest === '/uploads') {
    const [sent] = call.files;
    if (sent?.field !== 'file') return no(400, 'file is missing');
    const kept = desk.keep(sent);
    desk.uploads.push(kept);
    return { status: 201, body: { id: kept.id, alt: kept.filename, markdown: markdownOf(kept) } };
  }
  const [, secret, name = ''] = /^\/uploads\/(\d+)\/(.+)$/.exec(rest) ?? [];
  if (secret) {
    const kept = desk.file(Number(secret));
    return kept?.filename === decodeURIComponent(name) ? { body: kept.bytes } : no(404, '404 Not found');
  }
  const [, , iid = '', part] = rest.split('/');
  if (iid === '' && method === 'GET') {
    const words = query.get('search');
    return list(
      desk
        .newest()
        .filter(({ text }) => !words || text.includes(words))
        .map(shown),
    );
  }
  const labelsOf = (text = '') => String(text).split(',').filter(Boolean);
  if (iid === '') {
    if (!input.title) return no(400, { title: ["can't be blank"] });
    const { body: text, files } = read(input.description, desk);
    const made = desk.open(input.title, {
      ...{ text, files },
      requester: 'bridge',
      labels: labelsOf(input.labels),
    });
    return { status: 201, body: shown(made) };
  }
  const issue = desk.find(Number(iid));
  if (!issue) return no(404, '404 Not found');
  if (part === 'notes' && method === 'GET') {
    // Each change leaves a note of the system as well.
    const noted = {
      id: 900_000,
      body: 'changed the description',
      author: userOf('nora'),
      system: true,
      internal: false,
    };
    const rows = issue.entries.map(({ id, who, body, internal, at, files }) => ({
      ...{
        id,
        body: withFiles(body, files),
        author: userOf(who),
        system: false,
        internal,
        confidential: internal,
        created_at: iso(at),
      },
    }));
    return list([{ ...noted, created_at: iso(issue.at) }, ...rows]);
  }
  if (part === 'notes') {
    const orders = String(input.body)
      .split('\n')
      .filter((line) => /^\s*\/[a-z]/.test(line));
    if (orders.length > 0) throw new Error(`An order is carried out: ${orders}`);
    const { body: said, files } = read(input.body, desk);
    const entry = desk.say(issue.id, said, { who: 'bridge', internal: input.internal ?? false, files });
    return { status: 201, body: { id: entry.id } };
  }
  if (method === 'PUT') {
    const added = labelsOf(input.add_labels);
    const removed = labelsOf(input.remove_labels);
    const state = input.state_event === 'close' ? 'closed' : input.state_event === 'reopen' ? 'opened' : issue.state;
    const labels = [...issue.labels, ...added].filter((label) => !removed.includes(label));
    desk.change(issue.id, { title: input.title ?? issue.title, state, labels });
  }
  return { body: shown(issue) };
}

/** GitLab: an issue is open or closed, everything else a label; notes of the system and internal ones among the notes. */
export const gitlab: Dialect = {
  ...{ queue: 'eosc/desk', state: 'opened', priority: '', answer },
  refusal: no(400, { labels: ['is invalid'] }),
  writes: ({ method }) => method !== 'GET',
};
