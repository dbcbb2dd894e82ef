/** Largest image that is taken out of a body, bytes of base64. */
const MAX_BASE64 = 15_000_000;
/** Starts at the attribute and not at its tag: looking back for `<img` would cost the square of a hostile body. */
const DATA_IMAGE = /(\ssrc\s{0,20}=\s{0,20})(["'])data:(image\/(?:png|jpeg|gif|webp));base64,([^"']*)\2/gi;

export interface InlineImage {
  contentId: string;
  contentType: string;
  filename: string;
  data: Buffer;
}

/**
 * Takes `data:` images out of an HTML body and leaves `cid:` references, so that the body stays small and the images
 * travel as attachments.
 * @param contentId  makes the id of the n-th image
 */
export function extractImages(html: string, contentId: (n: number) => string): { html: string; images: InlineImage[] } {
  const images: InlineImage[] = [];
  const replaced = html.replace(
    DATA_IMAGE,
    (whole, start: string, quote: string, contentType: string, base64: string) => {
      if (base64.length > MAX_BASE64) return whole;
      const data = Buffer.from(base64, 'base64');
      if (data.length === 0) return whole;
      const id = contentId(images.length + 1);
      const type = contentType.toLowerCase();
      images.push({ contentId: id, contentType: type, filename: `image${images.length + 1}.${type.slice(6)}`, data });
      return `${start}${quote}cid:${id}${quote}`;
    },
  );
  return { html: replaced, images };
}
