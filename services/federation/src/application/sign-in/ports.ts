import type { EpochMs } from '@helpmesh/kernel';
import type { PublicKey } from '../../domain/sign-in/key-set.ts';

/** Where the keys of a helpdesk are. */
export type KeySource = { keys: readonly PublicKey[] } | { url: string };

/** Signatures by which helpdesks say who they are (RFC 7523). */
export interface Assertions {
  /** Who one claims to come from; nothing of that is proven. */
  issuerOf(assertion: string): string | undefined;

  /**
   * @param audiences  as what we are known
   * @throws AppError unauthenticated `peer.assertion-refused`; unavailable when the keys cannot be read
   */
  verify(
    assertion: string,
    expected: { issuer: string; audiences: readonly string[]; from: KeySource },
  ): Promise<{ id: string; expiresAt: EpochMs }>;
}

/** A key of this desk, with its private part. */
export interface SigningKey {
  kid: string;
  jwk: Record<string, unknown>;
}
