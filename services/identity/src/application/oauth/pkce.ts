import { hash } from 'node:crypto';

/** RFC 7636 4.1 and 4.6: is the verifier of the right shape, and does the challenge come from it? */
export function provesChallenge(codeVerifier: string, codeChallenge: string): boolean {
  return /^[A-Za-z0-9._~-]{43,128}$/.test(codeVerifier) && hash('sha256', codeVerifier, 'base64url') === codeChallenge;
}
