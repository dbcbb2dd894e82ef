export type { BlobStore, PutOptions, Sha256, StoredBlob } from './blob-store.ts';
export { type BlobSettings, openBlobStore } from './open.ts';
