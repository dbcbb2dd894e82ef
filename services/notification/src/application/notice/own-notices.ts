import { type Actor, noticesChanged } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import type { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { OnlineNotice } from '../../domain/notice.ts';
import type { NoticeStore } from '../../persistence/notice.store.ts';

/** What people were told: theirs alone, for everybody else it does not exist. */
export class OwnNotices {
  constructor(
    private readonly db: DataSource,
    private readonly notices: NoticeStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  list(actor: Actor, limit: number, offset: number): Promise<OnlineNotice[]> {
    return this.notices.list(this.db, actor.userId, limit, offset);
  }

  /** @throws AppError not-found `notice.not-found` */
  async get(actor: Actor, id: number): Promise<OnlineNotice> {
    return found(await this.notices.get(this.db, actor.userId, id), id);
  }

  /** @throws AppError not-found `notice.not-found` */
  setSeen(actor: Actor, id: number, seen: boolean): Promise<OnlineNotice> {
    return transaction(this.db, async (tx) => {
      const notice = found(await this.notices.setSeen(tx, actor.userId, id, seen, this.clock.now()), id);
      await this.tell(tx, actor);
      return notice;
    });
  }

  seeAll(actor: Actor): Promise<void> {
    return transaction(this.db, async (tx) => {
      if ((await this.notices.seeAll(tx, actor.userId, this.clock.now())) > 0) await this.tell(tx, actor);
    });
  }

  /** @param upTo  the id of the last that they mean; absent: all there are */
  clear(actor: Actor, upTo: number | undefined): Promise<void> {
    return transaction(this.db, async (tx) => {
      if ((await this.notices.clear(tx, actor.userId, upTo)) > 0) await this.tell(tx, actor);
    });
  }

  /** @throws AppError not-found `notice.not-found` */
  remove(actor: Actor, id: number): Promise<void> {
    return transaction(this.db, async (tx) => {
      if (!(await this.notices.remove(tx, actor.userId, id))) throw notFound(id);
      await this.tell(tx, actor);
    });
  }

  /** Their other pages show it too. */
  private async tell(tx: EntityManager, { userId }: Actor): Promise<void> {
    await this.outbox.add(tx, noticesChanged, { aggregateId: 'notices', data: { userIds: [userId] } });
  }
}

function found(notice: OnlineNotice | undefined, id: number): OnlineNotice {
  if (!notice) throw notFound(id);
  return notice;
}

function notFound(id: number): AppError {
  return new AppError('not-found', 'notice.not-found', `Couldn't find OnlineNotification with 'id'=${id}`);
}
