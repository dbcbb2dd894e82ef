import type { BlobStore } from '@helpmesh/blob';
import {
  checklistItems,
  checklists,
  createArticle,
  type ErasedTickets,
  type ErasureTerms,
  erasureReach,
  erasureRequested,
  fileMail,
  heldTickets,
  mailsOfTickets,
  personalData,
  previewErasure,
  recordErasure,
  searchTickets,
  ticketDeleted,
} from '@helpmesh/contracts';
import { waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BLOBS } from '../src/application/ports.ts';
import { cast, type Desk, handled, startDesk, user } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk.stop());

let people = 100;
let inbound = 5_000;
let tasks = 0;

interface Someone {
  id: number;
  email: string;
  terms(tickets: ErasedTickets): ErasureTerms;
}

function someone(): Someone {
  const id = ++people;
  const [email, firstname, lastname] = [`mark${id}@erase.example`, `Fi${id}rst`, `La${id}st`];
  desk.identity.add(user({ id, login: email, email, firstname, lastname }));
  const whole = `${firstname} ${lastname}`;
  return {
    id,
    email,
    terms: (tickets) => ({
      ...{ userId: id, pseudonym: `erased-${id}`, tickets, emails: [email], identifiers: [whole, `0555-${id}`] },
      names: [firstname, lastname],
    }),
  };
}

/** A mail of theirs with a file, as a ticket; then an answer of an agent. */
async function asked(
  who: Someone,
  file = `file of ${who.id}`,
): Promise<{ ticketId: number; inboundId: number; sha: string }> {
  const { firstname, lastname } = desk.identity.users.get(who.id) as { firstname: string; lastname: string };
  const { sha256, size } = await desk.service.get<BlobStore>(BLOBS).put(Buffer.from(file));
  const inboundId = ++inbound;
  const message = await desk.publish(fileMail, {
    ...{ inboundId, channel: 'smtp', receivedAt: '2026-03-02T09:00:00.000Z', recipients: ['help@desk.example.org'] },
    ...{ raw: { sha256: 'c'.repeat(64), size: 10 }, unreadable: null, replyTo: null, cc: [], html: null, date: null },
    from: { name: `${firstname} ${lastname}`, address: who.email },
    to: [{ name: '', address: 'help@desk.example.org' }],
    ...{ subject: `${firstname} is ill`, messageId: `<m${inboundId}@x.org>`, inReplyTo: [], references: [] },
    text: `I am ill.\n${firstname}, call 0555-${who.id}`,
    attachments: [{ sha256, size, filename: `${firstname}.txt`, contentType: 'text/plain' }],
    automatic: 'no',
  });
  await handled(desk, message);
  const [row] = await desk.query<{ id: number }>('SELECT ticket_id AS id FROM article WHERE inbound_id = $1', [
    inboundId,
  ]);
  const ticketId = row?.id as number;
  return { ticketId, inboundId, sha: sha256 };
}

/** Has it done, and waits for the answer. @returns what the service told */
async function erase(who: Someone, tickets: ErasedTickets, held: number[] = [], round = 1, taskId = ++tasks) {
  desk.identity.erasures.set(taskId, { terms: who.terms(tickets), heldTicketIds: held });
  const { pseudonym } = who.terms(tickets);
  await desk.publish(erasureRequested, { taskId, round, userId: who.id, pseudonym, tickets });
  const answer = await waitFor(
    async () => (await desk.told(recordErasure)).find(({ data }) => data.taskId === taskId && data.round === round),
    { what: 'the answer of the ticket service' },
  );
  return answer.data;
}

const thread = (ticketId: number) =>
  desk.query<{ body: string; from: string; subject: string | null; files: string | null; raw: string | null }>(
    `SELECT body, "from", subject, raw_sha256 AS raw,
       (SELECT string_agg(filename, ',') FROM article_attachment f WHERE f.article_id = a.id) AS files
     FROM article a WHERE ticket_id = $1 ORDER BY id`,
    [ticketId],
  );
const titleOf = async (id: number) =>
  (await desk.query<{ title: string; json: string }>('SELECT title, json FROM ticket WHERE id = $1', [id]))[0];
const found = async (query: string) =>
  (await desk.ask(cast.admin, searchTickets, { params: {}, query: { query }, body: undefined })) as { id: number }[];
const blobs = () => desk.service.get<BlobStore>(BLOBS);

