import { constants } from 'node:fs';
import { mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import {
  type BlobStore,
  holdErrors,
  notFound,
  type PutOptions,
  requireDigest,
  type Sha256,
  type StoredBlob,
  storeUnavailable,
} from './blob-store.ts';
import { type Spooled, spool } from './spool.ts';

/** Spool files older than this belong to a process that died while it wrote them. */
const ABANDONED_MS = 24 * 60 * 60 * 1000;

const shards = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, '0'));

/**
 * Blobs as files: `<dir>/ab/abcd…`. A blob appears under its name only by a rename of a complete, fsynced file,
 * so a reader never sees half of one; the rename itself is made durable by an fsync of the folder before `put` answers.
 */
export class FileBlobStore implements BlobStore {
  private readonly incoming: string;
  private ready: Promise<unknown> | undefined;

  constructor(private readonly dir: string) {
    this.incoming = join(dir, 'incoming');
  }

  async put(content: Readable | Uint8Array, options: PutOptions = {}): Promise<StoredBlob> {
    holdErrors(content);
    await this.prepare();
    let spooled: Spooled | undefined;
    try {
      spooled = await spool(this.incoming, content, options);
      const { path, sha256, size } = spooled;
      const target = this.path(sha256);
      // A twin that is being stored at this moment may have renamed but not synced yet: replacing it with the same
      // bytes is atomic, and the sync below then covers us whoever came first.
      await rename(path, target);
      await syncFolder(dirname(target));
      return { sha256, size };
    } catch (error) {
      // Somebody removed the folder under us; the next put builds it again.
      if (isMissing(error) || isMissing((error as Error).cause)) this.ready = undefined;
      if (spooled) await unlink(spooled.path).catch(() => undefined);
      if (content instanceof Readable && content.errored === error) throw error;
      throw storeUnavailable(error);
    }
  }

  async get(sha256: Sha256, part?: { start: number; end: number }): Promise<Readable> {
    requireDigest(sha256);
    try {
      const file = await open(this.path(sha256), constants.O_RDONLY);
      return file.createReadStream(part);
    } catch (error) {
      throw isMissing(error) ? notFound(sha256) : storeUnavailable(error);
    }
  }

  async has(sha256: Sha256): Promise<boolean> {
    return (await this.size(sha256)) !== undefined;
  }

  async size(sha256: Sha256): Promise<number | undefined> {
    requireDigest(sha256);
    try {
      return (await stat(this.path(sha256))).size;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw storeUnavailable(error);
    }
  }

  async delete(sha256: Sha256): Promise<void> {
    requireDigest(sha256);
    try {
      await unlink(this.path(sha256));
    } catch (error) {
      if (!isMissing(error)) throw storeUnavailable(error);
    }
  }

  async close(): Promise<void> {}

  /** Removes spool files a killed process left behind. @returns how many */
  async sweep(now: number): Promise<number> {
    let removed = 0;
    for (const name of await readdir(this.incoming).catch(() => [])) {
      const path = join(this.incoming, name);
      const found = await stat(path).catch(() => undefined);
      if (!found || now - found.mtimeMs < ABANDONED_MS) continue;
      await unlink(path).catch(() => undefined);
      removed += 1;
    }
    return removed;
  }

  private path(sha256: Sha256): string {
    return join(this.dir, sha256.slice(0, 2), sha256);
  }

  private async prepare(): Promise<void> {
    this.ready ??= makeFolders(this.dir, [this.incoming, ...shards.map((shard) => join(this.dir, shard))]);
    try {
      await this.ready;
    } catch (error) {
      this.ready = undefined;
      throw storeUnavailable(error);
    }
  }
}

/**
 * All shards at once and one sync of their parent, by every process that opens the store: a shard made later, by a
 * neighbour that has not synced it yet, could vanish in a crash together with our blob.
 */
async function makeFolders(root: string, folders: string[]): Promise<void> {
  await mkdir(root, { recursive: true });
  const present = new Set(await readdir(root));
  for (const folder of folders) if (!present.has(basename(folder))) await mkdir(folder, { recursive: true });
  await syncFolder(root);
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
}
