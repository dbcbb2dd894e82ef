import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { Flag, Id, Page, Reading, Row } from './common.ts';

const tag = 'Online notifications';
const path = '/api/v1/online_notifications';
const params = { id: Id };

/** What agents are told of. */
export const noticeKinds = ['create', 'update', 'reminder_reached', 'escalation', 'escalation_warning'] as const;
export const NoticeKind = z.enum(noticeKinds);
export type NoticeKind = z.output<typeof NoticeKind>;

/** Why somebody is told: what they are to the ticket, the closest first. */
export const noticeReasons = ['mentioned', 'owner', 'replacement', 'subscribed', 'unassigned', 'group'] as const;
export const NoticeReason = z.enum(noticeReasons);
export type NoticeReason = z.output<typeof NoticeReason>;

/** Rows of the matrix in which agents choose: a near escalation is chosen with the escalation. */
export const noticeEvents = ['create', 'update', 'reminder_reached', 'escalation'] as const;
export type NoticeEvent = (typeof noticeEvents)[number];

/** Whose the ticket is: one's own, nobody's, one that one subscribed to, anybody's. */
export const noticeCriteria = ['owned_by_me', 'owned_by_nobody', 'subscribed', 'no'] as const;
export const noticeChannels = ['email', 'online'] as const;

export interface NoticeRow {
  criteria: Record<(typeof noticeCriteria)[number], boolean>;
  channel: Record<(typeof noticeChannels)[number], boolean>;
}
export type NoticeMatrix = Record<NoticeEvent, NoticeRow>;

const everywhere = { email: true, online: true };
const closely = { owned_by_me: true, owned_by_nobody: true, subscribed: true, no: false };
const mine = { owned_by_me: true, owned_by_nobody: false, subscribed: false, no: false };

/** What holds for whoever has chosen nothing. */
export const defaultNoticeMatrix: NoticeMatrix = {
  create: { criteria: closely, channel: everywhere },
  update: { criteria: closely, channel: everywhere },
  reminder_reached: { criteria: mine, channel: everywhere },
  escalation: { criteria: mine, channel: everywhere },
};

const OnlineNotification = Row.extend({
  /** Of the ticket. */
  o_id: z.number().int(),
  object_lookup_id: z.number().int(),
  type_lookup_id: z.number().int(),
  user_id: z.number().int(),
  seen: z.boolean(),
  type: NoticeKind,
  reason: NoticeReason,
  /** With `expand`: `Ticket`, and the login of the user. */
  object: z.string().optional(),
  user: z.string().optional(),
});
export type OnlineNotification = z.output<typeof OnlineNotification>;

const assets = z.record(z.string(), z.unknown());
const one = z.union([
  OnlineNotification,
  z.object({ id: z.number().int(), assets }),
]) as unknown as typeof OnlineNotification;
const many = z.union([
  z.array(OnlineNotification),
  z.object({ record_ids: z.array(z.number().int()), assets }),
]) as unknown as z.ZodArray<typeof OnlineNotification>;

export const onlineNotifications = {
  list: defineEndpoint({
    id: 'listOnlineNotifications',
    method: 'GET',
    path,
    question: 'rpc.notification.v1.list-online-notifications',
    tag,
    summary: 'What the caller was told of, the newest first',
    query: Page,
    response: many,
  }),
  get: defineEndpoint({
    id: 'getOnlineNotification',
    method: 'GET',
    path: `${path}/:id`,
    question: 'rpc.notification.v1.get-online-notification',
    tag,
    summary: 'One of the own online notifications',
    params,
    query: Reading,
    response: one,
  }),
  update: defineEndpoint({
    id: 'updateOnlineNotification',
    method: 'PUT',
    path: `${path}/:id`,
    question: 'rpc.notification.v1.update-online-notification',
    tag,
    summary: 'Says whether one of them was seen',
    params,
    query: Reading,
    body: z.object({ seen: Flag.optional() }),
    response: one,
  }),
  delete: defineEndpoint({
    id: 'deleteOnlineNotification',
    method: 'DELETE',
    path: `${path}/:id`,
    question: 'rpc.notification.v1.delete-online-notification',
    tag,
    summary: 'Takes one of them away',
    params,
    response: z.object({}),
  }),
  markAllAsRead: defineEndpoint({
    id: 'markAllOnlineNotificationsAsRead',
    method: 'POST',
    path: `${path}/mark_all_as_read`,
    question: 'rpc.notification.v1.mark-all-as-read',
    tag,
    summary: 'All of them were seen',
    response: z.object({}),
  }),
  clear: defineEndpoint({
    id: 'clearOnlineNotifications',
    method: 'DELETE',
    path,
    question: 'rpc.notification.v1.clear-online-notifications',
    tag,
    summary: 'Takes all of them away, or all that came no later than one of them',
    // What comes while somebody looks at the others is not gone unread.
    query: z.object({ up_to: Id.optional() }),
    response: z.object({}),
  }),
};
