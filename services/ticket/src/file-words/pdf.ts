import { getDocumentProxy } from 'unpdf';

const MOST_PAGES = 500;

/** What can be read in a PDF: not what is a picture in it. @throws Error for what is none, or is locked */
export async function textOfPdf(file: Uint8Array, most: number): Promise<string> {
  const pdf = await getDocumentProxy(file, { disableFontFace: true, verbosity: 0 });
  let text = '';
  for (let n = 1; n <= Math.min(pdf.numPages, MOST_PAGES) && text.length < most; n++) {
    const page = await pdf.getPage(n);
    const { items } = await page.getTextContent();
    for (const item of items) if ('str' in item) text += item.hasEOL ? `${item.str}\n` : item.str;
    text += '\n';
    page.cleanup();
  }
  return text.slice(0, most);
}
