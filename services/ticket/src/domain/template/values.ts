import { desk } from '@helpmesh/contracts';
import type { EpochMs } from '@helpmesh/kernel';
import { Moment, Rich, type TemplateValues } from '@helpmesh/kernel/template';
import type { Article } from '../article/article.ts';
import { travelsEncrypted } from '../article/encrypted.ts';
import { displayName, type Group, type Organization, type Person } from '../ticket/people.ts';
import type { TicketPriority } from '../ticket/priority.ts';
import type { TicketState } from '../ticket/state.ts';
import { SYSTEM_USER, type Ticket } from '../ticket/ticket.ts';

/** What a text about a ticket may look at beside the ticket. */
export interface Surroundings {
  state: (id: number) => TicketState | undefined;
  priority: (id: number) => TicketPriority | undefined;
  group: (id: number) => Group | undefined;
  person: (id: number) => Person | undefined;
  organization: (id: number) => Organization | undefined;
  /** Articles of the ticket that the text may quote, oldest first; asked only when it does. */
  articles?: () => readonly QuotedArticle[];
  /** The one that the rule runs for. */
  article?: QuotedArticle | null;
  /** Who acts; null for a rule or a timer. */
  actor?: Person | null;
  tags?: () => readonly string[];
  config: { fqdn: string; url: string };
  /** Stands for the words of an encrypted mail where the text leaves the desk; absent: it stays, and has them. */
  encrypted?: string;
  /** What a person reads of an HTML body. */
  plain: (html: string) => string;
}

export type QuotedArticle = Pick<
  Article,
  | 'type'
  | 'sender'
  | 'from'
  | 'to'
  | 'cc'
  | 'subject'
  | 'contentType'
  | 'body'
  | 'internal'
  | 'createdAt'
  | 'preferences'
>;

/** Everything about a ticket by the names that administrators write into texts (docs/how-to/triggers-and-schedules.md). */
export function ticketValues(ticket: Ticket, around: Surroundings): TemplateValues {
  const organization = () =>
    named(ticket.organizationId === null ? undefined : around.organization(ticket.organizationId));
  const person = (id: number) => () => personValues(id === SYSTEM_USER ? undefined : around.person(id), around);
  const article = () => articleValues(around.article ?? last(around, () => true), around);
  const url = `${around.config.url}/tickets/${ticket.id}`;
  return {
    ticket: {
      name: ticket.title,
      id: ticket.id,
      number: ticket.number,
      title: ticket.title,
      note: ticket.note,
      type: ticket.type,
      url,
      state: () => named(around.state(ticket.stateId)),
      priority: () => named(around.priority(ticket.priorityId)),
      original_priority: () => named(priorityOf(ticket, around)),
      impact: ticket.assessment?.impact ?? null,
      urgency: ticket.assessment?.urgency ?? null,
      group: () => named(around.group(ticket.groupId)),
      owner: person(ticket.ownerId),
      customer: person(ticket.customerId),
      created_by: person(ticket.createdById),
      updated_by: person(ticket.updatedById),
      organization,
      tags: () => around.tags?.().join(', '),
      article_count: ticket.articleCount ?? 0,
      created_at: moment(ticket.createdAt),
      updated_at: moment(ticket.updatedAt),
      close_at: moment(ticket.closeAt),
      last_close_at: moment(ticket.lastCloseAt),
      pending_time: moment(ticket.pendingTime),
      first_response_at: moment(ticket.firstResponseAt),
      last_contact_at: moment(ticket.lastContactAt),
      last_contact_agent_at: moment(ticket.lastContactAgentAt),
      last_contact_customer_at: moment(ticket.lastContactCustomerAt),
      first_response_escalation_at: moment(ticket.escalation.figures.first_response.dueAt),
      update_escalation_at: moment(ticket.escalation.figures.update.dueAt),
      close_escalation_at: moment(ticket.escalation.figures.solution.dueAt),
    },
    article,
    first_article: () => articleValues(around.articles?.()[0], around),
    last_article: () =>
      articleValues(
        last(around, () => true),
        around,
      ),
    last_internal_article: () =>
      articleValues(
        last(around, ({ internal }) => internal),
        around,
      ),
    last_external_article: () =>
      articleValues(
        last(around, ({ internal }) => !internal),
        around,
      ),
    created_article: () => articleValues(around.article, around),
    created_internal_article: () => articleValues(around.article?.internal ? around.article : undefined, around),
    created_external_article: () => articleValues(around.article?.internal ? undefined : around.article, around),
    ...valuesWithoutTicket(around),
    notification: { link: url },
  };
}

/** What a text may name that is about no ticket yet. */
export function valuesWithoutTicket(around: Pick<Surroundings, 'actor' | 'organization' | 'config'>): TemplateValues {
  return {
    user: () => personValues(around.actor ?? undefined, around),
    config: { ...around.config, ticket_hook: desk.ticketHook, product_name: desk.productName },
  };
}

function personValues(person: Person | undefined, around: Pick<Surroundings, 'organization'>): TemplateValues {
  if (!person) return {};
  const { id, login, email, firstname, lastname, organizationId } = person;
  const organization = () => named(organizationId === null ? undefined : around.organization(organizationId));
  const name = displayName(person);
  return { name, fullname: name, id, login, email, firstname, lastname, organization };
}

function articleValues(article: QuotedArticle | null | undefined, around: Surroundings): TemplateValues {
  if (!article) return {};
  const { from, to, cc, subject, internal } = article;
  const { encrypted } = around;
  if (encrypted !== undefined && article.preferences && travelsEncrypted(article.preferences)) {
    return articleValues({ ...article, contentType: 'text/plain', body: encrypted, preferences: {} }, around);
  }
  const html = article.contentType === 'text/html';
  const text = () => (html ? around.plain(article.body) : article.body);
  return {
    ...{ name: subject, from, to, cc, subject, internal, created_at: moment(article.createdAt) },
    ...{ type: { name: article.type }, sender: { name: article.sender } },
    body: () => (html ? new Rich(article.body, text()) : article.body),
    body_as_html: () => (html ? new Rich(article.body, text()) : article.body),
    body_as_text: text,
  };
}

function last(around: Surroundings, of: (article: QuotedArticle) => boolean): QuotedArticle | undefined {
  return around.articles?.().findLast(of);
}

function priorityOf({ assessment }: Ticket, around: Surroundings): TicketPriority | undefined {
  return assessment?.priorityId == null ? undefined : around.priority(assessment.priorityId);
}

function named(row: { id: number; name: string } | undefined): TemplateValues {
  return row ? { id: row.id, name: row.name } : {};
}

function moment(at: EpochMs | null): Moment | null {
  return at === null ? null : new Moment(at);
}
