import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type PutOptions, type StoredBlob, storeUnavailable, tooLarge } from './blob-store.ts';

export interface Spooled extends StoredBlob {
  /** A complete, fsynced file under a name nobody looks up. The caller renames or unlinks it. */
  path: string;
}

/** Writes content to a fresh file in `dir`, hashing on the way. Whatever fails, no file stays behind. */
export async function spool(dir: string, content: Readable | Uint8Array, { maxBytes }: PutOptions): Promise<Spooled> {
  if (content instanceof Uint8Array && maxBytes !== undefined && content.byteLength > maxBytes)
    throw tooLarge(maxBytes);
  const path = join(dir, randomUUID());
  let file: FileHandle;
  try {
    file = await open(path, 'wx', 0o640);
  } catch (error) {
    if (content instanceof Readable) content.destroy();
    throw storeUnavailable(error);
  }
  try {
    const stored = content instanceof Uint8Array ? await writeAll(file, content) : await pour(file, content, maxBytes);
    await file.sync();
    await file.close();
    return { ...stored, path };
  } catch (error) {
    await file.close().catch(() => undefined);
    await unlink(path).catch(() => undefined);
    // The sender's failure is passed on as it is; only ours is called unavailable.
    if (content instanceof Readable && content.errored === error) throw error;
    throw storeUnavailable(error);
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<StoredBlob> {
  await file.writeFile(bytes);
  return { sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.byteLength };
}

async function pour(file: FileHandle, content: Readable, maxBytes = Number.POSITIVE_INFINITY): Promise<StoredBlob> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of content) {
    const bytes: Uint8Array = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    size += bytes.byteLength;
    if (size > maxBytes) throw tooLarge(maxBytes);
    hash.update(bytes);
    await file.writeFile(bytes);
  }
  return { sha256: hash.digest('hex'), size };
}
