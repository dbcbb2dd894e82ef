import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { AccentColours } from '../mail/brand.ts';
import { bounded, Id, Page, Row, text } from './common.ts';
import { HelpLocale, helpLocales } from './knowledge-base.ts';

const tag = 'Branding';
const path = '/api/v1/brandings';
const params = { id: Id };

const Accent = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^#[0-9a-f]{6}$/, 'A colour is written like #0b667b.');

const input = z.object({
  name: text(100).optional(),
  /** Name beside the address that mails come from; empty: that of the address. */
  mail_sender: text(100).nullish(),
  accent: z.union([Accent, z.literal('').transform(() => null)]).nullish(),
  support: text(250).nullish(),
  footer: text(1_000).nullish(),
  /** Host name whose pages look so; the operator has it lead here. */
  host: text(253).nullish(),
  /** The same below a path, `/c/<slug>`. */
  slug: text(40).nullish(),
  /** Languages of its pages; none: all. */
  locales: bounded(HelpLocale, helpLocales.length).optional(),
  /** Groups whose customers see it. A group belongs to one branding. */
  group_ids: bounded(Id, 1_000).optional(),
  /** A data address in base64 of a PNG, JPEG, GIF or WebP picture; null removes it. */
  logo: text(400_000).nullish(),
});
export type BrandingInput = z.output<typeof input>;

/** What becomes of an accent: where it would be hard to read, a lighter or darker one stands in for it. */
const Colours = AccentColours.extend({
  /** Of text in it on the grounds of the pages; WCAG 2.2 asks for 4.5 to 1. */
  light_contrast: z.number(),
  dark_contrast: z.number(),
  /** Whether it is another colour than what was chosen. */
  light_adjusted: z.boolean(),
  dark_adjusted: z.boolean(),
});

const row = Row.extend({
  /** That of the desk: for whatever no community's branding says otherwise. It is always there. */
  standard: z.boolean(),
  name: z.string(),
  mail_sender: z.string().nullable(),
  accent: z.string().nullable(),
  colours: Colours.nullable(),
  support: z.string().nullable(),
  footer: z.string().nullable(),
  host: z.string().nullable(),
  slug: z.string().nullable(),
  /** Where its pages are. */
  address: z.string().nullable(),
  locales: z.array(HelpLocale),
  group_ids: z.array(z.number().int()),
  logo_url: z.string().nullable(),
});

/** How the pages and mails look that customers of a community see. */
export const brandings = {
  list: defineEndpoint({
    id: 'listBrandings',
    method: 'GET',
    path,
    question: 'rpc.identity.v1.list-brandings',
    tag,
    summary:
      'All brandings, that of the desk first; for `admin.branding`, those of their communities for who administers one',
    query: Page,
    response: z.array(row),
  }),
  colours: defineEndpoint({
    id: 'brandingColours',
    method: 'GET',
    path: `${path}/colours`,
    question: 'rpc.identity.v1.branding-colours',
    tag,
    summary: 'What would become of an accent colour',
    query: z.object({ accent: Accent }),
    response: Colours,
  }),
  get: defineEndpoint({
    id: 'getBranding',
    method: 'GET',
    path: `${path}/:id`,
    question: 'rpc.identity.v1.get-branding',
    tag,
    summary: 'One branding',
    params,
    response: row,
  }),
  create: defineEndpoint({
    id: 'createBranding',
    method: 'POST',
    path,
    question: 'rpc.identity.v1.create-branding',
    tag,
    summary: 'Adds the branding of a community',
    status: 201,
    body: input,
    response: row,
  }),
  update: defineEndpoint({
    id: 'updateBranding',
    method: 'PUT',
    path: `${path}/:id`,
    question: 'rpc.identity.v1.update-branding',
    tag,
    summary: 'Changes a branding; pages and mails look so within seconds',
    params,
    body: input,
    response: row,
  }),
  delete: defineEndpoint({
    id: 'deleteBranding',
    method: 'DELETE',
    path: `${path}/:id`,
    question: 'rpc.identity.v1.delete-branding',
    tag,
    summary: 'Deletes the branding of a community',
    params,
    response: z.object({}),
  }),
};