/** Tables of the tickets in which the text stands. */
async function places(text: string): Promise<string[]> {
  const tables = await desk.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
       AND relname !~ '^(event_log|outbox|dead_letter)'`,
  );
  const hits: string[] = [];
  for (const { name } of tables) {
    const rows = await desk.query(`SELECT 1 FROM ${name} t WHERE t::text ILIKE $1`, [`%${text}%`]);
    if (rows.length > 0) hits.push(name);
  }
  return hits;
}

describe('erasing a person from the tickets', () => {
  it('pseudonymise: what they wrote stays, their names and addresses do not', async () => {
    const who = someone();
    const { ticketId, inboundId, sha } = await asked(who, `signed by Fi${who.id}rst La${who.id}st`);
    await waitFor(async () => (await found(`"signed by Fi${who.id}rst"`)).length === 1, {
      what: 'the file to be read',
    });
    const preview = await desk.askAs('identity', previewErasure.ticket, { terms: who.terms('pseudonymise') });
    expect(preview.counts).toMatchObject({ tickets: 1, articles: 1, files: 1 });
    const { counts, kept } = await erase(who, 'pseudonymise');
    expect({ counts, kept }).toMatchObject({ counts: { tickets: 1, articles: 1 }, kept: [] });
    const label = `erased-${who.id}`;
    expect(await thread(ticketId)).toEqual([
      {
        body: `I am ill.\n${label}, call ${label}`,
        from: expect.stringContaining(`${label}@erased.invalid`),
        ...{ subject: `${label} is ill`, files: `${label}.txt`, raw: null },
      },
    ]);
    expect((await titleOf(ticketId))?.json).toContain(`"title":"${label} is ill"`);
    expect(await blobs().has(sha)).toBe(true);
    for (const text of [who.email, `Fi${who.id}rst`, `0555-${who.id}`]) expect(await places(text), text).toEqual([]);
    expect(await found(`Fi${who.id}rst`)).toEqual([]);
    expect((await found(label)).map(({ id }) => id)).toEqual([ticketId]);
    // The file is as it was, but nobody finds it by the name.
    expect((await found('"signed by"')).map(({ id }) => id)).toEqual([ticketId]);
    const taskId = tasks;
    expect(await desk.askAs('mail-ingest', erasureReach, { taskId, kind: 'mail', after: 0 })).toEqual({
      ids: [inboundId],
    });
    expect(await desk.askAs('mail-ingest', erasureReach, { taskId, kind: 'mail', after: inboundId })).toEqual({
      ids: [],
    });
  });

  it('in the checklist of somebody else’s ticket their name becomes the pseudonym, in its past too', async () => {
    const [who, other] = [someone(), someone()];
    const { ticketId } = await asked(other);
    const list = await desk.rest(cast.admin, checklists.create, { body: { ticket_id: ticketId } });
    const text = `call ${who.email}`;
    await desk.rest(cast.admin, checklistItems.create, { body: { checklist_id: list.id, text } });
    // What is not a ticket yet cannot be rewritten there: it is not opened.
    const article = { type: 'email', to: who.email, body: 'Dear you', sender: 'Agent' };
    const body = { title: 'A letter', group: 'Users', customer_id: other.id, article };
    await desk.rest(cast.agent, heldTickets.create, { body });
    await erase(who, 'pseudonymise');
    expect(await places(who.email)).toEqual([]);
    const items = await desk.query('SELECT text FROM checklist_item WHERE checklist_id = $1', [list.id]);
    expect(items).toEqual([{ text: expect.stringMatching(`^call erased-${who.id}`) }]);
  });

  it('redact: what they wrote and sent goes, files that others have stay', async () => {
    const who = someone();
    const [only, shared] = [await asked(who), await asked(who, 'a file of many')];
    const other = await asked(someone(), 'a file of many');
    await erase(who, 'redact');
    expect(await thread(only.ticketId)).toMatchObject([{ body: '[erased]', subject: '[erased]', files: null }]);
    expect((await titleOf(only.ticketId))?.title).toBe('[erased]');
    expect(await blobs().has(only.sha)).toBe(false);
    expect(shared.sha).toBe(other.sha);
    expect(await blobs().has(other.sha)).toBe(true);
  });

  it('delete: their tickets are gone, and everybody hears it without the person', async () => {
    const who = someone();
    await desk.query('INSERT INTO overview_sorting (user_id, overview_id, prio) SELECT $1, min(id), 1 FROM overview', [
      who.id,
    ]);
    const { ticketId, sha, inboundId } = await asked(who);
    await erase(who, 'delete');
    expect(await titleOf(ticketId)).toBeUndefined();
    expect(await desk.query('SELECT 1 FROM overview_sorting WHERE user_id = $1', [who.id])).toEqual([]);
    expect(await blobs().has(sha)).toBe(false);
    const [told] = (await desk.told(ticketDeleted)).filter(({ data }) => data.ticket.id === ticketId);
    expect(told?.data.ticket.title).toBe('[erased]');
    expect(await desk.askAs('mail-ingest', erasureReach, { taskId: tasks, kind: 'mail', after: 0 })).toEqual({
      ids: [inboundId],
    });
  });

  it("in others' requests the whole name and the address go, a first name alone may be somebody else's", async () => {
    const who = someone();
    const other = await asked(someone());
    const { firstname, lastname } = desk.identity.users.get(who.id) as { firstname: string; lastname: string };
    await desk.query(`UPDATE article SET body = $2, cc = $3, bcc = $3 WHERE ticket_id = $1`, [
      other.ticketId,
      `${firstname} said that ${firstname} ${lastname} knows`,
      `X <${who.email}>`,
    ]);
    await erase(who, 'delete');
    const [row] = await desk.query<{ body: string; cc: string }>(
      'SELECT body, cc, bcc FROM article WHERE ticket_id = $1',
      [other.ticketId],
    );
    expect(row).toEqual({
      body: `${firstname} said that erased-${who.id} knows`,
      cc: `X <erased-${who.id}@erased.invalid>`,
      bcc: `X <erased-${who.id}@erased.invalid>`,
    });
  });

  it('a ticket under legal hold stays as it is, and is named', async () => {
    const who = someone();
    const [free, held] = [await asked(who), await asked(who)];
    const before = await thread(held.ticketId);
    const { kept } = await erase(who, 'delete', [held.ticketId]);
    expect(kept).toEqual([{ object: 'Ticket', id: String(held.ticketId), why: 'legal-hold' }]);
    expect(await thread(held.ticketId)).toEqual(before);
    expect(await titleOf(free.ticketId)).toBeUndefined();
    expect(await desk.askAs('mail-ingest', mailsOfTickets, { ticketIds: [held.ticketId], after: 0 })).toEqual({
      ids: [held.inboundId],
    });
  });

  it('the next round finds nothing more in the tickets, and one that comes twice is answered once', async () => {
    const who = someone();
    await asked(who);
    await erase(who, 'redact');
    const taskId = tasks;
    const { counts, waiting } = await erase(who, 'redact', [], 2, taskId);
    expect(counts).not.toHaveProperty('tickets');
    expect(counts).not.toHaveProperty('articles');
    // The services that read the events of tickets are not here: what names the person stays for them.
    expect(waiting).toBeGreaterThan(0);
    const again = await desk.publish(erasureRequested, {
      ...{ taskId, round: 2, userId: who.id, pseudonym: `erased-${who.id}`, tickets: 'redact' as const },
    });
    await handled(desk, again);
    const answers = (await desk.told(recordErasure)).filter(({ data }) => data.taskId === taskId && data.round === 2);
    expect(answers).toHaveLength(1);
  });

  it('what somebody still has to read stays whole in stream and log, and is counted', async () => {
    const who = someone();
    const { ticketId } = await asked(who);
    const { waiting } = await erase(who, 'pseudonymise');
    expect(waiting).toBeGreaterThan(0);
    const created = await desk.query<{ payload: string }>(
      `SELECT payload FROM event_log WHERE subject = 'ticket.v1.created' AND payload ILIKE $1`,
      [`%${who.email}%`],
    );
    expect(created.map(({ payload }) => JSON.parse(payload).data.ticket.id)).toEqual([ticketId]);
  });

  it('is over when identity says so: nothing is asked for or told any more', async () => {
    const taskId = ++tasks;
    const message = await desk.publish(erasureRequested, {
      ...{ taskId, round: 1, userId: 9, pseudonym: 'erased-9', tickets: 'delete' as const },
    });
    await handled(desk, message);
    await waitFor(
      async () => (await desk.query('SELECT 1 FROM erasure_work WHERE task_id = $1', [taskId])).length === 0,
      {
        what: 'the work to be dropped',
      },
    );
    expect((await desk.told(recordErasure)).some(({ data }) => data.taskId === taskId)).toBe(false);
  });
});

describe('what is kept about a person, for their archive', () => {
  const data = async (who: Someone, internal: boolean) => {
    const parts = [];
    const asking = { userId: who.id, emails: [who.email], internal };
    for (let after: string | null | undefined; after !== null; ) {
      const page = await desk.askAs('identity', personalData.ticket, { ...asking, ...(after && { after }) });
      parts.push(...page.parts);
      after = page.next;
    }
    return parts;
  };
  const note = (ticketId: number, body: string, internal: boolean) =>
    desk.rest(cast.admin, createArticle, { body: { ticket_id: ticketId, body, type: 'note', internal } });

  it('their tickets with articles and files; S16: internal notes are not in their own', async () => {
    const who = someone();
    const { ticketId, sha } = await asked(who);
    const { ticketId: othersId } = await asked(someone());
    await note(ticketId, 'We are on it.', false);
    await note(ticketId, 'They never pay.', true);

    const own = await data(who, false);
    expect(own.map(({ path }) => path)).toEqual([
      `tickets/${ticketId}/ticket.json`,
      ...own.slice(1).map(({ data }) => `tickets/${ticketId}/articles/${(data as { id: number }).id}.json`),
    ]);
    expect(own[0]?.data).toMatchObject({ id: ticketId, state: expect.any(String), customer: who.email });
    expect(own.slice(1).map(({ data }) => (data as { body: string }).body)).toEqual([
      expect.stringContaining('I am ill'),
      'We are on it.',
    ]);
    expect(own[1]?.files).toEqual([
      { sha256: sha, size: expect.any(Number), filename: `Fi${who.id}rst.txt`, contentType: 'text/plain' },
    ]);
    expect(JSON.stringify(own)).not.toContain('never pay');
    const whole = await data(who, true);
    expect(whole).toHaveLength(own.length + 1);
    expect(JSON.stringify(whole)).toContain('never pay');
    expect(JSON.stringify(whole)).not.toContain(`tickets/${othersId}`);
  });

  it('which tickets they looked at of late, whosever they are', async () => {
    const who = someone();
    const { ticketId } = await asked(someone());
    await desk.query('INSERT INTO recent_view (user_id, ticket_id, seen_at) VALUES ($1, $2, now())', [
      ...[who.id, ticketId],
    ]);
    const seen_at = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(await data(who, false)).toEqual([
      { path: 'recent-views.json', data: [{ ticket_id: ticketId, seen_at }], files: [] },
    ]);
  });

  it('telephone calls with them, until they are erased', async () => {
    const who = someone();
    const callId = `call-${who.id}`;
    await desk.query(
      `INSERT INTO phone_call (call_id, direction, state, from_number, to_number, from_comment, caller_ids, callers,
         initialized_at, done, updated_at)
       VALUES ($1, 'in', 'hangup', '49301', '4930', 'Who', ARRAY[$2::int], jsonb_build_array(
         jsonb_build_object('id', $2::int, 'name', 'Who')), now(), true, now())`,
      [callId, who.id],
    );
    const [part] = await data(who, false);
    expect(part).toMatchObject({ path: 'calls.json', data: [{ call_id: callId, from: '49301' }], files: [] });
    await erase(who, 'pseudonymise');
    expect(await desk.query('SELECT 1 FROM phone_call WHERE call_id = $1', [callId])).toEqual([]);
  });

  it('live chats of theirs, until they are erased', async () => {
    const who = someone();
    const [chat] = await desk.query<{ id: number }>(
      `INSERT INTO chat (session_sha256, state, name, email, customer_id, topic, group_id, page, said_at, here, seen_at, created_at)
       VALUES ($1, 'closed', 'Who', $2, $3, 'Boats', 1, '', now(), false, now(), now()) RETURNING id`,
      [`session-${who.id}`, who.email, who.id],
    );
    await desk.query(
      "INSERT INTO chat_message (chat_id, id, sender, client_id, body, created_at) VALUES ($1, 1, 'visitor', 'a', 'Hello', now())",
      [chat?.id],
    );
    const [part] = await data(who, false);
    expect(part).toMatchObject({
      path: 'chats.json',
      data: [{ name: 'Who', messages: [{ body: 'Hello' }] }],
      files: [],
    });
    await erase(who, 'pseudonymise');
    expect(await desk.query('SELECT 1 FROM chat WHERE customer_id = $1', [who.id])).toEqual([]);
    expect(await desk.query('SELECT 1 FROM chat_message WHERE chat_id = $1', [chat?.id])).toEqual([]);
  });

  it('page by page: many articles, and one that is too large to go with others', async () => {
    const who = someone();
    const { ticketId } = await asked(who);
    await note(ticketId, 'x'.repeat(900_000), false);
    await note(ticketId, 'y'.repeat(200_000), false);
    for (let n = 0; n < 60; n++) await note(ticketId, `note ${n}`, false);
    const asking = { userId: who.id, emails: [who.email], internal: false, after: 'article:0' };
    const first = await desk.askAs('identity', personalData.ticket, asking);
    expect(first.parts).toHaveLength(2);
    const parts = await data(who, false);
    expect(parts).toHaveLength(1 + 63);
    expect(new Set(parts.map(({ path }) => path)).size).toBe(64);
  });
});
