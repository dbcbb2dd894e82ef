import { randomUUID } from 'node:crypto';
import { rawMail, sendRaw } from '@helpmesh/testing';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../e2e/desk.ts';
import { refused, type Section, unserved } from './world.ts';

const file = { filename: 'note.txt', data: Buffer.from('8 bytes.').toString('base64'), 'mime-type': 'text/plain' };

export const articles: Section = (world) => {
  describe('2.5 articles and attachments', () => {
    it('2.5.1 GET /ticket_articles: for administrators, those of tickets they may read, by id', async () => {
      const { admin, agent } = world();
      const { article_ids } = await world().ticket();
      const ids: number[] = [];
      for (let page = 1; ; page++) {
        const rows: Json[] = await admin.get(`/api/v1/ticket_articles?per_page=50&page=${page}`);
        if (rows.length === 0) break;
        ids.push(...rows.map(({ id }) => id));
      }
      expect(ids).toContain(article_ids[0]);
      expect(ids).toEqual(ids.toSorted((a, b) => a - b));
      expect((await agent.call('GET', '/api/v1/ticket_articles')).status).toBe(403);
    });

    it('2.5.2 GET /ticket_articles/by_ticket/:id: in order; customers see no internal one', async () => {
      const { agent, customer } = world();
      const { id } = await world().ticket();
      await agent.post('/api/v1/ticket_articles', { ticket_id: id, body: 'Between us', internal: true });
      const all = await agent.get(`/api/v1/ticket_articles/by_ticket/${id}`);
      expect(all.map(({ internal }: { internal: boolean }) => internal)).toEqual([false, true]);
      expect(await customer.get(`/api/v1/ticket_articles/by_ticket/${id}`)).toHaveLength(1);
    });

    it('2.5.3 GET /ticket_articles/:id: every key, with its names', async () => {
      const { article_ids } = await world().ticket();
      expect(await world().agent.get(`/api/v1/ticket_articles/${article_ids[0]}`)).toMatchObject({
        id: article_ids[0],
        type_id: 10,
        sender_id: 1,
        type: 'note',
        sender: 'Agent',
        from: expect.stringContaining('Ann Agent'),
        to: null,
        cc: null,
        subject: 'hello',
        content_type: 'text/plain',
        body: 'The printer burns.',
        internal: false,
        preferences: {},
        attachments: [],
        created_by: 'ann',
        updated_by: 'ann',
        time_unit: null,
      });
    });

    it('2.5.4 POST /ticket_articles: a note by default, with files and pictures in its text', async () => {
      const { id } = await world().ticket();
      const picture = `<p>See <img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="></p>`;
      const body = { ticket_id: id, body: picture, content_type: 'text/html', attachments: [file] };
      const answer = await world().agent.call('POST', '/api/v1/ticket_articles', body);
      expect(answer).toMatchObject({ status: 201, body: { type: 'note', internal: false } });
      const sizes = answer.body.attachments.map(({ filename, size }: { filename: string; size: string }) => [
        filename,
        size,
      ]);
      expect(sizes).toContainEqual(['note.txt', '8']);
      expect(answer.body.attachments).toHaveLength(2);
      expect(answer.body.body).toContain('cid:');
    });

    it('2.5.4 an article of the type email is really sent', async () => {
      const { id, number } = await world().ticket();
      const { agent, test } = world();
      await agent.post('/api/v1/ticket_articles', {
        ticket_id: id,
        type: 'email',
        body: 'Answered',
        to: 'clara@customer.example',
      });
      const about = (mail: { Subject: string }) => mail.Subject.includes(number);
      expect((await test.mailbox.mail('clara@customer.example', about)).text).toContain('Answered');
    });

    it('2.5.5 PUT /ticket_articles/:id: internal, and nothing of what was said', async () => {
      const { article_ids } = await world().ticket();
      const change = { internal: true, body: 'Never said' };
      const changed = await world().agent.put(`/api/v1/ticket_articles/${article_ids[0]}`, change);
      expect(changed).toMatchObject({ internal: true, body: 'The printer burns.' });
    });

    it('2.5.6 DELETE /ticket_articles/:id: an own note, a while long; no communication', async () => {
      const { agent } = world();
      const { id } = await world().ticket();
      const article = (over: object) => agent.post('/api/v1/ticket_articles', { ticket_id: id, body: 'x', ...over });
      const note = await article({ internal: true });
      expect(await agent.call('DELETE', `/api/v1/ticket_articles/${note.id}`)).toMatchObject({ status: 200, body: {} });
      const call = await article({ type: 'phone' });
      expect(refused(await agent.call('DELETE', `/api/v1/ticket_articles/${call.id}`))).toEqual({
        status: 403,
        error: 'Not authorized (communication articles cannot be deleted)!',
      });
    });

    it('2.5.7 GET /ticket_attachment: byte for byte, of this article alone', async () => {
      const { agent } = world();
      const { id, article_ids } = await world().ticket({ article: { body: 'x', type: 'note', attachments: [file] } });
      const [article] = await agent.get(`/api/v1/ticket_articles/by_ticket/${id}`);
      const path = `${id}/${article.id}/${article.attachments[0].id}`;
      const answer = await agent.call('GET', `/api/v1/ticket_attachment/${path}`);
      expect(answer.body).toBe('8 bytes.');
      expect(answer.headers.get('content-disposition')).toContain('attachment');
      const other = await world().ticket();
      const wrong = `${other.id}/${other.article_ids[0]}/${article.attachments[0].id}`;
      expect([403, 404]).toContain((await agent.call('GET', `/api/v1/ticket_attachment/${wrong}`)).status);
      expect(article_ids).toEqual([article.id]);
    });

    it('2.5.8 GET /ticket_article_plain/:id: the mail as it came', async () => {
      const { admin, test } = world();
      const subject = 'As it came';
      const mail = rawMail({ from: 'Ada <ada@customer.example>', to: 'helpdesk@localhost', subject, text: 'raw' });
      const from = { from: 'ada@customer.example', to: 'helpdesk@localhost' };
      await sendRaw({ port: test.platform.smtpPort }, mail, from);
      const { id } = await admin.ticketTitled(subject);
      const [article] = await admin.articlesOf(id);
      const { status, body } = await admin.call('GET', `/api/v1/ticket_article_plain/${article.id}`);
      expect([status, body.includes(`Subject: ${subject}`)]).toEqual([200, true]);
    });

    it('2.5.9 POST /ticket_articles/:id/retry_…: of an article there is none of, a refusal that clients can read', async () => {
      for (const what of ['retry_security_process', 'retry_whatsapp_attachment_download']) {
        const answer = await world().admin.call('POST', `/api/v1/ticket_articles/999999/${what}`, {});
        expect(unserved(answer), what).toBe(404);
      }
    });

    it('2.5.9 POST /ticket_articles/:id/retry_security_process: of what came neither signed nor encrypted, a conflict', async () => {
      const { agent } = world();
      const { id } = await world().ticket();
      const [article] = await agent.articlesOf(id);
      const answer = await agent.call('POST', `/api/v1/ticket_articles/${article.id}/retry_security_process`, {});
      expect(answer).toMatchObject({
        status: 409,
        body: { error: expect.any(String), error_human: expect.any(String) },
      });
    });

    it('2.5.10 POST and DELETE /upload_caches/:form_id: files come before what they are for', async () => {
      const { agent } = world();
      const form = randomUUID();
      const upload = async () => {
        const body = new FormData();
        body.set('File', new Blob(['8 bytes.'], { type: 'text/plain' }), 'cached.txt');
        const url = `${agent.url}/api/v1/upload_caches/${form}`;
        const answer = await fetch(url, { method: 'POST', body, headers: agent.authorization });
        return (await answer.json()) as { success: boolean; data: { id: number; filename: string; size: number } };
      };
      const { success, data } = await upload();
      expect([success, data.filename, Number(data.size)]).toEqual([true, 'cached.txt', 8]);
      const dropped = await upload();
      expect((await agent.call('DELETE', `/api/v1/upload_caches/${form}/items/${dropped.data.id}`)).status).toBe(200);
      const { id } = await world().ticket();
      const said = { ticket_id: id, body: 'With a file', form_id: form };
      const article = await agent.post('/api/v1/ticket_articles', said);
      expect(article.attachments).toMatchObject([{ filename: 'cached.txt', size: '8' }]);
    });
  });
};
