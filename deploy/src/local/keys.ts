import { generateKeyPairSync } from 'node:crypto';

/** One Ed25519 pair in the forms that the services' environment takes. */
export interface SigningPair {
  /** HELPMESH_SIGNING_KEY: PKCS8 DER, base64. */
  privateKey: string;
  /** A value of HELPMESH_TRUSTED_KEYS: SPKI DER, base64. */
  publicKey: string;
}

export function makeSigningPair(): SigningPair {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  };
}
