import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { type BlobStore, wholeBlob } from '@helpmesh/blob';
import { AppError, type Clock } from '@helpmesh/kernel';
import type { DataSource } from 'typeorm';
import { type FileLimits, isGivenUp, refusalOf } from '../../domain/sync/files.ts';
import type { FileStore, Held } from '../../persistence/file.store.ts';
import type { FileReader, FileSink } from './ports.ts';

/** A file of a peer, as it is announced. */
export interface AnnouncedFile {
  uuid: string;
  filename: string;
  mediaType: string;
  /** Undefined: it is not known before the bytes are here. */
  size?: number;
  sha256?: string;
}

/** Bytes that are here now, or why they never will be. */
export type Brought = { held: Held } | { missing: string };

/**
 * The one road of files between helpdesks, whatever they speak: bytes of peers come into the file store, and ours are
 * read from it. Everything may be done twice; a file is fetched once.
 */
export class FileRoad {
  constructor(
    private readonly db: DataSource,
    private readonly files: FileStore,
    private readonly blobs: BlobStore,
    private readonly clock: Clock,
  ) {}

  /**
   * @param read  calls the peer; it is not called for what is here, or is refused
   * @throws AppError of `read` when it may go better later; the comment waits for its file a while
   */
  async bring(peerId: number, file: AnnouncedFile, limits: FileLimits, read: FileReader): Promise<Brought> {
    const refusal = refusalOf(file, limits);
    if (refusal !== undefined) return { missing: refusal };
    const here = await this.files.held(this.db, peerId, file.uuid);
    if (here) return this.isAs(file, here) ? { held: here } : { missing: 'its bytes are others than announced' };
    let held: Held | undefined;
    const maxBytes = Math.min(file.size ?? limits.maxAttachmentBytes, limits.maxAttachmentBytes);
    const sink: FileSink = {
      maxBytes,
      take: async (bytes) => {
        held = await this.blobs.put(checked(bytes, file), { maxBytes });
      },
    };
    try {
      await read(sink);
      if (!held) throw new AppError('conflict', 'peer.unreadable', 'The peer answers without the file.');
    } catch (error) {
      return this.failed(peerId, file, AppError.from(error));
    }
    await this.files.keep(this.db, peerId, file.uuid, held, this.clock.now());
    return { held };
  }

  /** Bytes that a peer has brought before it tells of them. */
  async keep(peerId: number, uuid: string, held: Held): Promise<void> {
    await this.files.keep(this.db, peerId, uuid, held, this.clock.now());
  }

  /** A whole file of ours, for peers that take it inside a message. @throws AppError not-found `blob.not-found`, unavailable */
  bytesOf(sha256: string): Promise<Buffer> {
    return wholeBlob(this.blobs, sha256);
  }

  private async failed(peerId: number, file: AnnouncedFile, error: AppError): Promise<Brought> {
    // The ticket is, or the file store of this desk: no file's own trouble.
    if (error.code === 'peer.unshared' || error.code === 'blob.store-unavailable') throw error;
    if (error.code === 'blob.too-large' || error.code === 'net.answer-too-large') {
      return { missing: 'it is larger than announced or agreed' };
    }
    if (['not-found', 'forbidden', 'invalid'].includes(error.kind)) return { missing: plain(error.detail) };
    const now = this.clock.now();
    const since = await this.files.failed(this.db, peerId, file.uuid, now);
    if (!isGivenUp(now - since)) throw error;
    return { missing: plain(error.detail) };
  }

  private isAs({ sha256, size }: AnnouncedFile, held: Held): boolean {
    return (sha256 ?? held.sha256) === held.sha256 && (size ?? held.size) === held.size;
  }
}

/** Ends with an error when the bytes are others than those that were announced, so that nothing is kept of them. */
function checked(bytes: Readable | Uint8Array, { sha256, size }: AnnouncedFile): Readable {
  async function* look() {
    const hash = createHash('sha256');
    let length = 0;
    for await (const chunk of bytes instanceof Uint8Array ? [bytes] : bytes) {
      length += chunk.byteLength;
      hash.update(chunk);
      yield chunk;
    }
    if ((size ?? length) === length && (sha256 === undefined || hash.digest('hex') === sha256)) return;
    throw new AppError('unavailable', 'peer.file-damaged', 'The bytes of the file are others than were announced.');
  }
  return Readable.from(look(), { objectMode: false });
}

function plain(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
