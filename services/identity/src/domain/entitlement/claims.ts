import { isAddress, normalAddress, splitName } from '../address.ts';

/** What a provider said about somebody, from the ID token and from userinfo. */
export type Claims = Readonly<Record<string, unknown>>;

/** What of it we use. */
export interface FederatedPerson {
  subject: string;
  /** Opaque id of the person that stays the same across the services of a federation; null: not told. */
  voPersonId: string | null;
  firstname: string;
  lastname: string;
  /** Only an address that the provider says it verified; null: none. */
  verifiedEmail: string | null;
  /** Each once, sorted. */
  entitlements: string[];
}

/** Larger ones are cut: a provider must not fill our memory. */
const MOST_ENTITLEMENTS = 2_000;
const MOST_CHARACTERS = 2_000;
const MOST_OF_A_NAME = 100;

/**
 * Reads the claims of a sign-in. Entitlements are the union of `entitlements` (RFC 9068) and `eduperson_entitlement`,
 * from both sources: providers put them into the one, the other, or both. Of everything else userinfo is the fresher.
 *
 * An e-mail address counts as verified with `email_verified`, or when it is among `voperson_verified_email`.
 */
export function readClaims(subject: string, idToken: Claims, userinfo: Claims): FederatedPerson {
  const claims = { ...idToken, ...userinfo };
  const sources = [idToken, userinfo];
  const entitlements = sources.flatMap((source) => [
    ...texts(source.entitlements),
    ...texts(source.eduperson_entitlement),
  ]);
  return {
    subject,
    voPersonId: text(claims.voperson_id).slice(0, 255) || null,
    ...nameOf(claims),
    verifiedEmail: verifiedEmail(claims),
    entitlements: [...new Set(entitlements)].sort().slice(0, MOST_ENTITLEMENTS),
  };
}

function nameOf(claims: Claims): { firstname: string; lastname: string } {
  const [given, family] = [text(claims.given_name), text(claims.family_name)];
  const full = text(claims.name) || text(claims.preferred_username);
  const { firstname, lastname } = given || family ? { firstname: given, lastname: family } : splitName(full, '');
  return { firstname: firstname.slice(0, MOST_OF_A_NAME), lastname: lastname.slice(0, MOST_OF_A_NAME) };
}

function verifiedEmail(claims: Claims): string | null {
  const verified = texts(claims.voperson_verified_email).map(normalAddress).filter(isAddress);
  const email = normalAddress(text(claims.email));
  // Nothing but `true` is true: "false" and 0 have opened accounts elsewhere.
  if (isAddress(email) && (claims.email_verified === true || verified.includes(email))) return email;
  return email === '' ? (verified[0] ?? null) : null;
}

/** Without control characters: none has a place in a name or an id, and PostgreSQL refuses NUL. */
function text(claim: unknown): string {
  return typeof claim === 'string' ? claim.replaceAll(/\p{Cc}+/gu, '').trim() : '';
}

/** Claims of many values come as a list, and from some providers as one text. */
function texts(claim: unknown): string[] {
  return [claim]
    .flat()
    .map(text)
    .filter((value) => value !== '' && value.length <= MOST_CHARACTERS);
}
