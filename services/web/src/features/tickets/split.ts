import { queryOptions } from '@tanstack/react-query';
import { call } from '../../app/api.ts';
import type { DraftFile } from './draft.ts';
import { escapeHtml } from './mail-html.ts';
import type { Article, Ticket } from './queries.ts';

/** What a new ticket that is made of a message begins with. */
export interface SplitStart {
  ticket: Ticket;
  html: string;
  formId: string;
  files: DraftFile[];
}

/** @param from  `<ticket>.<article>`; null for anything else */
export function splitSource(from: string | undefined): { ticketId: number; articleId: number } | null {
  const [, ticketId, articleId] = /^(\d+)\.(\d+)$/.exec(from ?? '') ?? [];
  return ticketId && articleId ? { ticketId: Number(ticketId), articleId: Number(articleId) } : null;
}

/** Text as an editor takes it: a plain one keeps its lines. */
export const asHtml = ({ body, content_type }: Pick<Article, 'body' | 'content_type'>): string =>
  content_type === 'text/html' ? body : `<p>${escapeHtml(body).replaceAll('\n', '<br>')}</p>`;

export const splitQuery = (source: { ticketId: number; articleId: number }, formId: string) =>
  queryOptions({
    queryKey: ['tickets', 'split', source, formId] as const,
    queryFn: async ({ signal }): Promise<SplitStart> => {
      const query = { ticket_id: source.ticketId, article_id: source.articleId, form_id: formId };
      const { assets, attachments } = await call('splitTicket', { query, signal });
      const of = <R>(kind: string, id: number) => (assets[kind] as Record<string, R>)[id] as R;
      const article = of<Article>('TicketArticle', source.articleId);
      return { ticket: of<Ticket>('Ticket', source.ticketId), html: asHtml(article), formId, files: attachments };
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
