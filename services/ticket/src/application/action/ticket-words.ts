import type { Actor } from '@helpmesh/contracts';
import { render, type Telling, type TemplateValues } from '@helpmesh/kernel/template';
import { CONFIG } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { renderSnippet } from '../../domain/template/snippet.ts';
import { type Surroundings, ticketValues, valuesWithoutTicket } from '../../domain/template/values.ts';
import type { Ticket } from '../../domain/ticket/ticket.ts';
import { textOf } from '../../html/text.ts';
import { ArticleStore } from '../../persistence/article.store.ts';
import { TagStore } from '../../persistence/tag.store.ts';
import type { Wanted } from '../references.ts';
import type { Refs } from '../refs.ts';

/** Fills the variables of a text. */
export type Render = (template: string, form: 'text' | 'html') => string;

/** Texts that name articles or tags need more than the ticket; in a section the name of a tag stands alone. */
const NEEDS_MORE = /\{[^{}]*(?:article|tags)/;

/** Fills variables with what an agent, who acts, sees of a ticket. */
@Injectable()
export class TicketWords {
  constructor(
    private readonly db: DataSource,
    private readonly articles: ArticleStore,
    private readonly tags: TagStore,
    @Inject(CONFIG) private readonly config: { HELPMESH_FQDN: string; HELPMESH_PUBLIC_URL: string },
  ) {}

  /** Collects whom texts about the ticket may name. */
  want({ customerId, ownerId, createdById, updatedById, groupId, organizationId }: Ticket, wanted: Wanted): void {
    for (const id of [customerId, ownerId, createdById, updatedById]) wanted.user(id);
    wanted.group(groupId).organization(organizationId);
  }

  /** @param templates  everything that will be rendered */
  async of(actor: Actor, ticket: Ticket, refs: Refs, templates: readonly string[]): Promise<Render> {
    const { values, telling } = await this.about(actor, ticket, refs, templates);
    return (template, form) => render(template, form, values, telling);
  }

  /**
   * A text module filled in. It is to be cleaned.
   * @param ticket  null: outside of a ticket only the user and the desk are known
   * @throws AppError invalid `text-module.too-long`
   */
  async snippet(actor: Actor, ticket: Ticket | null, refs: Refs, html: string): Promise<string> {
    const { values, telling } = await this.about(actor, ticket, refs, [html]);
    return renderSnippet(html, values, telling);
  }

  private async about(
    actor: Actor,
    ticket: Ticket | null,
    refs: Refs,
    templates: readonly string[],
  ): Promise<{ values: TemplateValues; telling: Telling }> {
    const more = ticket !== null && templates.some((text) => NEEDS_MORE.test(text));
    const articles = more ? await this.articles.quoted(this.db, ticket.id) : [];
    const tags = more ? ((await this.tags.held(this.db, [ticket.id])).get(ticket.id) ?? []) : [];
    const around: Surroundings = {
      state: (id) => refs.states.find({ id }),
      priority: (id) => refs.priority({ id }),
      group: (id) => refs.group(id),
      person: (id) => refs.person(id),
      organization: (id) => refs.organization(id),
      articles: () => articles,
      actor: refs.person(actor.userId) ?? null,
      tags: () => tags.map(({ name }) => name),
      config: { fqdn: this.config.HELPMESH_FQDN, url: this.config.HELPMESH_PUBLIC_URL },
      plain: (html) => textOf(html, 'text/html'),
    };
    const values = ticket ? ticketValues(ticket, around) : valuesWithoutTicket(around);
    return { values, telling: { locale: actor.locale, timezone: refs.zone } };
  }
}
