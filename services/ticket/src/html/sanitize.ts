import sanitizeHtml from 'sanitize-html';

/** Values that cannot load, move or cover anything. */
const colour = [/^#[0-9a-f]{3,8}$/i, /^rgba?\([\d\s.,%/]+\)$/i, /^[a-z]{3,20}$/i];
const length = [/^-?\d{1,4}(?:\.\d{1,3})?(?:px|em|rem|pt|%)?$/];
const lengths = [/^(?:-?\d{1,4}(?:\.\d{1,3})?(?:px|em|rem|pt|%)?\s*){1,4}$/];
const word = [/^[a-z-]{3,20}$/i];
/** One bounded run of characters: a pattern of optional parts around spaces costs the square of a hostile value. */
const border = [/^[\w\s#.,()%-]{1,100}$/];

const options: sanitizeHtml.IOptions = {
  allowedTags: [
    ...['a', 'abbr', 'address', 'b', 'blockquote', 'br', 'caption', 'center', 'cite', 'code', 'col', 'colgroup'],
    ...['dd', 'del', 'div', 'dl', 'dt', 'em', 'figcaption', 'figure', 'font', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'hr'],
    ...['i', 'img', 'ins', 'kbd', 'li', 'mark', 'ol', 'p', 'pre', 'q', 's', 'samp', 'small', 'span', 'strike'],
    ...['strong', 'sub', 'sup', 'table', 'tbody', 'td', 'tfoot', 'th', 'thead', 'time', 'tr', 'tt', 'u', 'ul', 'var'],
  ],
  allowedAttributes: {
    // `data-part`: what the reader of mails found to be quoted or a signature; the page folds it.
    '*': ['style', 'dir', 'lang', 'title', 'align', 'valign', 'data-part'],
    a: ['href', 'name', 'rel', 'target'],
    img: ['src', 'alt', 'width', 'height'],
    table: ['width', 'border', 'cellpadding', 'cellspacing', 'bgcolor'],
    td: ['colspan', 'rowspan', 'width', 'height', 'bgcolor'],
    th: ['colspan', 'rowspan', 'width', 'height', 'bgcolor', 'scope'],
    col: ['span', 'width'],
    colgroup: ['span', 'width'],
    font: ['color', 'size', 'face'],
    ol: ['start', 'type'],
    blockquote: ['type', 'cite'],
  },
  allowedStyles: {
    '*': {
      color: colour,
      'background-color': colour,
      'font-weight': [/^(?:normal|bold|bolder|lighter|[1-9]00)$/],
      'font-style': word,
      'font-size': [...length, ...word],
      'font-family': [/^[\w\s,"'-]{1,200}$/],
      'text-align': word,
      'text-decoration': word,
      'vertical-align': [...word, ...length],
      'white-space': [/^(?:normal|pre|pre-wrap|pre-line|nowrap)$/],
      'line-height': length,
      'list-style-type': word,
      width: length,
      'max-width': length,
      padding: lengths,
      'padding-left': length,
      'margin-left': [/^\d{1,3}(?:px|em|pt)?$/],
      border,
      'border-left': border,
      'border-collapse': word,
    },
  },
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowedSchemesByTag: { img: ['http', 'https', 'cid'] },
  allowProtocolRelative: false,
  // What these hold is code or markup of another kind, never words to keep.
  nonTextTags: [
    'script',
    'style',
    'textarea',
    'option',
    'noscript',
    'title',
    'svg',
    'math',
    'template',
    'iframe',
    'object',
  ],
  transformTags: {
    a: (tagName, attribs) => ({
      tagName,
      attribs: { ...attribs, rel: 'nofollow noreferrer noopener', target: '_blank' },
    }),
  },
  nestingLimit: 200,
};

/** HTML that cannot run, load from elsewhere without being asked, or leave its frame. The only door for HTML. */
export function sanitize(html: string): string {
  return sanitizeHtml(html, options).trim();
}
