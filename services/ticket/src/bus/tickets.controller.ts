import {
  agentHome,
  allArticles,
  callerOf,
  createArticle,
  createTicket,
  deleteArticle,
  deleteTicket,
  getArticle,
  getTicket,
  listArticles,
  listTickets,
  missingPriorities,
  type ParsedInputOf,
  retrySecurityProcess,
  searchHighlights,
  searchTicketsByPost,
  ticketCounts,
  ticketHistory,
  ticketList,
  ticketsReferTo,
  updateArticle,
  updateTicket,
} from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { Answers, onPage, RawJson, type RpcContext, type RpcItem } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { requireActor } from '../application/access.ts';
import { ChangeArticles } from '../application/change-articles.ts';
import { ChangeTickets } from '../application/change-tickets.ts';
import { CreateTickets } from '../application/create-tickets.ts';
import { DeleteTicket } from '../application/delete-ticket.ts';
import { HighlightTickets } from '../application/highlight-tickets.ts';
import { ListTickets } from '../application/list-tickets.ts';
import { ReadArticles } from '../application/read-articles.ts';
import { ReadHistory } from '../application/read-history.ts';
import { ReadTickets, shapeOf } from '../application/read-tickets.ts';
import { ReferTo } from '../application/refer-to.ts';
import { RetrySecurity } from '../application/retry-security.ts';
import { SearchTickets } from '../application/search-tickets.ts';

/** Answers that PostgreSQL wrote pass through as text. */
const raw = (text: string | AppError) => (text instanceof AppError ? text : new RawJson(text));
type Items<Q extends Parameters<typeof Answers>[0]> = RpcItem<ParsedInputOf<Q>>[];

/** Questions about tickets and their articles. Those asked in one tick are answered together. */
@Controller()
export class TicketsController {
  constructor(
    private readonly reads: ReadTickets,
    private readonly articles: ReadArticles,
    private readonly creates: CreateTickets,
    private readonly changes: ChangeTickets,
    private readonly articleChanges: ChangeArticles,
    private readonly retries: RetrySecurity,
    private readonly deletes: DeleteTicket,
    private readonly lists: ListTickets,
    private readonly searches: SearchTickets,
    private readonly marks: HighlightTickets,
    private readonly histories: ReadHistory,
    private readonly referTos: ReferTo,
  ) {}

  @Answers(getTicket, { batch: true })
  async get(items: Items<typeof getTicket>) {
    const reads = items.map(({ actor, input }) => ({
      actor: requireActor(actor),
      id: input.params.id,
      shape: shapeOf(input.query, { ids: false }),
    }));
    return (await this.reads.many(reads)).map(raw);
  }

  @Answers(listTickets)
  async list({ actor }: RpcContext, { query }: ParsedInputOf<typeof listTickets>) {
    const { text, ...page } = await this.reads.list(requireActor(actor), query);
    return onPage(new RawJson(text), page);
  }

  @Answers(createTicket, { batch: true })
  async create(items: Items<typeof createTicket>) {
    const commands = items.map(({ actor, input, key }) => ({
      actor: requireActor(actor),
      input: input.body,
      flags: input.query,
      key,
    }));
    return (await this.creates.run(commands)).map(raw);
  }

  @Answers(updateTicket, { batch: true })
  async update(items: Items<typeof updateTicket>) {
    const commands = items.map(({ actor, input, ifMatch }) => ({
      do: 'update' as const,
      actor: requireActor(actor),
      ticketId: input.params.id,
      input: input.body,
      flags: input.query,
      key: undefined,
      ifMatch,
    }));
    return (await this.changes.run(commands)).map(raw);
  }

  @Answers(deleteTicket)
  async remove(ctx: RpcContext, { params }: ParsedInputOf<typeof deleteTicket>) {
    await this.deletes.run(callerOf(requireActor(ctx.actor), ctx), params.id);
    return {};
  }

  @Answers(ticketList)
  async page({ actor }: RpcContext, { query }: ParsedInputOf<typeof ticketList>) {
    return new RawJson(await this.lists.page(requireActor(actor), query));
  }

  @Answers(agentHome)
  async home({ actor }: RpcContext) {
    return { views: await this.lists.home(requireActor(actor)) };
  }

  @Answers(ticketCounts)
  async counts({ actor }: RpcContext) {
    return { views: await this.lists.counts(requireActor(actor)) };
  }

  /** One question for GET and POST: the one that knows a body answers both. */
  @Answers(searchTicketsByPost)
  async search({ actor }: RpcContext, { query, body }: ParsedInputOf<typeof searchTicketsByPost>) {
    const { text, ...page } = await this.searches.run(requireActor(actor), { ...query, ...body });
    return onPage(new RawJson(text), page);
  }

  @Answers(searchHighlights)
  async highlights({ actor }: RpcContext, { query }: ParsedInputOf<typeof searchHighlights>) {
    return { highlights: await this.marks.run(requireActor(actor), query) };
  }

  @Answers(ticketHistory)
  async history({ actor }: RpcContext, { params }: ParsedInputOf<typeof ticketHistory>) {
    return new RawJson(await this.histories.run(requireActor(actor), params.id));
  }

  @Answers(listArticles, { batch: true })
  async thread(items: Items<typeof listArticles>) {
    const reads = items.map(({ actor, input }) => ({ actor: requireActor(actor), id: input.params.id }));
    return (await this.articles.threads(reads)).map(raw);
  }

  @Answers(allArticles)
  async everyArticle({ actor }: RpcContext, { query }: ParsedInputOf<typeof allArticles>) {
    const { text, ...page } = await this.articles.list(requireActor(actor), query);
    return onPage(new RawJson(text), page);
  }

  @Answers(getArticle, { batch: true })
  async article(items: Items<typeof getArticle>) {
    const reads = items.map(({ actor, input }) => ({ actor: requireActor(actor), id: input.params.id }));
    return (await this.articles.articles(reads)).map(raw);
  }

  @Answers(createArticle, { batch: true })
  async addArticle(items: Items<typeof createArticle>) {
    const commands = items.map(({ actor, input, key }) => ({
      do: 'add-article' as const,
      actor: requireActor(actor),
      ticketId: input.body.ticket_id,
      input: input.body,
      key,
    }));
    return (await this.changes.run(commands)).map(raw);
  }

  @Answers(updateArticle)
  async changeArticle({ actor }: RpcContext, { params, body }: ParsedInputOf<typeof updateArticle>) {
    return new RawJson(await this.articleChanges.update(requireActor(actor), params.id, body));
  }

  @Answers(retrySecurityProcess)
  retrySecurity({ actor }: RpcContext, { params }: ParsedInputOf<typeof retrySecurityProcess>) {
    return this.retries.run(requireActor(actor), params.id);
  }

  @Answers(deleteArticle)
  async removeArticle({ actor }: RpcContext, { params }: ParsedInputOf<typeof deleteArticle>) {
    await this.articleChanges.remove(requireActor(actor), params.id);
    return {};
  }

  @Answers(ticketsReferTo)
  referTo(_ctx: RpcContext, input: ParsedInputOf<typeof ticketsReferTo>) {
    return this.referTos.run(input);
  }

  @Answers(missingPriorities)
  missingPriorities(_ctx: RpcContext, { ids }: ParsedInputOf<typeof missingPriorities>) {
    return this.referTos.missingPriorities(ids);
  }
}
