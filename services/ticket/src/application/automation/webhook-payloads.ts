import type { WebhookArticle, WebhookTicket } from '@helpmesh/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { insteadOfEncrypted, travelsEncrypted } from '../../domain/article/encrypted.ts';
import type { Person } from '../../domain/ticket/people.ts';
import { SYSTEM_USER } from '../../domain/ticket/ticket.ts';
import { ReadStore } from '../../persistence/read.store.ts';
import { TagStore } from '../../persistence/tag.store.ts';
import { ThreadStore } from '../../persistence/thread.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import type { Refs } from '../refs.ts';

type Row = Record<string, unknown> & { id: number };

/** A ticket as the receivers of webhooks see it, once it is written. */
@Injectable()
export class WebhookPayloads {
  constructor(
    private readonly reads: ReadStore,
    private readonly tags: TagStore,
    private readonly threads: ThreadStore,
  ) {}

  /**
   * Internal articles never leave (S16): a receiver may be anybody's.
   * @param articleId  the one that the rule runs for; absent: the last public one
   */
  async of(
    tx: EntityManager,
    refs: Refs,
    ticketId: number,
    articleId: number | undefined,
  ): Promise<{ ticket: WebhookTicket; article: WebhookArticle | null }> {
    const all = VisibleTickets.toTheService();
    const text = (await this.reads.tickets(tx, all, [ticketId], 'ids-expanded', true)).get(ticketId) as string;
    const row = JSON.parse(text) as Row;
    const articleIds = await this.threads.publicArticles(tx, ticketId);
    const id = articleId === undefined ? articleIds.at(-1) : articleIds.find((one) => one === articleId);
    const article = id === undefined ? undefined : (await this.reads.articles(tx, all, [id])).get(id);
    const tags = (await this.tags.held(tx, [ticketId])).get(ticketId) ?? [];
    const named = (key: string) => ({ id: row[`${key}_id`] as number, name: String(row[key] ?? '-') });
    const person = (key: string, of = row) => personOf(refs.person(of[`${key}_id`] as number));
    return {
      ticket: {
        ...row,
        article_ids: articleIds,
        ...{ number: String(row.number), title: String(row.title), tags: tags.map(({ name }) => name) },
        ...{ group: named('group'), state: named('state'), priority: named('priority') },
        ...{ owner: person('owner'), customer: person('customer') },
        ...{ created_by: person('created_by'), updated_by: person('updated_by') },
        organization: row.organization_id === null ? null : named('organization'),
      },
      article: article === undefined ? null : articleOf(JSON.parse(article) as Row, person),
    };
  }
}

function articleOf(row: Row, person: (key: string, of: Row) => ReturnType<typeof personOf>): WebhookArticle {
  const { bcc, ...shown } = row;
  const { delivery, ...facts } = (row.preferences ?? {}) as Record<string, unknown>;
  // Whom an agent copied in secret is not for others to know, nor what a server said about them.
  const preferences = bcc || delivery === undefined ? facts : { ...facts, delivery };
  const people = { created_by: person('created_by', row), updated_by: person('updated_by', row) };
  const article = { ...(shown as unknown as WebhookArticle), preferences, ...people };
  // Receivers are outside of the desk, and what they are sent is kept in a log.
  if (!travelsEncrypted(preferences)) return article;
  return { ...article, body: insteadOfEncrypted('en'), content_type: 'text/plain' };
}

function personOf(person: Person | undefined) {
  if (!person || person.id === SYSTEM_USER) return null;
  const { id, login, email, firstname, lastname, organizationId, active } = person;
  return { id, login, email, firstname, lastname, organization_id: organizationId, active };
}
