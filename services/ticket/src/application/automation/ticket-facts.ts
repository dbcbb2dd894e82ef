import type { ChangeFacts, Circumstances } from '@helpmesh/conditions';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { articleSenderId, articleTypeId } from '../../domain/article/kinds.ts';
import type { ArticleFacts, Facts, Read } from '../../domain/condition/fields.ts';
import { tagKey } from '../../domain/tag/tag.ts';
import { SYSTEM_USER } from '../../domain/ticket/ticket.ts';
import { textOf } from '../../html/text.ts';
import { MentionStore } from '../../persistence/mention.store.ts';
import { RatingStore } from '../../persistence/rating.store.ts';
import { TagStore } from '../../persistence/tag.store.ts';
import type { NewArticle, Writing } from '../writing.ts';

export interface About {
  change?: ChangeFacts | undefined;
  article: Pick<
    NewArticle,
    'type' | 'sender' | 'internal' | 'from' | 'to' | 'cc' | 'subject' | 'body' | 'contentType'
  > | null;
}

/** What conditions look at, of a ticket as a transaction leaves it so far. */
@Injectable()
export class TicketFacts {
  constructor(
    private readonly tags: TagStore,
    private readonly mentions: MentionStore,
    private readonly ratings: RatingStore,
  ) {}

  /** What is known without asking the database. */
  known(writing: Writing, ticketId: number, { change, article }: About): Facts {
    const ticket = writing.ticket(ticketId);
    const { refs } = writing;
    const person = (id: number) => (id === SYSTEM_USER ? undefined : refs.person(id));
    return {
      ticket,
      customer: person(ticket.customerId),
      owner: person(ticket.ownerId),
      organization: ticket.organizationId === null ? undefined : refs.organization(ticket.organizationId),
      group: refs.group(ticket.groupId),
      change,
      article: article ? articleFacts(article, change?.by ?? SYSTEM_USER) : undefined,
    };
  }

  async all(
    tx: EntityManager,
    writing: Writing,
    ticketId: number,
    about: About,
    reads: ReadonlySet<Read>,
  ): Promise<Facts> {
    return {
      ...this.known(writing, ticketId, about),
      ...(reads.has('tags') && { tags: await this.tagKeys(tx, writing, ticketId) }),
      ...(reads.has('mentions') && {
        mentions: (await this.mentions.held(tx, [ticketId])).map(({ userId }) => userId),
      }),
      ...(reads.has('rating') && { rating: (await this.ratings.get(tx, ticketId))?.score ?? null }),
    };
  }

  /** Names of the ticket's tags, with what this transaction has done to them. */
  async tagNames(tx: EntityManager, writing: Writing, ticketId: number): Promise<string[]> {
    const held = (await this.tags.held(tx, [ticketId])).get(ticketId) ?? [];
    const names = new Map(held.map(({ key, name }) => [key, name]));
    for (const { added, name } of writing.tagChangesOf(ticketId)) {
      if (added) names.set(tagKey(name), name);
      else names.delete(tagKey(name));
    }
    return [...names.values()];
  }

  circumstances({ now, refs }: Writing, by: number | null): Circumstances {
    const organizationId = by === null ? null : (refs.person(by)?.organizationId ?? null);
    return {
      now,
      zone: refs.zone,
      isOpen: (id) => refs.slaRules.isOpen(id, now),
      ...(by !== null && {
        viewer: { userId: by, organizationIds: organizationId === null ? [] : [organizationId] },
      }),
    };
  }

  private async tagKeys(tx: EntityManager, writing: Writing, ticketId: number): Promise<string[]> {
    return (await this.tagNames(tx, writing, ticketId)).map(tagKey);
  }
}

function articleFacts(article: NonNullable<About['article']>, createdById: number): ArticleFacts {
  const { type, sender, internal, from, to, cc, subject, body, contentType } = article;
  return {
    ...{ typeId: articleTypeId(type), senderId: articleSenderId(sender), internal, from, to, cc, subject, createdById },
    // Asked by few conditions, and dear for long mails.
    get body() {
      return textOf(body, contentType);
    },
  };
}
