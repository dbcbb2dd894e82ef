import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { bounded, Flag, Id, Page, Row, text } from './common.ts';

const tag = 'Public links';
const path = '/api/v1/public_links';
const params = { id: Id };

/** The pages that strangers see. */
export const publicScreens = ['login', 'signup', 'password_reset'] as const;
const Screen = z.enum(publicScreens);

const shown = {
  link: z.string(),
  title: z.string(),
  description: z.string().nullable(),
  new_tab: z.boolean(),
};
const PublicLink = Row.extend({ ...shown, screen: z.array(Screen), prio: z.number().int() });

const input = z.object({
  /** `https:`, `http:` or `mailto:`. */
  link: text(2_000).optional(),
  title: text(200).optional(),
  description: text(200).nullish(),
  screen: bounded(Screen, publicScreens.length).optional(),
  new_tab: Flag.optional(),
  /** The smaller, the further in front; at the end where nothing is said. */
  prio: z.coerce.number().int().min(0).max(100_000).optional(),
});
export type PublicLinkInput = z.output<typeof input>;

/** Links to pages elsewhere, an imprint for example, on pages that strangers see. */
export const publicLinks = {
  list: defineEndpoint({
    id: 'listPublicLinks',
    method: 'GET',
    path,
    question: 'rpc.identity.v1.list-public-links',
    tag,
    summary: 'All public links, by their order; for `admin.public_links`',
    query: Page,
    response: z.array(PublicLink),
  }),
  shown: defineEndpoint({
    id: 'shownPublicLinks',
    method: 'GET',
    path: `${path}/shown`,
    question: 'rpc.identity.v1.shown-public-links',
    tag,
    summary: 'The links of a page that strangers see',
    access: 'public',
    query: z.object({ screen: Screen.default('login') }),
    response: z.array(z.object(shown)),
  }),
  get: defineEndpoint({
    id: 'getPublicLink',
    method: 'GET',
    path: `${path}/:id`,
    question: 'rpc.identity.v1.get-public-link',
    tag,
    summary: 'One public link',
    params,
    response: PublicLink,
  }),
  create: defineEndpoint({
    id: 'createPublicLink',
    method: 'POST',
    path,
    question: 'rpc.identity.v1.create-public-link',
    tag,
    summary: 'Adds a public link',
    status: 201,
    body: input,
    response: PublicLink,
  }),
  update: defineEndpoint({
    id: 'updatePublicLink',
    method: 'PUT',
    path: `${path}/:id`,
    question: 'rpc.identity.v1.update-public-link',
    tag,
    summary: 'Changes a public link',
    params,
    body: input,
    response: PublicLink,
  }),
  delete: defineEndpoint({
    id: 'deletePublicLink',
    method: 'DELETE',
    path: `${path}/:id`,
    question: 'rpc.identity.v1.delete-public-link',
    tag,
    summary: 'Deletes a public link',
    params,
    response: z.object({}),
  }),
};
