import { z } from 'zod';
import { defineCommand } from '../define.ts';
import { NoticeKind, NoticeReason } from '../http/online-notifications.ts';

/**
 * Somebody is to be told of something that happened to a ticket. The ticket service has decided who: only it knows who
 * may see what. Whoever is named may see all that is said here.
 */
export const notifyAgents = defineCommand(
  'cmd.notification.v1.notify-agents',
  z.object({
    kind: NoticeKind,
    ticket: z.object({
      id: z.number().int(),
      number: z.string(),
      title: z.string(),
      /** Whose request it is: what erases a person must know it of each message. */
      customerId: z.number().int(),
      group: z.string(),
      state: z.string(),
      priority: z.string(),
    }),
    /** What was said. */
    article: z
      .object({
        id: z.number().int(),
        internal: z.boolean(),
        text: z.string(),
        /** It travelled encrypted: its text is empty here. */
        encrypted: z.boolean().optional(),
        createdById: z.number().int(),
        sender: z.string(),
      })
      .nullable(),
    /** New values by the REST name of the field without `_id`, as people read them. */
    changes: z.array(z.object({ field: z.string(), value: z.string() })),
    /** What was promised until when, when that is why. */
    dueAt: z.iso.datetime().nullable(),
    /** IANA name of the time zone that the desk tells times in; absent: UTC. */
    zone: z.string().optional(),
    by: z.object({ userId: z.number().int(), name: z.string() }),
    at: z.iso.datetime(),
    people: z.array(
      z.object({
        userId: z.number().int(),
        reason: NoticeReason,
        online: z.boolean(),
        /** Of the online one: nothing is left to do, so it waits for nobody. */
        seen: z.boolean(),
        /** Null: not by mail. */
        mail: z
          .object({
            address: z.string(),
            name: z.string(),
            locale: z.string(),
            /** They want it later, in one mail with all that comes until then; absent: now, in a mail of its own. */
            after: z.iso.datetime().optional(),
          })
          .nullable(),
      }),
    ),
    /**
     * Nothing is left to do about the ticket, but for these people: what others were told of it counts as seen, as
     * far as nobody mentioned them.
     */
    settles: z.object({ but: z.array(z.number().int()) }).nullable(),
    /** The day (`YYYY-MM-DD`) of which this is told once; null: each time. */
    onceOn: z.iso.date().nullable(),
  }),
  { senders: ['ticket'], awaited: false },
);
