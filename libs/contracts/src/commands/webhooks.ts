import { z } from 'zod';
import { defineCommand } from '../define.ts';

/** A person as receivers see it: never rights, credentials or preferences. */
export const WebhookPerson = z.looseObject({
  id: z.number().int(),
  login: z.string(),
  email: z.string().nullable(),
  firstname: z.string(),
  lastname: z.string(),
  organization_id: z.number().int().nullable(),
  active: z.boolean(),
});

const Named = z.looseObject({ id: z.number().int(), name: z.string() });

/** A ticket as REST writes it with `expand`; what `expand` names, by its row instead of its name. */
export const WebhookTicket = z.looseObject({
  id: z.number().int(),
  number: z.string(),
  title: z.string(),
  group: Named,
  state: Named,
  priority: Named,
  /** Null while nobody owns it. */
  owner: WebhookPerson.nullable(),
  customer: WebhookPerson.nullable(),
  organization: Named.nullable(),
  created_by: WebhookPerson.nullable(),
  updated_by: WebhookPerson.nullable(),
  tags: z.array(z.string()).optional(),
});
export type WebhookTicket = z.output<typeof WebhookTicket>;

/** An article as REST writes it with `expand`; the notification service adds the `url` of each attachment. */
export const WebhookArticle = z.looseObject({
  id: z.number().int(),
  ticket_id: z.number().int(),
  subject: z.string().nullable(),
  body: z.string(),
  content_type: z.string(),
  internal: z.boolean(),
  created_by: WebhookPerson.nullable(),
  updated_by: WebhookPerson.nullable(),
  attachments: z.array(z.looseObject({ id: z.number().int(), filename: z.string() })),
  /** Minutes or other units that were booked with it. */
  accounted_time: z.number().optional(),
});
export type WebhookArticle = z.output<typeof WebhookArticle>;

/**
 * A rule wants a webhook to be called, with the ticket as it was at that moment. The call is keyed by `deliveryId`:
 * ordering it twice calls once. A webhook that is gone or switched off is not called, and nobody is told.
 */
export const callWebhook = defineCommand(
  'cmd.notification.v1.call-webhook',
  z.object({
    deliveryId: z.uuid(),
    webhookId: z.number().int(),
    /** Who ordered it; its name travels as X-Zammad-Trigger. */
    rule: z.object({ kind: z.enum(['trigger', 'job', 'macro']), id: z.number().int(), name: z.string() }),
    ticket: WebhookTicket,
    /** The article that the rule ran for, else the last public one; null where there is none, or an internal one. */
    article: WebhookArticle.nullable(),
  }),
  { senders: ['ticket'] },
);

/** A webhook was switched off: whoever looks after webhooks is told by mail. Ordered by the service itself, once. */
export const tellOfDisabledWebhook = defineCommand(
  'cmd.notification.v1.tell-of-disabled-webhook',
  z.object({ name: z.string(), error: z.string() }),
  { senders: ['notification'] },
);
