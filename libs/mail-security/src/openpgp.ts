import type { Key, PartialConfig, PrivateKey, PublicKey } from 'openpgp';

/** What a message may hold once it is decompressed, bytes: as much as the largest mail that is taken from a mailbox. */
const MOST_BYTES = 36 * 1024 * 1024;
/** Clocks of senders run ahead by some minutes. */
const AHEAD_MS = 5 * 60_000;

/** Beside what the library refuses by itself: weak hashes and keys, and what nothing proves to be whole. */
export const bounds: PartialConfig = {
  maxDecompressedMessageSize: MOST_BYTES,
  // 64 MiB for a pass phrase
  maxArgon2MemoryExponent: 16,
  // Mails are opened without anybody looking, and whoever sends them may measure it.
  constantTimePKCS1Decryption: true,
};

/** Loaded when the first key or mail needs it: it is a large library, and a desk may have none. */
export const library = () => import('openpgp');

export function withLead(at: Date): Date {
  return new Date(at.getTime() + AHEAD_MS);
}

/** Those that can be read: one that cannot must not hold up the others. */
export async function publicKeys(all: readonly Uint8Array[]): Promise<Key[]> {
  const { readKey } = await library();
  const read = await Promise.allSettled(all.map((binaryKey) => readKey({ binaryKey, config: bounds })));
  return read.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

/** The private key with all that is known of its public half by now: a new end, a revocation. */
export async function privateKey(key: Uint8Array, certificate: Uint8Array, at: Date): Promise<PrivateKey> {
  const { readKey, readPrivateKey } = await library();
  const secret = await readPrivateKey({ binaryKey: key, config: bounds });
  const known: PublicKey = await readKey({ binaryKey: certificate, config: bounds });
  return secret.update(known, withLead(at));
}
