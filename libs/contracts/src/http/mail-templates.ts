import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { Flag, Id, Instant, Page, Row, text } from './common.ts';
import { HelpLocale } from './knowledge-base.ts';

const tag = 'Mail';
const path = '/api/v1/mail_templates';
const params = { id: Id };

/** Liquid in both; the text is made of paragraphs, see docs/how-to/texts-of-mails.md. */
const subject = text(500);
const body = text(20_000);

const input = z.object({
  /** Which mail; one of those that `kinds` names. */
  kind: text(60).optional(),
  locale: HelpLocale.optional(),
  /** Of one community alone; nothing: of all that have no text of their own. */
  branding_id: Id.nullish(),
  /** Not of a footer. */
  subject: subject.optional(),
  body: body.optional(),
  /** False: kept, and not used. */
  active: Flag.optional(),
});
export type MailTemplateInput = z.output<typeof input>;

const Source = z.object({ subject: z.string(), body: z.string() });

const row = Row.extend({
  kind: z.string(),
  locale: HelpLocale,
  branding_id: z.number().int().nullable(),
  subject: z.string(),
  body: z.string(),
  active: z.boolean(),
  /** Why it could not be used when a mail was written, and when last; those mails had the words of the system. */
  failure: z.string().nullable(),
  failed_at: Instant.nullable(),
});

const Trouble = z.object({
  field: z.enum(['subject', 'body']),
  /** From 1. */
  line: z.number().int(),
  message: z.string(),
});
export type MailTemplateTrouble = z.output<typeof Trouble>;

const MailKind = z.object({
  kind: z.string(),
  /**
   * Who gets it: customers about their requests, agents, mailing lists, or anybody about their account; `everybody` is for
   * the footer, which stands below every mail and has no subject.
   */
  audience: z.enum(['customers', 'agents', 'accounts', 'lists', 'everybody']),
  variables: z.array(
    z.object({
      name: z.string(),
      /** Always there; others may be empty. */
      always: z.boolean(),
      /** What it could be. */
      example: z.string(),
    }),
  ),
  /** The words of the system, by language. */
  defaults: z.record(HelpLocale, Source),
});
export type MailKind = z.output<typeof MailKind>;

/** What the mails of the system say, where an administrator wants other words than those of the system. */
export const mailTextTemplates = {
  list: defineEndpoint({
    id: 'listMailTemplates',
    method: 'GET',
    path,
    question: 'rpc.notification.v1.list-mail-templates',
    tag,
    summary: 'Texts of mails that stand in for those of the system; for `admin.channel_email`',
    query: Page,
    response: z.array(row),
  }),
  kinds: defineEndpoint({
    id: 'listMailKinds',
    method: 'GET',
    path: `${path}/kinds`,
    question: 'rpc.notification.v1.list-mail-kinds',
    tag,
    summary: 'Every kind of mail the system sends, what may be told in it, and its words in each language',
    response: z.array(MailKind),
  }),
  preview: defineEndpoint({
    id: 'previewMailTemplate',
    method: 'POST',
    path: `${path}/preview`,
    question: 'rpc.notification.v1.preview-mail-template',
    tag,
    summary: 'A mail with made-up values in it, and what of the text cannot be used; nothing is stored or sent',
    body: z.object({ kind: text(60), locale: HelpLocale, branding_id: Id.nullish(), subject, body }),
    response: z.object({
      /** Null: it cannot be used. */
      mail: z.object({ subject: z.string(), text: z.string(), html: z.string() }).nullable(),
      errors: z.array(Trouble),
    }),
  }),
  get: defineEndpoint({
    id: 'getMailTemplate',
    method: 'GET',
    path: `${path}/:id`,
    question: 'rpc.notification.v1.get-mail-template',
    tag,
    summary: 'One text of a mail',
    params,
    response: row,
  }),
  create: defineEndpoint({
    id: 'createMailTemplate',
    method: 'POST',
    path,
    question: 'rpc.notification.v1.create-mail-template',
    tag,
    summary: 'Puts a text in the place of that of the system, in one language; mails have it within two seconds',
    status: 201,
    body: input,
    response: row,
  }),
  update: defineEndpoint({
    id: 'updateMailTemplate',
    method: 'PUT',
    path: `${path}/:id`,
    question: 'rpc.notification.v1.update-mail-template',
    tag,
    summary: 'Changes a text',
    params,
    body: input,
    response: row,
  }),
  delete: defineEndpoint({
    id: 'deleteMailTemplate',
    method: 'DELETE',
    path: `${path}/:id`,
    question: 'rpc.notification.v1.delete-mail-template',
    tag,
    summary: 'Back to the words of the system',
    params,
    response: z.object({}),
  }),
};
