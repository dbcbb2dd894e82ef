import type { Readable } from 'node:stream';

/** Where the bytes of a peer's file go. Called once; what it refuses is thrown to whoever brings the bytes. */
export interface FileSink {
  /** No more than these are taken. */
  readonly maxBytes: number;
  /** @throws AppError; whoever reads the file passes it on */
  take(bytes: Readable | Uint8Array): Promise<void>;
}

/** Reads one file of a peer into the sink. @throws AppError as the line of the peer does */
export type FileReader = (sink: FileSink) => Promise<void>;
