import { compile } from 'html-to-text';
import sanitizeHtml from 'sanitize-html';
import { limits } from '../../domain/limits.ts';
import { cleanText } from '../../domain/text.ts';

const color = [/^#[0-9a-f]{3,8}$/i, /^rgba?\([\d\s.,%]+\)$/i, /^[a-z]{3,30}$/i];
const length = [/^-?\d{1,4}(\.\d+)?(px|pt|em|rem|%)?$/i, /^auto$/i];
const lengths = [/^(-?\d{1,4}(\.\d+)?(px|pt|em|rem|%)?|auto)( (-?\d{1,4}(\.\d+)?(px|pt|em|rem|%)?|auto)){0,3}$/i];
const word = [/^[a-z-]{1,30}$/i];
const border = [/^[\w\s#.,()%-]{1,100}$/];

/** Nothing here takes a url(), positions outside the flow, or covers what is not the mail's own. */
const allowedStyles = {
  '*': {
    color,
    'background-color': color,
    'font-family': [/^[\w\s,'"-]{1,200}$/],
    'font-size': [...length, /^(x{1,2}-|xxx-)?(small|large)$/i, /^(medium|smaller|larger)$/i],
    'font-style': word,
    'font-weight': [/^(\d{3}|[a-z]{4,7})$/i],
    'line-height': [/^\d{1,3}(\.\d+)?(px|pt|em|%)?$/i, /^normal$/i],
    'text-align': word,
    'text-decoration': [/^[a-z\s-]{1,60}$/i],
    'text-transform': word,
    'vertical-align': [...length, ...word],
    'white-space': word,
    'list-style-type': word,
    'border-collapse': word,
    'border-spacing': lengths,
    border,
    'border-top': border,
    'border-right': border,
    'border-bottom': border,
    'border-left': border,
    'border-color': color,
    'border-width': lengths,
    'border-style': word,
    'border-radius': lengths,
    width: length,
    'max-width': length,
    'min-width': length,
    height: length,
    'max-height': length,
    padding: lengths,
    'padding-top': length,
    'padding-right': length,
    'padding-bottom': length,
    'padding-left': length,
    margin: lengths,
    'margin-top': length,
    'margin-right': length,
    'margin-bottom': length,
    'margin-left': length,
    display: [/^(block|inline|inline-block|none|table|table-row|table-cell|list-item)$/i],
  },
};

const common = ['style', 'dir', 'lang', 'title', 'align', 'valign', 'width', 'height', 'bgcolor', 'data-part'];

/**
 * By what the usual mail programs tell quotations and signatures from what was written, and what is left of it: the page
 * folds these away. `quote-head` stands in an element before the quotation, behind `quote-rest` all is quoted.
 */
const parts: readonly (readonly [attribute: string, pattern: RegExp, part: string])[] = [
  ['class', /(?:^|\s)(?:gmail_quote|yahoo_quoted|protonmail_quote|tutanota_quote)/, 'quote'],
  ['data-marker', /^__QUOTED_TEXT__$/, 'quote'],
  ['class', /(?:^|\s)moz-cite-prefix(?:\s|$)/, 'quote-head'],
  ['id', /^(?:x_)*(?:appendonsend|divRplyFwdMsg|stopSpelling)$/, 'quote-rest'],
  ['class', /(?:^|\s)(?:gmail_signature|moz-signature|protonmail_signature_block)/, 'signature'],
  ['data-marker', /^__SIG_(?:PRE|POST)__$/, 'signature'],
  ['id', /^(?:x_)*(?:Signature|AppleMailSignature|ms-outlook-mobile-signature)$/, 'signature'],
];

function partOf(attribs: sanitizeHtml.Attributes): string | undefined {
  return parts.find(([attribute, pattern]) => pattern.test((attribs[attribute] ?? '').slice(0, 200)))?.[2];
}

/**
 * Remote images keep their address, because the page decides whether to load them; `cid:` images are resolved there
 * too. Class and id go: they mean nothing without the style sheet, and ids could shadow the page's own. What they say of
 * quotations and signatures stays as `data-part`.
 */
const options: sanitizeHtml.IOptions = {
  allowedTags: (
    'a abbr address b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn div dl dt em ' +
    'figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p pre q s samp section ' +
    'small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr'
  ).split(' '),
  nonTextTags: ['script', 'style', 'textarea', 'option', 'noscript', 'title', 'xmp'],
  allowedAttributes: {
    '*': common,
    a: ['href', 'name', 'rel', 'target'],
    img: ['src', 'alt'],
    font: ['color', 'face', 'size'],
    td: ['colspan', 'rowspan', 'nowrap'],
    th: ['colspan', 'rowspan', 'nowrap', 'scope'],
    table: ['border', 'cellpadding', 'cellspacing'],
    col: ['span'],
    ol: ['start', 'type', 'reversed'],
    ul: ['type'],
    li: ['value'],
    blockquote: ['type'],
    time: ['datetime'],
  },
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowedSchemesByTag: { img: ['cid', 'https', 'http', 'data'] },
  allowProtocolRelative: false,
  allowedStyles,
  nestingLimit: limits.htmlDepth,
  transformTags: {
    '*': (tagName, attribs) => {
      const part = partOf(attribs);
      return { tagName, attribs: part === undefined ? attribs : { ...attribs, 'data-part': part } };
    },
    a: (tagName, attribs) => ({
      tagName,
      attribs: { ...attribs, rel: 'noopener noreferrer nofollow', target: '_blank' },
    }),
    // Pictures written into the page by a mail program; an SVG there could carry more than a picture.
    img: (tagName, { src = '', ...attribs }) => {
      const refused = /^\s*data:/i.test(src) && !/^\s*data:image\/(png|jpe?g|gif|webp|bmp);base64,/i.test(src);
      return { tagName, attribs: refused ? attribs : { ...attribs, src } };
    },
  },
};

const toText = compile({
  wordwrap: false,
  limits: { maxInputLength: limits.htmlSourceLength, maxDepth: limits.htmlDepth, ellipsis: '…' },
  selectors: [
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true, ignoreHref: false, noAnchorUrl: true } },
    { selector: 'img', format: 'skip' },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
    { selector: 'table', format: 'block' },
    { selector: 'tr', format: 'block' },
  ],
});

/** HTML that may be shown in a sandboxed frame; null when nothing of it is left. Not for HTML that `isTooDeep`. */
export function sanitized(html: string): string | null {
  const clean = cleanText(sanitizeHtml(html, options)).trim();
  return clean === '' ? null : clean;
}

/** Clean HTML without the pictures that would be fetched from elsewhere. */
export function withoutRemoteImages(clean: string): string | null {
  const kept = sanitizeHtml(clean, { ...options, allowedSchemesByTag: { img: ['cid', 'data'] } }).trim();
  return kept === '' ? null : kept;
}

/** The words of the HTML, paragraphs and lists kept. */
export function textOf(html: string): string {
  if (!isTooDeep(html)) return toText(html.slice(0, limits.htmlSourceLength));
  // No tree is built of a mail bomb; its words are still worth reading.
  return html
    .slice(0, limits.htmlSourceLength)
    .replace(/<[^<>]{0,2000}>/g, ' ')
    .replace(/[ \t]+/g, ' ')
    .trim();
}

const empty =
  /^(area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr|p|li|d[dt]|t[drh]|thead|tbody|tfoot|option)$/i;

/**
 * Are more elements open at once than any page has? Elements without content, and those that the next one closes,
 * do not count. One pass, because what follows takes time by the square of the depth.
 */
export function isTooDeep(html: string): boolean {
  let depth = 0;
  for (const [, close, name] of html.matchAll(/<(\/?)([a-z][a-z0-9:-]{0,30})/gi)) {
    if (empty.test(name ?? '')) continue;
    depth = close ? Math.max(0, depth - 1) : depth + 1;
    if (depth > limits.htmlDepth) return true;
  }
  return false;
}
