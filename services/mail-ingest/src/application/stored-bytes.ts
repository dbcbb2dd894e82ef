import { type BlobStore, wholeBlob } from '@helpmesh/blob';
import type { StoredFile } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import type { ParsedAttachment } from '../domain/parsed-mail.ts';
import { UnreadableMail } from './ports.ts';

/** A raw mail as it is kept. @throws UnreadableMail when it is not there; AppError unavailable */
export async function bytesOf(blobs: BlobStore, sha256: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const read = await wholeBlob(blobs, sha256);
    // A buffer of the shared pool cannot be handed to a thread as it is.
    return new Uint8Array(read.buffer as ArrayBuffer, read.byteOffset, read.byteLength);
  } catch (error) {
    if (error instanceof AppError && error.code === 'blob.not-found')
      throw new UnreadableMail('Its raw file is missing.', { cause: error });
    throw error;
  }
}

export async function store(blobs: BlobStore, attachment: ParsedAttachment): Promise<StoredFile> {
  const { filename, contentType, contentId, inline, bytes } = attachment;
  const { sha256, size } = await blobs.put(bytes);
  return { sha256, size, filename, contentType, ...(contentId === null ? {} : { contentId }), inline };
}
