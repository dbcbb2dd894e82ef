import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { bounded, Flag, Id, Instant, Piece, Row, text } from './common.ts';

const tag = 'Knowledge base';

/** Languages of answers: those that the public pages speak. */
export const helpLocales = ['en', 'de', 'fr', 'pl'] as const;
export const HelpLocale = z.enum(helpLocales);
export type HelpLocale = z.output<typeof HelpLocale>;

/** Who may read an answer: its editors, all of the desk, everybody, only its editors again. */
export const AnswerState = z.enum(['draft', 'internal', 'published', 'archived']);
export type AnswerState = z.output<typeof AnswerState>;

/** What a role may do: nothing that not everybody may, read what is for the desk, write. */
export const HelpAccess = z.enum(['none', 'reader', 'editor']);
export type HelpAccess = z.output<typeof HelpAccess>;

const RoleName = z.object({ id: z.number().int(), name: z.string() });
const RolePermissions = z.array(z.object({ role_id: z.number().int(), access: HelpAccess }));
export const HelpPermissions = z.object({
  /** Roles that hold `knowledge_base.reader`, and those that hold `knowledge_base.editor`. */
  roles_reader: z.array(RoleName),
  roles_editor: z.array(RoleName),
  /** What is said here; nothing: all as above. */
  permissions: RolePermissions,
  /** What is said above, which is the most that can be said here. */
  inherited: RolePermissions,
});
export type HelpPermissions = z.output<typeof HelpPermissions>;
/** By role id. A role that is left out keeps what it has from above, one that is made later may nothing; none at all: all as above. */
const PermissionsInput = z.object({ permissions: z.record(z.string().regex(/^[1-9]\d{0,8}$/), HelpAccess) });

const nullableId = z.number().int().nullable();
const byId = <R extends z.ZodType>(row: R) => z.record(z.string(), row);
/** There is one, of the id 1. */
const base = { knowledge_base_id: Id };
const one = { ...base, id: Id };
const path = '/api/v1/knowledge_bases/:knowledge_base_id';

export const KnowledgeBase = Row.extend({
  /** Whether there are public pages at all. */
  active: z.boolean(),
  /** In their order; the first is that of people whose own is not among them. */
  locales: z.array(HelpLocale),
  /** Whether strangers may write to the desk on a page of the help. */
  requests: z.boolean(),
  /** The groups they choose from; none: the first that takes mail has them all. */
  request_group_ids: z.array(z.number().int()),
});
export type KnowledgeBase = z.output<typeof KnowledgeBase>;

export const HelpCategory = Row.extend({
  knowledge_base_id: z.number().int(),
  parent_id: nullableId,
  position: z.number().int(),
  /** Nothing in it is ever public. */
  internal: z.boolean(),
  /** Roles of the people of the desk who may see what is in it; none: all of them. */
  role_ids: z.array(z.number().int()),
  /** Whether more is said of what roles may do in it (`…/permissions`). */
  has_permissions: z.boolean(),
  translation_ids: z.array(z.number().int()),
  translations: z.array(z.object({ id: z.number().int(), locale: HelpLocale, title: z.string() })),
});
export type HelpCategory = z.output<typeof HelpCategory>;

const AnswerRow = Row.extend({
  knowledge_base_id: z.number().int(),
  category_id: z.number().int(),
  position: z.number().int(),
  state: AnswerState,
  /** When it becomes so by itself; null: it does not. */
  publish_at: Instant.nullable(),
  archive_at: Instant.nullable(),
  /** When it became what it is, by the names that existing clients know. */
  internal_at: Instant.nullable(),
  published_at: Instant.nullable(),
  archived_at: Instant.nullable(),
  internal_note: z.string().nullable(),
  translation_ids: z.array(z.number().int()),
});
const AnswerTitle = z.object({ id: z.number().int(), locale: HelpLocale, title: z.string() });
const AnswerText = AnswerTitle.extend({
  /** Clean HTML. */
  body: z.string(),
});
const HelpFile = z.object({
  id: z.number().int(),
  filename: z.string(),
  /** Bytes. */
  size: z.number().int(),
  content_type: z.string(),
  created_at: Instant,
});
export const HelpAnswer = AnswerRow.extend({ translations: z.array(AnswerText), attachments: z.array(HelpFile) });
export type HelpAnswer = z.output<typeof HelpAnswer>;
export const ListedAnswer = AnswerRow.extend({ translations: z.array(AnswerTitle) });
export type ListedAnswer = z.output<typeof ListedAnswer>;

