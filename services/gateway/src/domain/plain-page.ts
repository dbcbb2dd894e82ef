import type { Branding } from '@helpmesh/contracts';

/** Pages without a script, as small as they can be: they open on any phone and any browser. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "img-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

const STYLE = `:root{color-scheme:light dark;--line:#c9d2d9;--soft:#f3f6f8;--accent:#0b6477;--error:#b3261e}
@media(prefers-color-scheme:dark){:root{--line:#44505a;--soft:#1e252b;--accent:#6cc4d6;--error:#ff8a80}}
*{box-sizing:border-box}body{background:Canvas;color:CanvasText;font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:0 auto;padding:1rem;overflow-wrap:anywhere}
h1{font-size:1.4rem;line-height:1.3;margin:0}h2{font-size:1rem;margin:0}.meta{opacity:.75;margin:.25rem 0 1rem}a{color:var(--accent)}
textarea{width:100%;min-height:8rem;font:inherit;padding:.5rem;border:1px solid var(--line);border-radius:6px}
label{font-weight:600;display:block;margin:1rem 0 .25rem}button{font:inherit;min-height:2.75rem;padding:0 1.25rem;border-radius:6px;
border:1px solid var(--accent);background:none;color:inherit;margin:.5rem .5rem 0 0;cursor:pointer}
button.first{background:var(--accent);color:Canvas;font-weight:600}.note{opacity:.75;font-size:.9rem}
.brand{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem;font-weight:700;border-bottom:2px solid var(--accent);padding-bottom:.75rem;margin-bottom:1rem}
.brand img,header.top img{display:block;max-height:2.5rem;max-width:12rem;width:auto}.said-by{border-top:1px solid var(--line);margin-top:2rem;padding-top:.75rem;white-space:pre-line}
.done{border-left:4px solid var(--accent);padding:.5rem .75rem;background:var(--soft)}.error{color:var(--error);font-weight:600;margin:.25rem 0}`;

export interface PlainPage {
  /** BCP 47 */
  tag: string;
  title: string;
  /** HTML of the part before the content and of the content; what is from outside in it is escaped. */
  header?: string;
  body: string;
  /** HTML of further elements of the head. */
  head?: string;
  /** Beside the style of all pages. */
  style?: string;
  /** Whether it is for those that search the web. */
  found?: boolean;
  /** Whose page it is; absent or null: the desk's, which says nothing of itself. */
  look?: PageLook | null;
}

export type PageLook = Pick<Branding, 'name' | 'logo' | 'accent' | 'support' | 'footer'>;

/** A whole document. */
export function documentOf(page: PlainPage): string {
  const { tag, title, body, header = '', head = '', style = '', found = false, look = null } = page;
  const robots = found ? '' : '<meta name="robots" content="noindex">';
  return `<!doctype html><html lang="${tag}"><head><meta charset="utf-8"><title>${escaped(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">${robots}${head}
<style>${STYLE}${style}${coloursOf(look)}</style></head><body>${header}<main>${body}</main>${below(look)}</body></html>`;
}

/** The picture and the name of whose page it is, as HTML; empty where nothing is said. */
export function nameOf(look: PageLook | null | undefined): string {
  if (!look) return '';
  const { logo, name } = look;
  if (logo === null) return escaped(name);
  return `<img src="${escaped(logo)}" alt="${escaped(name)}">`;
}

/** Both colours were checked for contrast where they were chosen. */
function coloursOf(look: PageLook | null): string {
  if (!look?.accent) return '';
  const { light, dark } = look.accent;
  return `:root{--accent:${light}}@media(prefers-color-scheme:dark){:root{--accent:${dark}}}`;
}

function below(look: PageLook | null): string {
  const lines = [look?.support, look?.footer].filter((line) => line != null);
  return lines.length === 0 ? '' : `<p class="note said-by">${lines.map(escaped).join('\n')}</p>`;
}

/** Text as it stands in HTML, between elements and in quoted attributes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
