import {
  type OutputOf,
  type openFileLink,
  type openTicketLink,
  readFileLink,
  readTicketLink,
} from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { LINK_AFTER_CLOSE_MS } from '../domain/rating/rating.ts';
import { isClosed } from '../domain/ticket/state.ts';
import { ArticleStore } from '../persistence/article.store.ts';
import { MergeStore } from '../persistence/merge.store.ts';
import { TicketStore } from '../persistence/ticket.store.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { MAIL_IDENTITY, type MailIdentity } from './ports.ts';
import { References, Wanted } from './references.ts';

/** Says what a link in a mail opens (ADR 0026). */
@Injectable()
export class TicketLinks {
  constructor(
    private readonly db: DataSource,
    private readonly tickets: TicketStore,
    private readonly articles: ArticleStore,
    private readonly merges: MergeStore,
    private readonly references: References,
    @Inject(MAIL_IDENTITY) private readonly identity: MailIdentity,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError not-found `article.file-link-over`, in the same words whatever the reason */
  async file(token: string): Promise<OutputOf<typeof openFileLink>> {
    const named = readFileLink(token, this.identity.threadingSecret);
    const open = named !== null && this.clock.now() < named.until;
    const file = open ? await this.articles.mailedFile(this.db, named.articleId, named.sha256) : undefined;
    if (!file) throw new AppError('not-found', 'article.file-link-over', 'This link does not open a file any more.');
    const { contentId, ...rest } = file;
    return contentId === null ? rest : { ...rest, contentId };
  }

  /** @throws AppError not-found `ticket.link-closed`, in the same words whatever the reason */
  async open(token: string): Promise<OutputOf<typeof openTicketLink>> {
    const named = readTicketLink(token, this.identity.threadingSecret);
    if (!named) throw closed();
    // What was merged goes on in the ticket it became.
    const id = (await this.merges.lastOf(this.db, [named.ticketId])).get(named.ticketId) ?? named.ticketId;
    const [ticket] = await this.tickets.facts(this.db, [{ visible: VisibleTickets.toTheService(), id }]);
    if (ticket?.customerId !== named.customerId) throw closed();
    const { states } = await this.references.resolve(new Wanted());
    const over = isClosed(states.get(ticket.stateId)) ? (ticket.lastCloseAt ?? ticket.closeAt) : null;
    if (over !== null && this.clock.now() - over > LINK_AFTER_CLOSE_MS) throw closed();
    return { ticketId: ticket.id, customerId: named.customerId, purpose: named.purpose };
  }
}

function closed(): AppError {
  return new AppError('not-found', 'ticket.link-closed', 'This link does not open a ticket any more.');
}
