import interUrl from '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2?url';
import DOMPurify from 'dompurify';
import { cleanMarkupBy } from '../../app/trusted-types.ts';
import { contentIdOfUrl } from './article.ts';

// Whatever else of the page is given HTML as a text, the editor above all.
cleanMarkupBy((html) => DOMPurify.sanitize(html, { ADD_ATTR: ['target'] }));

export interface PreparedHtml {
  html: string;
  /** Images on foreign servers that were left out: loading one tells its sender that the mail was read. */
  blockedImages: number;
}

const isRemote = (url: string): boolean => /^(https?:)?\/\//i.test(url.trim());

/**
 * Mail HTML made fit for the frame: cleaned once more after the server did, inline images pointed at their attachment,
 * foreign images taken out unless the person asked for them.
 * @param cids  address of the attachment by Content-ID
 */
export function prepareMailHtml(html: string, cids: ReadonlyMap<string, string>, loadImages: boolean): PreparedHtml {
  const fragment = DOMPurify.sanitize(html, {
    RETURN_DOM_FRAGMENT: true,
    FORBID_TAGS: [
      'form',
      'input',
      'button',
      'textarea',
      'select',
      'audio',
      'video',
      'svg',
      'math',
      'base',
      'link',
      'meta',
    ],
    FORBID_ATTR: ['srcset', 'ping', 'id', 'name', 'autofocus', 'contenteditable'],
    ALLOW_DATA_ATTR: false,
    // Own addresses may be asked for by `cid:`; everything else keeps DOMPurify's own list of schemes.
    ALLOWED_URI_REGEXP:
      /^(?:(?:https?|mailto|tel|cid):|data:image\/(?:png|gif|jpe?g|webp);|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$))/i,
  });
  let blockedImages = 0;
  for (const image of fragment.querySelectorAll('img')) {
    const source = image.getAttribute('src') ?? '';
    const contentId = contentIdOfUrl(source);
    if (contentId !== null) {
      const url = cids.get(contentId);
      if (url) image.setAttribute('src', url);
      else image.removeAttribute('src');
    } else if (isRemote(source) && !loadImages) {
      blockedImages += 1;
      image.remove();
    }
  }
  for (const link of fragment.querySelectorAll('a[href]')) {
    link.setAttribute('target', '_blank');
    link.setAttribute('rel', 'noopener noreferrer');
  }
  const holder = document.createElement('div');
  holder.append(fragment);
  return { html: holder.innerHTML, blockedImages };
}

/** The look of a message inside its frame. `themed` messages take the colours of the page around them. */
export interface FrameLook {
  color: string;
  link: string;
  background: string;
  dark: boolean;
}

/**
 * The whole document of a frame. Its own policy comes on top of the page's: no script, no form, no style sheet and no
 * font from elsewhere (the one of the page is ours); images only from here unless the person asked for the others.
 */
export function frameDocument(html: string, title: string, look: FrameLook, loadImages: boolean): string {
  const images = loadImages ? "'self' data: https: http:" : "'self' data:";
  const policy = `default-src 'none'; img-src ${images}; style-src 'unsafe-inline'; font-src 'self'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="referrer" content="no-referrer"><title>${escapeHtml(title)}</title><style>
@font-face{font-family:'Inter Variable';src:url('${new URL(interUrl, location.origin).href}') format('woff2');font-weight:100 900;font-display:swap}
:root{color-scheme:${look.dark ? 'dark' : 'light'}}
html,body{margin:0;padding:0;background:${look.background};overflow-y:hidden}
body{font:14px/1.55 'Inter Variable',system-ui,-apple-system,'Segoe UI',sans-serif;color:${look.color};overflow-wrap:anywhere;padding:1px 0}
a{color:${look.link}}
img{max-width:100%;height:auto}
table{max-width:100%}
pre{white-space:pre-wrap}
p{margin:0 0 .7em}
p:last-child{margin-bottom:0}
blockquote{margin:.5em 0;padding-left:12px;border-left:3px solid ${look.dark ? '#37424a' : '#d2d9de'};color:${look.dark ? '#94a1aa' : '#5f6e78'}}
</style></head><body>${html}</body></html>`;
}

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character] ?? '');
