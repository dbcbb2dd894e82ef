import { AppError } from '@helpmesh/kernel';
import { bounds, library, privateKey } from './openpgp.ts';
import type { KeyPair } from './read-key.ts';

/** By the number of the hash (RFC 9580 9.5). */
const hashes: Record<number, string> = { 8: 'pgp-sha256', 9: 'pgp-sha384', 10: 'pgp-sha512', 11: 'pgp-sha224' };

/**
 * A detached signature.
 * @returns armoured, and the name of its hash as RFC 3156 wants it
 * @throws AppError conflict `mail-key.unusable`
 */
export async function pgpSignature(content: Buffer, pair: KeyPair, at: Date) {
  return usable(async () => {
    const pgp = await library();
    const signature = await pgp.sign({
      message: await pgp.createMessage({ binary: new Uint8Array(content) }),
      signingKeys: await privateKey(pair.key, pair.certificate, at),
      detached: true,
      format: 'armored',
      date: at,
      config: bounds,
    });
    const { packets } = await pgp.readSignature({ armoredSignature: signature });
    return { armoured: signature, micalg: hashes[packets[0]?.hashAlgorithm ?? 0] ?? 'pgp-sha256' };
  });
}

/**
 * Encrypted for all of them, and signed before where that is wanted (RFC 3156 6.2).
 * @returns armoured
 * @throws AppError conflict `mail-key.unusable`
 */
export async function pgpMessage(
  content: Buffer,
  keys: readonly Uint8Array[],
  sign: KeyPair | null,
  at: Date,
): Promise<string> {
  return usable(async () => {
    const pgp = await library();
    return pgp.encrypt({
      message: await pgp.createMessage({ binary: new Uint8Array(content) }),
      encryptionKeys: await Promise.all(keys.map((binaryKey) => pgp.readKey({ binaryKey, config: bounds }))),
      ...(sign && { signingKeys: await privateKey(sign.key, sign.certificate, at) }),
      format: 'armored',
      date: at,
      config: bounds,
    });
  });
}

/** A key may be valid as a whole and have nothing left to sign or to encrypt with. */
async function usable<T>(make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    throw new AppError('conflict', 'mail-key.unusable', `A key cannot be used: ${why}`, undefined, { cause: error });
  }
}
