export { Archive } from './archive.ts';
export { type BlobStore, type PutOptions, type Sha256, type StoredBlob, wholeBlob } from './blob-store.ts';
export { type BlobSettings, openBlobStore } from './open.ts';