const CategoryInput = z.object({
  parent_id: Id.nullish(),
  internal: Flag.optional(),
  role_ids: bounded(Id, 100).optional(),
  /** The title in each language; an empty one takes it away. */
  translations: bounded(z.object({ locale: HelpLocale, title: text(250) }), helpLocales.length).optional(),
});
export type HelpCategoryInput = z.output<typeof CategoryInput>;

const AnswerInput = z.object({
  category_id: Id.optional(),
  internal_note: text(5_000).nullish(),
  publish_at: Instant.nullish(),
  archive_at: Instant.nullish(),
  translations: bounded(
    z.object({ locale: HelpLocale, title: text(250), body: text(200_000) }),
    helpLocales.length,
  ).optional(),
  removed_locales: bounded(HelpLocale, helpLocales.length).optional(),
});
export type HelpAnswerInput = z.output<typeof AnswerInput>;

export const HelpHit = z.object({
  id: z.number().int(),
  locale: HelpLocale,
  title: z.string(),
  state: AnswerState,
  category_id: z.number().int(),
  preview: z.array(Piece),
  /** Path of its public page; null: it has none. */
  url: z.string().nullable(),
});
export type HelpHit = z.output<typeof HelpHit>;

const Ordered = z.object({ ordered_ids: bounded(Id, 1_000) });

const answer = { tag, response: HelpAnswer } as const;
const moved = (id: string, verb: string, summary: string) =>
  defineEndpoint({
    ...{ ...answer, id, method: 'POST', path: `${path}/answers/:id/${verb}`, params: one, summary },
    question: `rpc.ticket.v1.${verb}-help-answer`,
  });
const reordered = <P extends Record<string, z.ZodType>>(
  id: string,
  at: string,
  question: string,
  summary: string,
  params: P,
) =>
  defineEndpoint({
    ...{ tag, id, method: 'PATCH', path: `${path}/${at}`, params, summary, question },
    body: Ordered,
    response: z.object({}),
  });

