import { rawMail, sendRaw, waitFor } from '@helpmesh/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from './desk.ts';
import { type TestPlatform, testPlatform } from './platform.ts';
import { tracesOf } from './traces.ts';

describe('the audit log of a whole desk', () => {
  let desk: TestPlatform;
  beforeAll(async () => {
    desk = await testPlatform();
  }, 120_000);
  afterAll(() => desk?.platform.stop());

  const entries = async (query: string): Promise<Json[]> => (await desk.admin.get(`/api/v1/audit?${query}`)).entries;

  it("S28: a ticket in an agent's name is that agent's; the log names both, and the request", async () => {
    const from = { from: 'Agent1@Example.com' };
    const ticket = { title: 'By proxy', group: 'Users', customer_id: 2, article: { body: 'Hello', type: 'note' } };
    const made = await desk.admin.call('POST', '/api/v1/tickets', ticket, from);
    expect(made).toMatchObject({ status: 201, body: { created_by_id: 4, updated_by_id: 4 } });
    const { history } = await desk.admin.get(`/api/v1/ticket_history/${made.body.id}`);
    expect(new Set(history.map(({ created_by_id }: Json) => created_by_id))).toEqual(new Set([4]));
    expect(await entries('action=acting-for')).toMatchObject([
      {
        service: 'gateway',
        action: 'acting-for.request',
        actor: 'admin@example.com',
        on_behalf_of: 'agent1@example.com',
        object_label: 'POST /api/v1/tickets',
        ip: expect.stringContaining('127.0.0.1'),
      },
    ]);
    const refused = await desk.admin.call('GET', '/api/v1/audit', undefined, from);
    expect(refused).toMatchObject({ status: 403, body: { error: 'Not authorized' } });
    const unknown = await desk.admin.call('GET', '/api/v1/users/me', undefined, { 'x-on-behalf-of': 'ghost' });
    expect(unknown).toMatchObject({ status: 403, body: { error: "No such user 'ghost'" } });
  });

  it('hears of changes in every service, with who asked from where', async () => {
    await desk.admin.post('/api/v1/ticket_states', { name: 'waiting', state_type: 'open' });
    await desk.admin.post('/api/v1/groups', { name: 'Audited' });
    const group = (await entries('action=group.created'))[0];
    expect(group).toMatchObject({ service: 'identity', actor: 'admin@example.com', object_label: 'Audited' });
    const state = await waitFor(async () => (await entries('service=ticket'))[0], {
      what: 'the entry of the ticket service',
    });
    expect(state).toMatchObject({
      action: 'ticket-state.created',
      actor: 'admin@example.com',
      object_type: 'Ticket::State',
      object_label: 'waiting',
      ip: expect.stringContaining('127.0.0.1'),
      request_id: expect.stringMatching(/./),
    });
  });

  it('S37: verifies, and is had as a file that says the same', async () => {
    const { ok, entries: count, head } = await desk.admin.get('/api/v1/audit/verify');
    expect({ ok, some: count > 0 }).toEqual({ ok: true, some: true });
    const file: Json[] = await desk.admin.get('/api/v1/audit/export?format=json');
    expect(file.map(({ id }) => id)).toEqual(Array.from({ length: count }, (_, n) => count - n));
    expect(file[0].hash).toBe(head);
    for (const method of ['PUT', 'PATCH', 'DELETE', 'POST']) {
      const answer = await desk.admin.call(method, `/api/v1/audit/${count}`, method === 'DELETE' ? undefined : {});
      expect(answer.status, method).toBe(404);
    }
  });

  it('S38: of whom is erased nothing is left in any database, stream, file or log', async () => {
    const { admin, platform, mailbox, anyone } = desk;
    // Each word stands for one way in which a person is known; none of them is a word of ours.
    const words = ['zyxalbert', 'qwertmann', 'zyx.q@marker.example', '0555-918-273', 'marblestreet', 'brontosaur'];
    const email = 'zyx.q@marker.example';
    const { id } = await admin.post('/api/v1/users', {
      ...{ firstname: 'Zyxalbert', lastname: 'Qwertmann', email, phone: '0555-918-273', street: '7 Marblestreet' },
      ...{ note: 'collects brontosaurs', password: 'brontosaur-likes-leaves' },
    });
    await admin.put(`/api/v1/users/${id}`, { note: 'collects brontosaurs still' });
    const own = anyone.as({ basic: [email, 'brontosaur-likes-leaves'] });
    await own.get('/api/v1/users/me');
    await anyone.call('POST', '/api/v1/signin', { username: email, password: 'brontosaur?' });
    const mailIn = (title: string, name: string, from: string) =>
      sendRaw(
        { port: platform.smtpPort },
        rawMail({
          ...{ from: `${name} <${from}>`, subject: title, text: 'My brontosaur is ill.\nZyxalbert, 0555-918-273' },
          attachments: [{ name: 'brontosaur.txt', type: 'text/plain', content: 'a brontosaur' }],
        }),
        { from, to: 'helpdesk@localhost' },
      );
    await mailIn('Brontosaur in bed', 'Zyxalbert Qwertmann', email);
    const mine = await admin.ticketTitled('Brontosaur in bed');
    await own.post('/api/v1/ticket_articles', { ticket_id: mine.id, body: 'The brontosaur is worse.' });
    const attachments = [
      { filename: 'for Zyxalbert.txt', 'mime-type': 'text/plain', data: Buffer.from('leaves').toString('base64') },
    ];
    const answer = { type: 'email', to: email, body: 'Dear Zyxalbert, give it leaves.', attachments };
    await admin.post('/api/v1/ticket_articles', { ticket_id: mine.id, ...answer });
    await mailbox.mail(email, (mail) => mail.Attachments === 1, 'the answer');
    // In somebody else's request the person is named, and copied.
    const ofNicole = await admin.post('/api/v1/tickets', {
      ...{ title: 'Asked by Nicole', group: 'Users', customer_id: 2 },
      article: { type: 'email', to: 'nicole.braun@zammad.org', cc: `Zyxalbert Qwertmann <${email}>`, body: 'As told.' },
    });
    await admin.post('/api/v1/ticket_articles', {
      ...{ ticket_id: ofNicole.id, type: 'note', internal: true },
      body: 'Zyxalbert Qwertmann says so, too.',
    });
    // A command is gone once it is carried out, so it may be there or not.
    const before = (await tracesOf(platform, words))
      .map((place) => place.split(' ')[0] ?? '')
      .filter((place) => !place.startsWith('CMD_'));
    // Else the search finds nothing in any case.
    expect(new Set(before)).toEqual(
      new Set([
        ...['identity', 'ticket', 'mail-ingest', 'notification'],
        ...['EVT_TICKET', 'EVT_IDENTITY'],
        ...before.filter((place) => place.startsWith('/')),
      ]),
    );
    expect(before.filter((place) => place.startsWith(`${platform.home}/blobs`)).length).toBeGreaterThan(1);

    // Before that they take what is theirs with them, from every service. Names of entries stand in it in clear.
    const archive = await own.post('/api/v1/data_exports', {});
    const exported = `/api/v1/data_exports/${archive.id}`;
    await waitFor(async () => (await own.get(exported)).state === 'ready', { what: 'the archive', timeoutMs: 30_000 });
    const { status, body: zip } = await own.call('GET', `${exported}/download`);
    expect(status).toBe(200);
    const parts = ['profile.json', `tickets/${mine.id}/ticket.json`, 'received/', 'mails/', 'audit/1.json'];
    for (const name of [...parts, 'for Zyxalbert.txt', 'brontosaur.txt', 'mail.eml']) expect(zip).toContain(name);
    expect(zip).not.toContain(`tickets/${ofNicole.id}/`);
    expect((await admin.call('GET', `${exported}/download`)).status).toBe(404);
    await mailbox.mail(email, (mail) => mail.Subject === 'The data you asked for at Helpmesh', 'that it is ready');

    const preview = await admin.get(`/api/v1/data_privacy_tasks/preview?deletable_id=${id}`);
    expect(preview.refused).toBeNull();
    const countsOf = ({ services }: Json) => Object.fromEntries(services.map((one: Json) => [one.name, one.counts]));
    expect(countsOf(preview).ticket).toMatchObject({ tickets: 1, articles: 4, tickets_of_others: 1 });

    // A service that is down meanwhile holds it up, and does its part when it is back.
    await platform.services.reporting.stop();
    const order = { deletable_type: 'User', deletable_id: id, preferences: { sure: 'DELETE', tickets: 'redact' } };
    const task = await admin.post('/api/v1/data_privacy_tasks', order);
    const state = () => admin.get(`/api/v1/data_privacy_tasks/${task.id}`);
    await waitFor(async () => (await state()).services.filter((one: Json) => one.round === 1).length === 5, {
      what: 'the others to be through with the first round',
      timeoutMs: 30_000,
    });
    expect(await state()).toMatchObject({ state: 'in process', round: 1 });
    expect((await own.call('GET', '/api/v1/users/me')).status).toBe(401);
    await platform.services.reporting.start();
    const done = await waitFor(async () => (await state()).state === 'completed' && (await state()), {
      what: 'the erasure to be complete',
      timeoutMs: 60_000,
    });
    expect(countsOf(done).ticket).toMatchObject({ tickets: 2 });
    expect(countsOf(done)['mail-ingest']).toMatchObject({ mails: 1 });
    expect(countsOf(done).identity).toMatchObject({ data_exports: 1 });

    expect(await tracesOf(platform, words)).toEqual([]);
    const { pseudonym } = done;
    expect(await admin.get(`/api/v1/users/${id}`)).toMatchObject({ login: pseudonym, email: '', active: false });
    const note = (await admin.articlesOf(ofNicole.id)).at(-1);
    expect(note.body).toBe(`${pseudonym} says so, too.`);
    expect((await admin.articlesOf(mine.id)).map(({ body }: Json) => body)).toContain('[erased]');
    expect((await admin.get('/api/v1/tickets/search?query=Zyxalbert')).length).toBe(0);
    expect(await admin.get('/api/v1/audit/verify')).toMatchObject({ ok: true });
    expect((await entries('action=data-privacy-task.completed'))[0]).toMatchObject({ object_label: pseudonym });
  }, 180_000);

  it('a ticket that a retention rule deletes leaves nothing of what it said in any service', async () => {
    const { admin, platform, mailbox } = desk;
    // One word for the ticket that goes, another for the one that stays.
    const [gone, kept] = ['wobblefern', 'tumblemoss'];
    const customer = 'nicole.braun@zammad.org';
    const asked = async (word: string): Promise<number> => {
      const mail = rawMail({
        ...{ from: customer, subject: `About ${word}`, text: `My ${word} is ill.` },
        attachments: [{ name: `${word}.txt`, type: 'text/plain', content: `a ${word}` }],
      });
      await sendRaw({ port: platform.smtpPort }, mail, { from: customer, to: 'helpdesk@localhost' });
      const { id } = await admin.ticketTitled(`About ${word}`);
      const attachments = [
        { filename: `for ${word}.txt`, 'mime-type': 'text/plain', data: Buffer.from(`${word} too`).toString('base64') },
      ];
      const answer = {
        ticket_id: id,
        type: 'email',
        to: customer,
        subject: `To do with ${word}`,
        body: `Water the ${word}.`,
      };
      await admin.post('/api/v1/ticket_articles', { ...answer, attachments });
      await mailbox.mail(customer, (one) => one.Attachments === 1 && one.Subject.includes(word), 'the answer');
      await admin.post('/api/v1/ticket_articles', { ticket_id: id, type: 'note', internal: true, body: `${word}?` });
      const checklist = await admin.post('/api/v1/checklists', { ticket_id: id });
      await admin.post('/api/v1/checklist_items', { checklist_id: checklist.id, text: `look at the ${word}` });
      const draft = { html: `dear ${word}`, to: '', cc: '', subject: '', form_id: 'x', files: [] };
      await admin.put(`/api/v1/tickets/${id}/drafts/reply`, draft);
      await admin.put(`/api/v1/tickets/${id}`, { title: `About ${word}, closed`, state: 'closed' });
      return id;
    };
    const [old, young] = [await asked(gone), await asked(kept)];
    const services = (places: string[]) => new Set(places.map((place) => place.split(' ')[0] ?? ''));
    const blobs = (places: string[]) => places.filter((place) => place.startsWith(`${platform.home}/blobs`)).length;
    const before = await tracesOf(platform, [gone]);
    // Else the search finds nothing in any case.
    for (const service of ['ticket', 'mail-ingest', 'notification']) expect(services(before)).toContain(service);
    expect(blobs(before)).toBeGreaterThan(2);

    const database = new Client({ connectionString: platform.databaseUrl('ticket') });
    await database.connect();
    await database.query(
      `UPDATE ticket SET created_at = created_at - interval '2 days', close_at = close_at - interval '2 days',
         last_close_at = last_close_at - interval '2 days', last_contact_at = last_contact_at - interval '2 days'
       WHERE id = $1`,
      [old],
    );
    await database.end();
    const rule = { name: 'After a day', active: true, older_than_days: 1, action: 'delete' };
    const { id } = await admin.post('/api/v1/retention_rules', rule);
    const preview = await admin.get(`/api/v1/retention_rules/${id}/preview`);
    expect(preview).toMatchObject({ count: 1, held: 0, examples: [{ id: old }] });
    await admin.post(`/api/v1/retention_rules/${id}/runs`, {});
    const runs = () => admin.get(`/api/v1/retention_rules/${id}/runs`);
    const over = async () => (await runs())[0]?.finished_at !== null && (await runs());
    const [run] = await waitFor(over, { what: 'the run to be over', timeoutMs: 30_000 });
    expect(run).toMatchObject({ state: 'finished', handled: 1, held: 0, failed: 0 });

    // What services told each other goes with its own time, HELPMESH_EVENT_RETENTION_DAYS.
    const said = /^\S+ event_log|^EVT_/;
    const left = async () => (await tracesOf(platform, [gone])).filter((place) => !said.test(place));
    await waitFor(async () => (await left()).length === 0, { what: 'nothing to be left', timeoutMs: 20_000 }).catch(
      async () => expect(await left()).toEqual([]),
    );
    expect((await admin.call('GET', `/api/v1/tickets/${old}`)).status).toBe(404);
    expect(await admin.get(`/api/v1/tickets/search?query=${gone}`)).toEqual([]);
    expect((await entries('action=ticket.deleted'))[0]).toMatchObject({ object_id: String(old) });
    expect(await admin.get(`/api/v1/tickets/${young}`)).toMatchObject({ title: `About ${kept}, closed` });
    expect(blobs(await tracesOf(platform, [kept]))).toBe(blobs(before));
  }, 120_000);
});
