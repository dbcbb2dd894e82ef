import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import {
  type BlobStore,
  holdErrors,
  notFound,
  type PutOptions,
  requireDigest,
  type Sha256,
  type StoredBlob,
  storeUnavailable,
  tooLarge,
} from './blob-store.ts';
import { spool } from './spool.ts';

export interface S3Settings {
  bucket: string;
  region: string;
  /** For S3-compatible servers; path-style addresses are used with it. */
  endpoint?: string | undefined;
  /** Without keys the SDK looks for the machine's role. */
  accessKeyId?: string | undefined;
  secretAccessKey?: string | undefined;
  /** Key prefix, `blobs/` by default. */
  prefix?: string | undefined;
}

type Sdk = typeof import('@aws-sdk/client-s3');

/** Whoever waits for a file is told that it cannot be had, rather than left waiting; the SDK tries three times. */
const CONNECT_MS = 5_000;
const SILENCE_MS = 20_000;

/** Blobs as S3 objects `<prefix>ab/cd/abcd…`. The SDK is loaded on first use, so a file-only install never pays for it. */
export class S3BlobStore implements BlobStore {
  private opened: Promise<{ sdk: Sdk; client: S3Client }> | undefined;

  constructor(private readonly settings: S3Settings) {}

  async put(content: Readable | Uint8Array, options: PutOptions = {}): Promise<StoredBlob> {
    if (content instanceof Uint8Array) return this.putBytes(content, options);
    holdErrors(content);
    // The key is the digest, so a stream has to end before its key is known.
    const dir = await mkdtemp(join(tmpdir(), 'helpmesh-blob-'));
    try {
      const { path, sha256, size } = await spool(dir, content, options);
      await this.upload(sha256, size, () => createReadStream(path));
      return { sha256, size };
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  }

  async get(sha256: Sha256, part?: { start: number; end: number }): Promise<Readable> {
    requireDigest(sha256);
    const { sdk, client } = await this.open();
    const command = new sdk.GetObjectCommand({
      ...{ Bucket: this.settings.bucket, Key: this.key(sha256) },
      ...(part && { Range: `bytes=${part.start}-${part.end}` }),
    });
    try {
      const { Body } = await client.send(command);
      if (Body instanceof Readable) return Body;
    } catch (error) {
      throw isMissing(error) ? notFound(sha256) : storeUnavailable(error);
    }
    throw storeUnavailable(new Error('the object store answered without a body'));
  }

  async has(sha256: Sha256): Promise<boolean> {
    return (await this.size(sha256)) !== undefined;
  }

  async size(sha256: Sha256): Promise<number | undefined> {
    requireDigest(sha256);
    const { sdk, client } = await this.open();
    try {
      const head = await client.send(
        new sdk.HeadObjectCommand({ Bucket: this.settings.bucket, Key: this.key(sha256) }),
      );
      return head.ContentLength ?? 0;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw storeUnavailable(error);
    }
  }

  async delete(sha256: Sha256): Promise<void> {
    requireDigest(sha256);
    const { sdk, client } = await this.open();
    try {
      await client.send(new sdk.DeleteObjectCommand({ Bucket: this.settings.bucket, Key: this.key(sha256) }));
    } catch (error) {
      if (!isMissing(error)) throw storeUnavailable(error);
    }
  }

  async close(): Promise<void> {
    const opened = await this.opened;
    this.opened = undefined;
    opened?.client.destroy();
  }

  private async putBytes(bytes: Uint8Array, { maxBytes }: PutOptions): Promise<StoredBlob> {
    if (maxBytes !== undefined && bytes.byteLength > maxBytes) throw tooLarge(maxBytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await this.upload(sha256, bytes.byteLength, () => bytes);
    return { sha256, size: bytes.byteLength };
  }

  private async upload(sha256: Sha256, size: number, body: () => Readable | Uint8Array): Promise<void> {
    if ((await this.size(sha256)) === size) return;
    const { sdk, client } = await this.open();
    try {
      await client.send(
        new sdk.PutObjectCommand({
          Bucket: this.settings.bucket,
          Key: this.key(sha256),
          Body: body(),
          ContentLength: size,
          ContentType: 'application/octet-stream',
        }),
      );
    } catch (error) {
      throw storeUnavailable(error);
    }
  }

  private key(sha256: Sha256): string {
    return `${this.settings.prefix ?? 'blobs/'}${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}`;
  }

  private open(): Promise<{ sdk: Sdk; client: S3Client }> {
    this.opened ??= import('@aws-sdk/client-s3').then((sdk) => {
      const { region, endpoint, accessKeyId, secretAccessKey } = this.settings;
      const client = new sdk.S3Client({
        region,
        // Newer default checksums are a trailer that several compatible servers refuse.
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED',
        requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENCE_MS },
        ...(endpoint && { endpoint, forcePathStyle: true }),
        ...(accessKeyId && secretAccessKey && { credentials: { accessKeyId, secretAccessKey } }),
      });
      return { sdk, client };
    });
    return this.opened;
  }
}

function isMissing(error: unknown): boolean {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  return name === 'NoSuchKey' || name === 'NotFound' || $metadata?.httpStatusCode === 404;
}
