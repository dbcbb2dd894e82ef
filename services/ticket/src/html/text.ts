import { compile } from 'html-to-text';

const convert = compile({
  wordwrap: false,
  limits: { maxInputLength: 2_000_000, ellipsis: '…' },
  selectors: [
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true, ignoreHref: false, noAnchorUrl: true } },
    { selector: 'img', format: 'skip' },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
  ],
});

/** What a person reads of an HTML body, as plain text. */
export function textOf(body: string, contentType: string): string {
  return contentType === 'text/html' ? convert(body) : body;
}