export const knowledgeBase = {
  init: defineEndpoint({
    id: 'initKnowledgeBase',
    method: 'POST',
    path: '/api/v1/knowledge_bases/init',
    question: 'rpc.ticket.v1.init-knowledge-base',
    tag,
    summary: 'All of the knowledge base that the caller may see, by id and without the texts of answers',
    response: z.object({
      KnowledgeBase: byId(KnowledgeBase),
      KnowledgeBaseLocale: byId(z.looseObject({ id: z.number().int(), locale: HelpLocale, primary: z.boolean() })),
      KnowledgeBaseCategory: byId(HelpCategory),
      KnowledgeBaseCategoryTranslation: byId(z.looseObject({ id: z.number().int(), category_id: z.number().int() })),
      KnowledgeBaseAnswer: byId(ListedAnswer),
      KnowledgeBaseAnswerTranslation: byId(z.looseObject({ id: z.number().int(), answer_id: z.number().int() })),
    }),
  }),
  get: defineEndpoint({
    id: 'getKnowledgeBase',
    method: 'GET',
    path: '/api/v1/knowledge_bases/:id',
    question: 'rpc.ticket.v1.get-knowledge-base',
    tag,
    summary: 'Its settings; for its readers and editors',
    params: { id: Id },
    response: KnowledgeBase,
  }),
  update: defineEndpoint({
    id: 'updateKnowledgeBase',
    method: 'PUT',
    path: '/api/v1/knowledge_bases/manage/:id',
    question: 'rpc.ticket.v1.update-knowledge-base',
    tag,
    summary: 'Changes its settings; needs `admin.knowledge_base`',
    params: { id: Id },
    body: z
      .object({
        active: Flag,
        locales: bounded(HelpLocale, helpLocales.length),
        requests: Flag,
        request_group_ids: bounded(Id, 100),
      })
      .partial(),
    response: KnowledgeBase,
  }),
  permissions: defineEndpoint({
    id: 'getKnowledgeBasePermissions',
    method: 'GET',
    path: '/api/v1/knowledge_bases/:id/permissions',
    question: 'rpc.ticket.v1.get-knowledge-base-permissions',
    tag,
    summary: 'What roles may do in all of it; needs `admin.knowledge_base`',
    params: { id: Id },
    response: HelpPermissions,
  }),
  setPermissions: defineEndpoint({
    id: 'setKnowledgeBasePermissions',
    method: 'PUT',
    path: '/api/v1/knowledge_bases/:id/permissions',
    question: 'rpc.ticket.v1.set-knowledge-base-permissions',
    tag,
    summary: 'Says what roles may do in all of it, at most what their permissions allow; needs `admin.knowledge_base`',
    params: { id: Id },
    body: PermissionsInput,
    response: HelpPermissions,
  }),
  search: defineEndpoint({
    id: 'searchKnowledgeBase',
    method: 'POST',
    path: '/api/v1/knowledge_bases/search',
    question: 'rpc.ticket.v1.search-knowledge-base',
    tag,
    summary: 'Answers with the words of the query, best first; customers get published ones. `any` needs one word only',
    body: z.object({
      query: text(1_000),
      locale: HelpLocale.optional(),
      any: Flag.optional(),
      limit: z.coerce.number().int().min(1).max(50).optional(),
    }),
    response: z.object({ result: z.array(HelpHit) }),
  }),
  recent: defineEndpoint({
    id: 'recentHelpAnswers',
    method: 'GET',
    path: '/api/v1/knowledge_bases/recent_answers',
    question: 'rpc.ticket.v1.list-recent-help-answers',
    tag,
    summary: 'The ten answers that were written or published last, of those the caller may see',
    query: z.object({ locale: HelpLocale.optional() }),
    response: z.object({ result: z.array(HelpHit) }),
  }),
  deflected: defineEndpoint({
    id: 'deflectByAnswer',
    method: 'POST',
    path: `${path}/answers/:id/deflected`,
    question: 'rpc.ticket.v1.deflected-by-help-answer',
    tag,
    summary: 'Tells that a published answer was enough, so that no ticket was opened',
    params: one,
    response: z.object({}),
  }),
  figures: defineEndpoint({
    id: 'helpFigures',
    method: 'GET',
    path: `${path}/figures`,
    question: 'rpc.ticket.v1.help-figures',
    tag,
    summary: 'How often answers were read and were enough of late, and whether readers were helped; for editors',
    params: base,
    /** Default: 30. */
    query: z.object({ days: z.coerce.number().int().min(1).max(3_660).optional() }),
    response: z.object({
      /** The first day that counts, UTC. */
      since: z.string(),
      /** Those that there is something to say of. */
      answers: z.array(
        z.object({
          answer_id: z.number().int(),
          views: z.number().int(),
          deflections: z.number().int(),
          helpful: z.number().int(),
          unhelpful: z.number().int(),
        }),
      ),
    }),
  }),
  reorderRoots: reordered(
    ...(['reorderHelpRoots', 'categories/reorder_root_categories', 'rpc.ticket.v1.reorder-help-roots'] as const),
    ...(['Puts the topmost categories into an order', base] as const),
  ),
};

export const helpCategories = {
  get: defineEndpoint({
    id: 'getHelpCategory',
    method: 'GET',
    path: `${path}/categories/:id`,
    question: 'rpc.ticket.v1.get-help-category',
    tag,
    summary: 'One category',
    params: one,
    response: HelpCategory,
  }),
  create: defineEndpoint({
    id: 'createHelpCategory',
    method: 'POST',
    path: `${path}/categories`,
    question: 'rpc.ticket.v1.create-help-category',
    tag,
    summary: 'Adds a category; needs `knowledge_base.editor`, as all that changes categories and answers',
    status: 201,
    params: base,
    body: CategoryInput,
    response: HelpCategory,
  }),
  update: defineEndpoint({
    id: 'updateHelpCategory',
    method: 'PUT',
    path: `${path}/categories/:id`,
    question: 'rpc.ticket.v1.update-help-category',
    tag,
    summary: 'Changes a category, or moves it below another one',
    params: one,
    body: CategoryInput,
    response: HelpCategory,
  }),
  delete: defineEndpoint({
    id: 'deleteHelpCategory',
    method: 'DELETE',
    path: `${path}/categories/:id`,
    question: 'rpc.ticket.v1.delete-help-category',
    tag,
    summary: 'Deletes a category that holds nothing',
    params: one,
    response: z.object({}),
  }),
  permissions: defineEndpoint({
    id: 'getHelpCategoryPermissions',
    method: 'GET',
    path: `${path}/categories/:id/permissions`,
    question: 'rpc.ticket.v1.get-help-category-permissions',
    tag,
    summary: 'What roles may do in a category; for its editors',
    params: one,
    response: HelpPermissions,
  }),
  setPermissions: defineEndpoint({
    id: 'setHelpCategoryPermissions',
    method: 'PUT',
    path: `${path}/categories/:id/permissions`,
    question: 'rpc.ticket.v1.set-help-category-permissions',
    tag,
    summary: 'Says what roles may do in a category and all below it, at most what they may above it',
    params: one,
    body: PermissionsInput,
    response: HelpPermissions,
  }),
  reorder: reordered(
    ...([
      'reorderHelpCategories',
      'categories/:id/reorder_categories',
      'rpc.ticket.v1.reorder-help-categories',
    ] as const),
    ...(['Puts the categories below one into an order', one] as const),
  ),
  reorderAnswers: reordered(
    ...(['reorderHelpAnswers', 'categories/:id/reorder_answers', 'rpc.ticket.v1.reorder-help-answers'] as const),
    ...(['Puts the answers of a category into an order', one] as const),
  ),
};

