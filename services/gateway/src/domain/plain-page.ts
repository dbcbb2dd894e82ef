/** Pages without a script, as small as they can be: they open on any phone and any browser. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
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
}

/** A whole document. */
export function documentOf({ tag, title, body, header = '', head = '', style = '', found = false }: PlainPage): string {
  const robots = found ? '' : '<meta name="robots" content="noindex">';
  return `<!doctype html><html lang="${tag}"><head><meta charset="utf-8"><title>${escaped(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">${robots}${head}
<style>${STYLE}${style}</style></head><body>${header}<main>${body}</main></body></html>`;
}

/** Text as it stands in HTML, between elements and in quoted attributes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
