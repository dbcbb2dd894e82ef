import { createTicket } from '@helpmesh/contracts';
import type { RpcContext } from '@helpmesh/messaging';
import { statementsOf } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FilesController } from '../src/bus/files.controller.ts';
import { TicketsController } from '../src/bus/tickets.controller.ts';
import { cast, type Desk, startDesk } from './desk.ts';

const NOTHING = 999_999;
let desk: Desk;
/** Of group 2 and of a customer without an organization: the cast below sees nothing of it. */
let hidden: { ticket: number; article: number; attachment: number };

beforeAll(async () => {
  desk = await startDesk();
  const attachments = [{ filename: 'x.txt', contentType: 'text/plain', sha256: 'a'.repeat(64), size: 1 }];
  const body = { title: 'x', group_id: 2, customer_id: 12, article: { body: 'x', attachments } };
  const made = await desk.rest(cast.agent2, createTicket, { body: body as object });
  const { id } = made as { id: number };
  const [article] = await desk.query<{ id: number }>('SELECT id FROM article WHERE ticket_id = $1', [id]);
  const [file] = await desk.query<{ id: number }>('SELECT id FROM article_attachment WHERE article_id = $1', [
    article?.id,
  ]);
  hidden = { ticket: id, article: article?.id ?? 0, attachment: file?.id ?? 0 };
});
afterAll(() => desk?.stop());

/** One question as the bus hands it over. */
const item = (actor: RpcContext['actor'], input: object) =>
  ({ actor, input, requestId: 'x', signal: new AbortController().signal }) as never;

const params = (id: number) => ({ params: { id }, query: {}, body: {} });
const tickets = () => desk.service.get(TicketsController);
const files = () => desk.service.get(FilesController);

type At = { ticket: number; article: number; attachment: number };
const routes: Record<string, (actor: RpcContext['actor'], at: At) => Promise<unknown>> = {
  getTicket: (actor, at) => tickets().get([item(actor, params(at.ticket))]),
  updateTicket: (actor, at) => tickets().update([item(actor, { ...params(at.ticket), body: { title: 'y' } })]),
  deleteTicket: (actor, at) => tickets().remove(item(actor, {}), params(at.ticket) as never),
  ticketHistory: (actor, at) => tickets().history(item(actor, {}), params(at.ticket) as never),
  listArticles: (actor, at) => tickets().thread([item(actor, params(at.ticket))]),
  createArticle: (actor, at) =>
    tickets().addArticle([item(actor, { ...params(0), body: { ticket_id: at.ticket, body: 'x' } })]),
  getArticle: (actor, at) => tickets().article([item(actor, params(at.article))]),
  updateArticle: (actor, at) =>
    tickets().changeArticle(item(actor, {}), { ...params(at.article), body: { internal: false } } as never),
  deleteArticle: (actor, at) => tickets().removeArticle(item(actor, {}), params(at.article) as never),
  getAttachment: (actor, at) =>
    files().attachment(item(actor, {}), {
      ticketId: at.ticket,
      articleId: at.article,
      attachmentId: at.attachment,
    } as never),
  getRawMail: (actor, at) => files().rawMail(item(actor, {}), { articleId: at.article } as never),
};

/** What the caller is told, without the number that they named. */
function told(answer: unknown, at: At): string {
  const [first] = Array.isArray(answer) ? answer : [answer];
  const { kind, code, detail } = first as { kind?: string; code?: string; detail?: string };
  const text = JSON.stringify({ kind, code, detail });
  return Object.values(at).reduce((all, id) => all.replaceAll(`=${id}`, '=N'), text);
}

/** Time is not measured: on a busy machine it says nothing. What takes time is counted: each statement, in its order. */
describe('S14: a ticket that one may not see is refused like one that is not there, with the same work', () => {
  const strangers = { agent: cast.agent, reader: cast.reader, customer: cast.customer, colleague: cast.colleague };

  it.each(Object.keys(routes))('%s', async (name) => {
    const ask = routes[name] as (typeof routes)[string];
    for (const [who, actor] of Object.entries(strangers)) {
      const workOf = async (at: At) => {
        const { statements, result } = await statementsOf(() => ask(actor, at).catch((error: unknown) => error));
        return { statements, answer: told(result, at) };
      };
      const nothing = { ticket: NOTHING, article: NOTHING, attachment: NOTHING };
      // The first write of a person brings the row of that person along.
      await workOf(nothing);
      const missing = await workOf(nothing);
      expect(await workOf(hidden), who).toEqual(missing);
      expect(missing.answer, who).toMatch(/not-found|forbidden/);
    }
  });

  it('and it is there: who may see it gets it', async () => {
    expect(hidden.article).toBeGreaterThan(0);
    expect(hidden.attachment).toBeGreaterThan(0);
    await expect(routes.getAttachment?.(cast.agent2, hidden)).resolves.toMatchObject({ sha256: 'a'.repeat(64) });
  });
});