export const helpAnswers = {
  get: defineEndpoint({
    ...{ ...answer, id: 'getHelpAnswer', method: 'GET', path: `${path}/answers/:id`, params: one },
    question: 'rpc.ticket.v1.get-help-answer',
    summary: 'One answer with its texts',
  }),
  create: defineEndpoint({
    ...{ ...answer, id: 'createHelpAnswer', method: 'POST', path: `${path}/answers`, params: base },
    question: 'rpc.ticket.v1.create-help-answer',
    summary: 'Adds an answer, as a draft',
    status: 201,
    body: AnswerInput,
  }),
  update: defineEndpoint({
    ...{ ...answer, id: 'updateHelpAnswer', method: 'PUT', path: `${path}/answers/:id`, params: one },
    question: 'rpc.ticket.v1.update-help-answer',
    summary: 'Changes an answer: the texts that are sent, its category, when it is published or archived by itself',
    body: AnswerInput,
  }),
  delete: defineEndpoint({
    ...{ id: 'deleteHelpAnswer', method: 'DELETE', path: `${path}/answers/:id`, params: one, tag },
    question: 'rpc.ticket.v1.delete-help-answer',
    summary: 'Deletes an answer with all its versions',
    response: z.object({}),
  }),
  publish: moved('publishHelpAnswer', 'publish', 'Shows it to everybody, now'),
  internal: moved('internalHelpAnswer', 'internal', 'Shows it to the people of the desk, now'),
  archive: moved('archiveHelpAnswer', 'archive', 'Shows it to its editors alone, now'),
  unarchive: moved('unarchiveHelpAnswer', 'unarchive', 'Makes it a draft again'),
  versions: defineEndpoint({
    id: 'listHelpVersions',
    method: 'GET',
    path: `${path}/answers/:id/versions`,
    question: 'rpc.ticket.v1.list-help-versions',
    tag,
    summary: 'What its texts were, newest first, with whoever wrote them',
    params: one,
    response: z.array(
      AnswerText.extend({ created_at: Instant, created_by_id: z.number().int(), created_by: z.string() }),
    ),
  }),
  restore: defineEndpoint({
    ...{ ...answer, id: 'restoreHelpVersion', method: 'POST', path: `${path}/answers/:id/restore`, params: one },
    question: 'rpc.ticket.v1.restore-help-version',
    summary: 'Makes an earlier version the text again; the present one stays in the list',
    body: z.object({ version_id: Id }),
  }),
  removeFile: defineEndpoint({
    id: 'removeHelpFile',
    method: 'DELETE',
    path: `${path}/answers/:id/attachments/:attachment_id`,
    question: 'rpc.ticket.v1.remove-help-file',
    tag,
    summary: 'Takes a file away from an answer',
    params: { ...one, attachment_id: Id },
    response: z.object({}),
  }),
  figures: defineEndpoint({
    id: 'helpAnswerFigures',
    method: 'GET',
    path: `${path}/answers/:id/figures`,
    question: 'rpc.ticket.v1.help-answer-figures',
    tag,
    summary: 'How often it was read and was enough, and what readers say of it; for editors',
    params: one,
    response: z.object({
      views: z.number().int(),
      deflections: z.number().int(),
      helpful: z.number().int(),
      unhelpful: z.number().int(),
      /** The newest hundred. */
      comments: z.array(
        z.object({
          id: z.number().int(),
          locale: HelpLocale,
          helpful: z.boolean(),
          comment: z.string(),
          updated_at: Instant,
        }),
      ),
    }),
  }),
};
