import type { Actor, StoredFile } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ArticleStore } from '../persistence/article.store.ts';
import { UploadStore } from '../persistence/upload.store.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { storedFile } from './draft-article.ts';

/** Says who may read which file; the gateway then streams it from the store. */
@Injectable()
export class Files {
  constructor(
    private readonly db: DataSource,
    private readonly articles: ArticleStore,
    private readonly uploads: UploadStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError not-found */
  async attachment(
    actor: Actor,
    at: { ticketId: number; articleId: number; attachmentId: number },
  ): Promise<StoredFile> {
    const file = await this.articles.attachment(this.db, VisibleTickets.to(actor, 'read'), at);
    if (!file) {
      const detail = `Couldn't find attachment with 'id'=${at.attachmentId}`;
      throw new AppError('not-found', 'attachment.not-found', detail);
    }
    const { contentId, ...rest } = file;
    return contentId === null ? rest : { ...rest, contentId };
  }

  /** @throws AppError not-found, also for an article that did not come by mail */
  async rawMail(actor: Actor, articleId: number): Promise<{ sha256: string; size: number }> {
    const raw = await this.articles.rawMail(this.db, VisibleTickets.to(actor, 'read'), articleId);
    if (!raw) {
      const detail = `Couldn't find the mail of Ticket::Article with 'id'=${articleId}`;
      throw new AppError('not-found', 'article.no-raw-mail', detail);
    }
    return raw;
  }

  async addUpload(actor: Actor, formId: string, file: StoredFile): Promise<{ id: number }> {
    return { id: await this.uploads.add(this.db, actor.userId, formId, storedFile(file), this.clock.now()) };
  }

  async removeUploads(actor: Actor, formId: string, id: number | undefined): Promise<Record<string, never>> {
    await this.uploads.remove(this.db, actor.userId, formId, id);
    return {};
  }
}
