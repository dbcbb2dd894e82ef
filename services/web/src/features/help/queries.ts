import type { HelpHit, helpAnswers, helpCategories, InputOf, knowledgeBase, OutputOf } from '@helpmesh/contracts';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { request, sendForm } from '../../app/api.ts';
import { keyOf } from '../admin/queries.ts';

export type { HelpHit };
export type KnowledgeBase = OutputOf<typeof knowledgeBase.get>;
export type HelpCategory = OutputOf<typeof helpCategories.get>;
export type HelpAnswer = OutputOf<typeof helpAnswers.get>;
export type HelpLocale = KnowledgeBase['locales'][number];
export type CategoryBody = NonNullable<InputOf<typeof helpCategories.create>['body']>;
export type AnswerBody = NonNullable<InputOf<typeof helpAnswers.create>['body']>;
type Everything = OutputOf<typeof knowledgeBase.init>;

const root = '/api/v1/knowledge_bases';

/** These few pages name their routes themselves: the table of all others is part of what every agent loads first. */
const ask = <T>(method: string, path: string, body?: unknown, signal?: AbortSignal) =>
  request(method, `${root}/${path}`, body, signal) as Promise<T>;

export const settingsOf = () => ask<KnowledgeBase>('GET', '1');
export const saveSettings = (body: Partial<KnowledgeBase>) => ask<KnowledgeBase>('PUT', 'manage/1', body);

export type HelpPermissions = OutputOf<typeof knowledgeBase.permissions>;
/** Of a category, or of all of it (null). */
export const permissionRows = {
  get: (id: number | null, signal?: AbortSignal) =>
    ask<HelpPermissions>('GET', `${id === null ? '1' : `1/categories/${id}`}/permissions`, undefined, signal),
  set: (id: number | null, permissions: Record<string, string>) =>
    ask<HelpPermissions>('PUT', `${id === null ? '1' : `1/categories/${id}`}/permissions`, { permissions }),
};

export const categoryRows = {
  get: (id: number) => ask<HelpCategory>('GET', `1/categories/${id}`),
  create: (body: CategoryBody) => ask<HelpCategory>('POST', '1/categories', body),
  update: (id: number, body: CategoryBody) => ask<HelpCategory>('PUT', `1/categories/${id}`, body),
  remove: (id: number) => ask<unknown>('DELETE', `1/categories/${id}`),
};
export const answerRows = {
  get: (id: number) => ask<HelpAnswer>('GET', `1/answers/${id}`),
  create: (body: AnswerBody) => ask<HelpAnswer>('POST', '1/answers', body),
  update: (id: number, body: AnswerBody) => ask<HelpAnswer>('PUT', `1/answers/${id}`, body),
  remove: (id: number) => ask<unknown>('DELETE', `1/answers/${id}`),
  move: (id: number, verb: 'publish' | 'internal' | 'archive' | 'unarchive') =>
    ask<HelpAnswer>('POST', `1/answers/${id}/${verb}`, {}),
  restore: (id: number, version_id: number) => ask<HelpAnswer>('POST', `1/answers/${id}/restore`, { version_id }),
};

export const fileRows = {
  href: (answerId: number, id: number) => `${root}/1/answers/${answerId}/attachments/${id}`,
  add: (answerId: number, file: File) => {
    const form = new FormData();
    form.append('file', file, file.name);
    return sendForm(`${root}/1/answers/${answerId}/attachments`, form);
  },
  remove: (answerId: number, id: number) => ask<unknown>('DELETE', `1/answers/${answerId}/attachments/${id}`),
};

/** Puts those that stand in the same place into an order. */
export const reorder = (of: 'answers' | 'categories', parent: number | null, ordered_ids: number[]) => {
  const path = parent === null ? 'categories/reorder_root_categories' : `categories/${parent}/reorder_${of}`;
  return ask<unknown>('PATCH', `1/${path}`, { ordered_ids });
};

export const helpKey = ['knowledge-base'];
const keyIn = (...more: unknown[]) => keyOf('knowledge-base', ...more);

export const helpQuery = queryOptions({
  queryKey: keyIn('all'),
  queryFn: ({ signal }) => ask<Everything>('POST', 'init', {}, signal),
  select: ({ KnowledgeBase: bases, KnowledgeBaseCategory: categories, KnowledgeBaseAnswer: answers }) => ({
    base: bases[1] as KnowledgeBase,
    categories: inOrder(Object.values(categories)),
    answers: inOrder(Object.values(answers)),
  }),
});
export type Help = ReturnType<NonNullable<(typeof helpQuery)['select']>>;

export const answerQuery = (id: number) =>
  queryOptions({
    queryKey: keyIn('answers', id),
    queryFn: ({ signal }) => ask<HelpAnswer>('GET', `1/answers/${id}`, undefined, signal),
  });
export const permissionsQuery = (id: number | null) =>
  queryOptions({ queryKey: keyIn('permissions', id), queryFn: ({ signal }) => permissionRows.get(id, signal) });
export const versionsQuery = (id: number) =>
  queryOptions({
    queryKey: keyIn('versions', id),
    queryFn: ({ signal }) =>
      ask<OutputOf<typeof helpAnswers.versions>>('GET', `1/answers/${id}/versions`, undefined, signal),
  });
export const figuresQuery = (id: number) =>
  queryOptions({
    queryKey: keyIn('figures', id),
    queryFn: ({ signal }) =>
      ask<OutputOf<typeof helpAnswers.figures>>('GET', `1/answers/${id}/figures`, undefined, signal),
  });

export type LateFigures = OutputOf<typeof knowledgeBase.figures>['answers'][number];
/** What readers made of the answers in the last thirty days, by answer. */
export const lateFiguresQuery = queryOptions({
  queryKey: keyIn('late-figures'),
  queryFn: ({ signal }) => ask<OutputOf<typeof knowledgeBase.figures>>('GET', '1/figures', undefined, signal),
  select: ({ answers }) => new Map(answers.map((one) => [one.answer_id, one])),
});

/** @param any  one of the words is enough */
export const searchQuery = (query: string, { any = false, limit = 8 } = {}) =>
  queryOptions({
    queryKey: keyIn('search', query, any, limit),
    queryFn: ({ signal }) =>
      ask<OutputOf<typeof knowledgeBase.search>>('POST', 'search', { query, any, limit }, signal),
    select: ({ result }) => result,
    enabled: query.trim().length > 2,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
/** What was written last, in the language of the reader where there is one. */
export const recentQuery = (locale: string) =>
  queryOptions({
    queryKey: keyIn('recent', locale),
    queryFn: ({ signal }) =>
      ask<OutputOf<typeof knowledgeBase.recent>>('GET', `recent_answers?locale=${locale}`, undefined, signal),
    select: ({ result }) => result,
    staleTime: 30_000,
  });
export const deflected = (id: number) => ask<unknown>('POST', `1/answers/${id}/deflected`, {});

/** In the language of the reader, the first one, or any. */
export function titleIn(translations: readonly { locale: string; title: string }[], ...wanted: string[]): string {
  for (const locale of wanted) {
    const found = translations.find((one) => one.locale === locale);
    if (found) return found.title;
  }
  return translations[0]?.title ?? '';
}

function inOrder<T extends { position: number; id: number }>(rows: T[]): T[] {
  return rows.toSorted((a, b) => a.position - b.position || a.id - b.id);
}
