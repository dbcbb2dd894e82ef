import type { HelpLocale } from './http/knowledge-base.ts';

/**
 * Where a page of the public help is, below the address of the desk. The words in it are for people and those that
 * search the web; the id at its end is what counts, so a page that is renamed keeps its old addresses.
 */
export function helpPath(kind: 'category' | 'answer', locale: HelpLocale, id: number, title: string): string {
  const slug = slugOf(title);
  return `/help/${locale}/${kind === 'answer' ? 'answers/' : ''}${slug ? `${slug}-` : ''}${id}`;
}

/** The id at the end of such an address. */
export function helpIdIn(name: string): number | undefined {
  const digits = /(?:^|-)([1-9]\d{0,8})$/.exec(name.slice(-100))?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function slugOf(title: string): string {
  const plain = title
    .replaceAll('ß', 'ss')
    .replaceAll(/[łŁ]/g, 'l')
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase();
  return plain
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replaceAll(/^-+|-+$/g, '');
}
