import {
  getAttachment,
  listArticles,
  type Message,
  markRedirected,
  type StoredFile,
  sendMail,
  type ticketCreated,
  ticketRedirected,
} from '@helpmesh/contracts';
import { AppError, type Clock, derivedId, epochMs } from '@helpmesh/kernel';
import type { Outbox, RpcClient, Verdict } from '@helpmesh/messaging';
import { afterCommit } from '@helpmesh/persistence';
import type { ActorSigner } from '@helpmesh/service-kit';
import { htmlToText } from 'html-to-text';
import type { DataSource, EntityManager } from 'typeorm';
import type { Agreement } from '../domain/agreement.ts';
import { decideRedirect, mailbox } from '../domain/redirect.ts';
import type { FederationEvents } from '../events.ts';
import type { AgreementStore } from '../persistence/agreement.store.ts';
import type { GroupStore } from '../persistence/group.store.ts';
import type { OwnAddresses } from './own-addresses.ts';

type Created = Message<typeof ticketCreated>;

interface Request {
  text: string;
  attachments: StoredFile[];
}

/** What is written about a ticket that leaves. */
interface Leaving {
  request: Request;
  from: Mailbox | null;
  requester: Mailbox;
}

/** Or why a ticket does not leave, or not yet. */
type Plan = Leaving | Verdict;

const noAgreement: Verdict = { do: 'skip', why: 'the group has no agreement' };
const RETRY_MS = 1_000;

/** Longest text that goes to a list; what is longer is in the ticket. */
const MAX_TEXT = 200_000;

/** Sends new tickets to the list of their group's agreement, once, and ends them here. */
export class RedirectTickets {
  constructor(
    private readonly db: DataSource,
    private readonly agreements: AgreementStore,
    private readonly groups: GroupStore,
    private readonly own: OwnAddresses,
    private readonly rpc: RpcClient,
    private readonly signer: ActorSigner,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly events: FederationEvents,
  ) {}

  /**
   * Finds out which of these tickets are to leave and reads what is needed for it, outside of any transaction.
   * @returns the writing part
   * @throws AppError unavailable, while the ticket service cannot be asked about the only ticket
   */
  async prepare(
    events: readonly Created[],
  ): Promise<(tx: EntityManager, fresh: readonly Created[]) => Promise<Verdict[]>> {
    const groupIds = events.map(({ data }) => data.ticket.groupId);
    const under = await this.agreements.activeOf(this.db, groupIds);
    const own = under.size > 0 ? await this.own.all() : new Set<string>();
    const plans = new Map<Created, Plan>();
    for (const event of events) {
      const agreement = under.get(event.data.ticket.groupId);
      plans.set(
        event,
        agreement?.kind === 'redirect' ? await this.plan(event, agreement, own, events.length > 1) : noAgreement,
      );
    }
    return async (tx, fresh) => {
      const verdicts: Verdict[] = [];
      for (const event of fresh) {
        const plan = plans.get(event) ?? noAgreement;
        verdicts.push('do' in plan ? plan : await this.write(tx, event, plan));
      }
      return verdicts;
    };
  }

  /** @param hasCompany  a request that cannot be read must not hold up others: it comes again, in the end alone */
  private async plan(
    event: Created,
    agreement: Agreement,
    own: ReadonlySet<string>,
    hasCompany: boolean,
  ): Promise<Plan> {
    const { ticket } = event.data;
    const decision = decideRedirect(event.data, epochMs(new Date(event.time)), agreement, own);
    if (!decision.redirect) {
      this.events.kept(event.data, decision.why);
      return { do: 'skip', why: decision.why };
    }
    if (await this.agreements.isRedirected(this.db, ticket.id))
      return { do: 'skip', why: 'the ticket has left before' };
    try {
      const request = decision.wholeText ? excerptOf(event) : await this.read(event, decision.articleId);
      const from = await this.groups.addressOf(this.db, ticket.groupId);
      return { request, from, requester: decision.requester };
    } catch (error) {
      if (!hasCompany) throw error;
      return { do: 'retry', afterMs: RETRY_MS };
    }
  }

  private async write(tx: EntityManager, event: Created, { request, from, requester }: Leaving): Promise<Verdict> {
    const { ticket, article } = event.data;
    // Read again: it may have ended while the request was fetched, and must not change before this commits.
    const agreement = (await this.agreements.activeOf(tx, [ticket.groupId])).get(ticket.groupId);
    if (!agreement?.listAddress) return { do: 'skip', why: 'the agreement ended meanwhile' };
    const { id: agreementId, listAddress, name } = agreement;
    const mailId = derivedId(event.id, 'redirect');
    const left = { ticketId: ticket.id, agreementId, listAddress, mailId };
    if (!(await this.agreements.redirected(tx, left, this.clock.now())))
      return { do: 'skip', why: 'the ticket has left before' };

    const { number, title, group } = ticket;
    const values = { number, title, group, requester: mailbox(requester), body: request.text };
    const answers = article?.type === 'email' ? article.messageId : null;
    await this.outbox.add(tx, sendMail, {
      aggregateId: mailId,
      cause: event,
      data: {
        mailId,
        kind: 'redirect',
        ticketId: ticket.id,
        articleId: null,
        from,
        // Answers go to who asked, not to us: the desk is out of it from here on.
        replyTo: requester,
        to: [{ name, address: listAddress }],
        cc: [],
        content: { template: 'redirect', locale: 'en', values },
        messageId: null,
        inReplyTo: answers,
        references: answers === null ? [] : [answers],
        attachments: request.attachments,
        // A person's request: marked as automatic, list programs would throw it away.
        automatic: false,
      },
    });
    await this.outbox.add(tx, markRedirected, {
      aggregateId: ticket.id,
      cause: event,
      data: { ticketId: ticket.id, agreementId, listAddress },
    });
    await this.outbox.add(tx, ticketRedirected, {
      aggregateId: agreementId,
      cause: event,
      data: { agreementId, ticketId: ticket.id, ticketNumber: number, listAddress, mailId },
    });
    afterCommit(tx, () => this.events.redirected(left));
    return { do: 'ack' };
  }

  /** The whole first article with its files; the event carries only an excerpt. */
  private async read(event: Created, articleId: number): Promise<Request> {
    const ticketId = event.data.ticket.id;
    const ask = { actor: this.signer.service() };
    const input = { params: { id: ticketId }, query: {}, body: undefined };
    const articles = await this.rpc.call(listArticles, input, ask);
    const article = articles.find(({ id }) => id === articleId);
    if (!article) throw new AppError('not-found', 'redirect.request-gone', 'The request is not there any more.');
    const attachments = await Promise.all(
      article.attachments.map(({ id }) => this.rpc.call(getAttachment, { ticketId, articleId, attachmentId: id }, ask)),
    );
    const text = asText({ contentType: article.content_type, body: article.body });
    return { text: textOr(event, text), attachments };
  }
}

interface Mailbox {
  name: string;
  address: string;
}

function excerptOf(event: Created): Request {
  return { text: textOr(event, event.data.article?.excerpt ?? ''), attachments: [] };
}

/** A request without a word is its title. */
function textOr({ data }: Created, text: string): string {
  return text.trim() === '' ? data.ticket.title : text.slice(0, MAX_TEXT);
}

/** An article as it goes to a list. */
export function asText({ contentType, body }: { contentType: string; body: string }): string {
  if (!contentType.startsWith('text/html')) return body;
  return htmlToText(body.slice(0, 1_000_000), { wordwrap: false });
}
