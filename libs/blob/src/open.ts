import { AppError, SystemClock } from '@helpmesh/kernel';
import type { BlobStore } from './blob-store.ts';
import { FileBlobStore } from './file-store.ts';
import { S3BlobStore } from './s3-store.ts';

/** The settings of a service that uses blobs, under their names in the environment. Exactly one place is chosen. */
export interface BlobSettings {
  BLOB_DIR?: string | undefined;
  BLOB_S3_BUCKET?: string | undefined;
  BLOB_S3_REGION?: string | undefined;
  BLOB_S3_ENDPOINT?: string | undefined;
  BLOB_S3_ACCESS_KEY_ID?: string | undefined;
  BLOB_S3_SECRET_ACCESS_KEY?: string | undefined;
  BLOB_S3_PREFIX?: string | undefined;
}

/** S3 when BLOB_S3_BUCKET is set, else the folder BLOB_DIR. @throws AppError invalid `blob.not-configured` */
export function openBlobStore(settings: BlobSettings): BlobStore {
  if (settings.BLOB_S3_BUCKET) {
    return new S3BlobStore({
      bucket: settings.BLOB_S3_BUCKET,
      region: settings.BLOB_S3_REGION ?? 'us-east-1',
      endpoint: settings.BLOB_S3_ENDPOINT,
      accessKeyId: settings.BLOB_S3_ACCESS_KEY_ID,
      secretAccessKey: settings.BLOB_S3_SECRET_ACCESS_KEY,
      prefix: settings.BLOB_S3_PREFIX,
    });
  }
  if (!settings.BLOB_DIR)
    throw new AppError('invalid', 'blob.not-configured', 'Set BLOB_DIR or BLOB_S3_BUCKET: files need a place to live.');
  const store = new FileBlobStore(settings.BLOB_DIR);
  // Housekeeping of what earlier processes left; nothing waits for it and nothing depends on it.
  void store.sweep(new SystemClock().now());
  return store;
}
