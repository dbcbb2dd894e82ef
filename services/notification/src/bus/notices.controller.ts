import {
  type Actor,
  type Message,
  noticeKinds,
  notifyAgents,
  type OutputOf,
  onlineNotifications,
  type ParsedInputOf,
} from '@helpmesh/contracts';
import { AppError, isoTime } from '@helpmesh/kernel';
import { Answers, ConsumesBatch, RawJson, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { EntityManager } from 'typeorm';
import { NotifyAgents } from '../application/notice/notify-agents.ts';
import { OwnNotices } from '../application/notice/own-notices.ts';
import type { OnlineNotice } from '../domain/notice.ts';

const PAGE = 200;
const MAX_PAGE = 1_000;
/** The one kind of object that there are notifications of. */
const TICKET = { object: 'Ticket', object_lookup_id: 1 };

type Shown = OutputOf<typeof onlineNotifications.get>;

/** What agents are told: orders to tell them, and their questions about it. */
@Controller()
export class NoticesController {
  constructor(
    private readonly notify: NotifyAgents,
    private readonly own: OwnNotices,
  ) {}

  @ConsumesBatch(notifyAgents)
  onNotify(commands: Message<typeof notifyAgents>[], tx: EntityManager): Promise<void> {
    return this.notify.run(tx, commands);
  }

  @Answers(onlineNotifications.list)
  async list({ actor }: RpcContext, { query }: ParsedInputOf<typeof onlineNotifications.list>) {
    const who = required(actor);
    const limit = Math.min(query.per_page ?? query.limit ?? PAGE, MAX_PAGE);
    const rows = await this.own.list(who, limit, ((query.page ?? 1) - 1) * limit);
    const all = rows.map((row) => shown(row, who, query.expand));
    if (!query.full) return all;
    return new RawJson(JSON.stringify({ record_ids: rows.map(({ id }) => id), assets: assetsOf(all) }));
  }

  @Answers(onlineNotifications.get)
  async get({ actor }: RpcContext, { params, query }: ParsedInputOf<typeof onlineNotifications.get>) {
    const who = required(actor);
    return inForm(await this.own.get(who, params.id), who, query);
  }

  @Answers(onlineNotifications.update)
  async update({ actor }: RpcContext, { params, query, body }: ParsedInputOf<typeof onlineNotifications.update>) {
    const who = required(actor);
    const { seen } = body;
    const row = seen === undefined ? await this.own.get(who, params.id) : await this.own.setSeen(who, params.id, seen);
    return inForm(row, who, query);
  }

  @Answers(onlineNotifications.delete)
  async delete({ actor }: RpcContext, { params }: ParsedInputOf<typeof onlineNotifications.delete>) {
    await this.own.remove(required(actor), params.id);
    return {};
  }

  @Answers(onlineNotifications.markAllAsRead)
  async markAllAsRead({ actor }: RpcContext) {
    await this.own.seeAll(required(actor));
    return {};
  }

  @Answers(onlineNotifications.clear)
  async clear({ actor }: RpcContext, { query }: ParsedInputOf<typeof onlineNotifications.clear>) {
    await this.own.clear(required(actor), query.up_to);
    return {};
  }
}

function required(actor: Actor | undefined): Actor {
  if (actor?.kind === 'user') return actor;
  throw new AppError('forbidden', 'notice.forbidden', 'Not authorized');
}

const assetsOf = (rows: Shown[]) => ({ OnlineNotification: Object.fromEntries(rows.map((row) => [row.id, row])) });

function inForm(
  row: OnlineNotice,
  who: Actor,
  { expand, full }: { expand?: boolean | undefined; full?: boolean | undefined },
) {
  const one = shown(row, who, expand);
  return full ? ({ id: row.id, assets: assetsOf([one]) } as unknown as Shown) : one;
}

function shown(row: OnlineNotice, { login }: Actor, expand: boolean | undefined): Shown {
  return {
    ...{ id: row.id, o_id: row.ticketId, object_lookup_id: TICKET.object_lookup_id },
    ...{ type_lookup_id: noticeKinds.indexOf(row.kind) + 1, user_id: row.userId, seen: row.seen },
    ...{ type: row.kind, reason: row.reason, created_by_id: row.createdById, updated_by_id: row.updatedById },
    ...{ created_at: isoTime(row.createdAt), updated_at: isoTime(row.updatedAt) },
    ...(expand && { object: TICKET.object, user: login }),
  };
}
