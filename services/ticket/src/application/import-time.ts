import { type Actor, hasPermission } from '@helpmesh/contracts';
import { type EpochMs, epochMs } from '@helpmesh/kernel';
import type { NewArticle } from './writing.ts';

/** The instant an import names for what it brings; undefined outside of imports. */
export function importedAt(importMode: boolean, actor: Actor, createdAt: string | undefined): EpochMs | undefined {
  if (!importMode || createdAt === undefined || !hasPermission(actor, 'admin')) return undefined;
  return epochMs(new Date(createdAt));
}

/** The same article as something of the past: nobody is written to because of it. */
export function asPast(article: NewArticle): NewArticle {
  const { delivery: _, ...preferences } = article.preferences;
  return { ...article, preferences, outgoing: null, isAutoResponse: true };
}
