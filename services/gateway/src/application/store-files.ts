import type { BlobStore } from '@helpmesh/blob';
import type { StoredFile } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { cleanFileName, safeContentType } from '../domain/file-name.ts';
import { takeInlineImages } from './inline-images.ts';

type Json = Record<string, unknown>;

/** More would be a way to fill the store with one request; contracts allow no more either. */
const MAX_FILES = 100;

/**
 * Moves the files of a written ticket or article into the blob store and leaves their names in the body, so that what
 * travels on the bus stays small. `attachments[].data` is base64; images inside an HTML body become `cid:` images.
 *
 * What a client says about blobs is never believed: a name in the body is made here, from bytes that came with it.
 * Otherwise whoever knows a digest could read the file.
 *
 * @throws AppError invalid `attachment.incomplete`, `attachment.not-base64`, `attachment.too-many`
 */
export async function storeFiles(store: BlobStore, body: unknown): Promise<unknown> {
  if (!isObject(body)) return body;
  // A ticket carries its article inside, an article is the body itself. Which of the two this is, the owner decides:
  // both places are cleaned, or the one that is not meant would be a way around.
  const cleaned = await storeArticleFiles(store, body);
  return isObject(body.article) ? { ...cleaned, article: await storeArticleFiles(store, body.article) } : cleaned;
}

async function storeArticleFiles(store: BlobStore, article: Json): Promise<Json> {
  const { attachments, body } = article;
  const images = isHtml(article) && typeof body === 'string' ? takeInlineImages(body) : undefined;
  if (attachments === undefined && !images?.files.length) return article;
  const given = attachments === undefined || attachments === null ? [] : attachments;
  if (!Array.isArray(given))
    throw new AppError('invalid', 'attachment.incomplete', 'Attachments must be a list of objects.');
  if (given.length + (images?.files.length ?? 0) > MAX_FILES)
    throw new AppError('invalid', 'attachment.too-many', `An article can have at most ${MAX_FILES} attachments.`);
  const stored: StoredFile[] = [];
  // One after the other: the bodies are large, and a failing one should not leave the rest being written.
  for (const [index, file] of given.entries()) stored.push(await storeOne(store, file, index));
  for (const image of images?.files ?? []) {
    const { sha256, size } = await store.put(image.bytes);
    const { filename, contentType, contentId } = image;
    stored.push({ sha256, size, filename, contentType, contentId, inline: true });
  }
  return { ...article, ...(images && { body: images.html }), attachments: stored };
}

async function storeOne(store: BlobStore, file: unknown, index: number): Promise<StoredFile> {
  const { filename, data, charset, ...rest } = isObject(file) ? file : ({} as Json);
  const type = rest['mime-type'];
  const missing = Object.entries({ filename, data, 'mime-type': type }).find(([, value]) => typeof value !== 'string');
  if (missing)
    throw new AppError(
      'invalid',
      'attachment.incomplete',
      `Attachment needs '${missing[0]}' param for attachment with index '${index}'`,
    );
  const { sha256, size } = await store.put(decode(data as string, index));
  const withCharset = typeof charset === 'string' && charset ? `${type}; charset=${charset}` : String(type);
  return { sha256, size, filename: cleanFileName(filename as string), contentType: safeContentType(withCharset) };
}

/** RFC 2045 base64: line breaks are allowed, anything else outside the alphabet is not. */
function decode(data: string, index: number): Buffer {
  const text = /\s/.test(data) ? data.replace(/\s+/g, '') : data;
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text))
    throw new AppError('invalid', 'attachment.not-base64', `Invalid base64 for attachment with index '${index}'`);
  return Buffer.from(text, 'base64');
}

function isHtml(article: Json): boolean {
  return typeof article.content_type === 'string' && article.content_type.startsWith('text/html');
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
