/** The blob store, which is an interface and so has no class to inject by. */
export const BLOBS = Symbol('gateway.blobs');
