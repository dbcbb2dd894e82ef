import { once } from 'node:events';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ZipFile } from 'yazl';

/**
 * A ZIP file that is read while it is written: an entry is only taken when the one before it is through, so that no
 * more than a few chunks of it are in memory, whatever its size.
 */
export class Archive {
  private readonly zip = new ZipFile();
  /** The bytes of the file. */
  readonly output = this.zip.outputStream as Readable;

  constructor(private readonly at: Date) {
    // A stream that fails before anybody reads it must not end the process; its reader hears of it all the same.
    this.output.on('error', () => undefined);
    this.zip.on('error', (error: Error) => this.output.destroy(error));
  }

  /** @throws whatever the content or the reader of `output` failed with */
  async add(path: string, content: Readable | Buffer): Promise<void> {
    const from = content instanceof Readable ? content : Readable.from([content]);
    from.once('error', (error) => this.output.destroy(error));
    this.zip.addReadStream(from, path, { mtime: this.at });
    const given = new AbortController();
    try {
      await Promise.race([finished(from), this.failed(given.signal)]);
    } finally {
      given.abort();
      if (!from.readableEnded) from.destroy();
    }
  }

  end(): void {
    this.zip.end();
  }

  /** Rejects once nobody reads any more. */
  private async failed(signal: AbortSignal): Promise<never> {
    if (!this.output.destroyed) await once(this.output, 'close', { signal });
    throw this.output.errored ?? new Error('the archive was closed before its end');
  }
}
