import { plainAddress } from '@helpmesh/kernel';
import type { ErasedPerson, Eraser, ErasureJob, ErasurePart } from '@helpmesh/service-kit';
import type { DataSource } from 'typeorm';
import type { GatheredNoticeStore } from '../../persistence/gathered-notice.store.ts';
import type { NoticeStore } from '../../persistence/notice.store.ts';
import type { MailLists } from '../mail-lists.ts';

/** Erases what a person was told of; what others were told of names nobody, but for titles that wait for their mail. */
export class EraseNotices implements Eraser {
  constructor(
    private readonly db: DataSource,
    private readonly notices: NoticeStore,
    private readonly gathered: GatheredNoticeStore,
    private readonly lists: Pick<MailLists, 'forget'>,
  ) {}

  async erase({ person }: ErasureJob): Promise<ErasurePart> {
    await this.lists.forget(this.db, person.emails.map(plainAddress));
    await this.gathered.erase(this.db, person.userId, person.patterns);
    const notices = await this.notices.erase(this.db, person.userId, person.emails.map(plainAddress));
    return { counts: { notices }, waiting: 0, kept: [] };
  }

  async preview({ userId }: ErasedPerson): Promise<Record<string, number>> {
    return { notices: await this.notices.count(this.db, userId) };
  }
}
