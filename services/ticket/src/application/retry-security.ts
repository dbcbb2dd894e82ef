import type { Actor, MailSecurity } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Ticket } from '../domain/ticket/ticket.ts';
import { ArticleStore } from '../persistence/article.store.ts';
import { TicketStore } from '../persistence/ticket.store.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { notAuthorized, notFound, partInChanging } from './access.ts';
import { storedFile } from './draft-article.ts';
import { wordsOf } from './mail-article.ts';
import { PROTECTED_MAIL, type ProtectedMail } from './ports.ts';
import { References } from './references.ts';
import { wantTickets } from './want-tickets.ts';
import { Writing } from './writing.ts';

/** Opens a signed or encrypted mail once more, when a key has come that was missing. */
@Injectable()
export class RetrySecurity {
  constructor(
    private readonly db: DataSource,
    private readonly tickets: TicketStore,
    private readonly articles: ArticleStore,
    private readonly references: References,
    private readonly outbox: Outbox,
    @Inject(PROTECTED_MAIL) private readonly mails: ProtectedMail,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The words of the article change only when more of the mail can be read, or believed, than before.
   * @throws AppError not-found; forbidden; conflict `article.not-protected`; not-found `mail.raw-gone`
   */
  async run(actor: Actor, id: number): Promise<MailSecurity> {
    const visible = VisibleTickets.to(actor, 'read');
    const found = await this.articles.protectedMail(this.db, visible, id);
    if (!found) throw notFound('Ticket::Article', id);
    const refs = await this.references.resolve(await wantTickets(this.db, this.tickets, [found.ticketId]));
    const [ticket] = (await this.tickets.facts(this.db, [{ visible, id: found.ticketId }])) as (Ticket | undefined)[];
    if (!ticket || partInChanging(actor, ticket) !== 'agent') throw notAuthorized();
    if (found.inboundId === null || !found.security) throw notProtected();
    const opened = await this.mails.reopen(found.inboundId);
    const { security } = opened;
    if (!security) throw notProtected();
    await transaction(this.db, async (tx) => {
      const loaded = await this.tickets.lock(tx, visible, [found.ticketId]);
      const before = await this.articles.protectedMail(tx, visible, id);
      const place = before && loaded.get(before.ticketId);
      if (!before || !place) throw notFound('Ticket::Article', id);
      if (partInChanging(actor, place) !== 'agent') throw notAuthorized();
      const more =
        (security.encryption.success && !before.security?.encryption.success) ||
        (security.sign.success && !before.security?.sign.success);
      const content = more ? { ...wordsOf(opened), files: opened.attachments.map(storedFile) } : null;
      await this.articles.reopened(tx, id, security, content);
      const writing = new Writing(this.outbox, refs, this.clock.now(), loaded);
      // Whoever shows the article, or looks for its words, reads it anew.
      if (more) writing.noteArticle(before.ticketId, { id, internal: before.internal }, 'visibility');
      await writing.save(tx, this.tickets);
    });
    return security;
  }
}

function notProtected(): AppError {
  return new AppError('conflict', 'article.not-protected', 'The article is no signed or encrypted mail.');
}
