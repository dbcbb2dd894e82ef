import { expect, it } from 'vitest';
import { provesChallenge } from './pkce.ts';

// The example of RFC 7636, appendix B.
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
it.each([
  [verifier, challenge, true],
  [`${verifier}x`, challenge, false],
  [challenge, challenge, false],
  ['', challenge, false],
  ['x'.repeat(42), challenge, false],
  ['x'.repeat(129), challenge, false],
])('the verifier %s proves %s: %s', (given, of, proves) => {
  expect(provesChallenge(given, of)).toBe(proves);
});
