import { createHash } from 'node:crypto';

export interface InlineImage {
  bytes: Buffer;
  contentType: string;
  filename: string;
  contentId: string;
}

/** The attribute as editors write it; the alphabet excludes its own end, so one pass is enough. */
const DATA_IMAGE = /(\ssrc\s*=\s*)(["'])data:image\/(png|jpeg|jpg|gif|webp);base64,([A-Za-z0-9+/=\s]+)\2/gi;

/**
 * Takes pasted images out of an HTML body: `src="data:image/png;base64,…"` becomes `src="cid:…"`. An image used twice
 * is kept once; its id is made of its content, so the same mail gives the same ids.
 */
export function takeInlineImages(html: string): { html: string; files: InlineImage[] } {
  if (!html.includes('data:image/')) return { html, files: [] };
  const files = new Map<string, InlineImage>();
  const replaced = html.replace(DATA_IMAGE, (_all, attribute: string, quote: string, kind: string, data: string) => {
    const bytes = Buffer.from(data, 'base64');
    const contentId = `${createHash('sha256').update(bytes).digest('hex').slice(0, 24)}@inline`;
    const type = kind.toLowerCase() === 'jpg' ? 'jpeg' : kind.toLowerCase();
    const filename = `image${files.size + 1}.${type}`;
    if (!files.has(contentId)) files.set(contentId, { bytes, contentType: `image/${type}`, filename, contentId });
    return `${attribute}${quote}cid:${contentId}${quote}`;
  });
  return { html: replaced, files: [...files.values()] };
}
