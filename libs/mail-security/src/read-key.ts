import type { KeyFacts } from './certificate.ts';

/** A certificate and the private key to it, or the two halves of an OpenPGP key. */
export interface KeyPair {
  /** DER; of OpenPGP the packets of the public key. */
  certificate: Uint8Array;
  /** PKCS#8, DER; of OpenPGP the packets of the private key, without a pass phrase. */
  key: Uint8Array;
  /** Those that vouch for it, DER, its issuer first; none of OpenPGP. */
  chain: readonly Uint8Array[];
}

export interface ReadKey {
  facts: KeyFacts;
  /** As in `KeyPair`. */
  certificate: Buffer;
  /** As in `KeyPair`; null: only the public part was brought. */
  key: Buffer | null;
}
