/** Nest's token for the file store (BlobStore of @helpmesh/blob). */
export const BLOBS = Symbol('BlobStore');
