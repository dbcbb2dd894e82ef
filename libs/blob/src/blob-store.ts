import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { AppError } from '@helpmesh/kernel';

/** Name of a blob: the SHA-256 of its bytes, 64 lower-case hex digits. Equal content is stored once. */
export type Sha256 = string;

export interface StoredBlob {
  sha256: Sha256;
  /** Bytes. */
  size: number;
}

export interface PutOptions {
  /** Most bytes taken from the content; one more is refused with `blob.too-large` and leaves nothing behind. */
  maxBytes?: number;
}

/** Keeps bytes by content. Once `put` has answered, the bytes survive a crash of the process and of the machine. */
export interface BlobStore {
  /** @throws AppError invalid `blob.too-large`, unavailable `blob.store-unavailable` */
  put(content: Readable | Uint8Array, options?: PutOptions): Promise<StoredBlob>;
  /**
   * A stream of the blob, or of a part of it.
   * @param part  bytes from the first to the last, both included and both inside of the blob
   * @throws AppError not-found `blob.not-found`, unavailable `blob.store-unavailable`
   */
  get(sha256: Sha256, part?: { start: number; end: number }): Promise<Readable>;
  has(sha256: Sha256): Promise<boolean>;
  /** Bytes, or undefined when there is no such blob. */
  size(sha256: Sha256): Promise<number | undefined>;
  /** Removing what is not there is fine. */
  delete(sha256: Sha256): Promise<void>;
  close(): Promise<void>;
}

/**
 * All bytes of a blob.
 * @throws AppError as `get`, also when the bytes break off in the middle
 */
export async function wholeBlob(store: Pick<BlobStore, 'get'>, sha256: Sha256): Promise<Buffer> {
  const bytes = await store.get(sha256);
  return buffer(bytes).catch((error: unknown) => {
    throw storeUnavailable(error);
  });
}

export function tooLarge(maxBytes: number): AppError {
  return new AppError('invalid', 'blob.too-large', `The file is larger than the ${maxBytes} bytes allowed here.`);
}

export function notFound(sha256: Sha256): AppError {
  return new AppError('not-found', 'blob.not-found', 'The file does not exist.', `no blob ${sha256}`);
}

/** Disk full, permission, network: the world's fault, worth a retry. */
export function storeUnavailable(cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new AppError('unavailable', 'blob.store-unavailable', 'Files cannot be stored or read right now.', why, {
    cause,
  });
}

/** A name becomes part of a path or key, so anything but a digest is refused. */
export function requireDigest(sha256: Sha256): void {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw notFound(sha256.slice(0, 80));
}

/**
 * Call before the first await of a `put`: a stream that fails while nobody reads it yet would otherwise end the
 * process. The failure is not lost, reading the stream reports it.
 */
export function holdErrors(content: Readable | Uint8Array): void {
  if (content instanceof Readable) content.on('error', () => undefined);
}
