/** Second factors in Zammad's words; passkeys are `security_keys` there. */
export const factorMethods = ['authenticator_app', 'security_keys'] as const;
export type FactorMethod = (typeof factorMethods)[number];

/** Codes of an authenticator app (RFC 6238): six digits, a new one each 30 s, one step early or late is right too. */
export const totp = { digits: 6, periodSeconds: 30, window: 1, secretBytes: 20 } as const;

/** How long an enrolment may stay open, and the time between the steps of a sign-in. */
export const enrolmentMs = 10 * 60_000;
export const secondStepMs = 5 * 60_000;

/** Changes to second factors want the person to have shown who they are this recently. */
export const freshMs = 15 * 60_000;

/** What a session without the demanded second factor may use. */
export const enrolmentPermissions = ['user_preferences.two_factor_authentication'] as const;

/** @returns the digits, or undefined for what can be no code */
export function readCode(typed: string): string | undefined {
  const digits = typed.replaceAll(/[\s-]/g, '');
  return /^\d{6}$/.test(digits) ? digits : undefined;
}

export const recoveryCodeCount = 10;
const letters = 'abcdefghjkmnpqrstuvwxyz23456789';

/**
 * A recovery code: 16 letters without look-alikes in four groups, about 79 bits.
 * @param random  bytes to make it from; those past 247 are left out, so that no letter is likelier than another
 * @returns undefined when there were too few of them
 */
export function recoveryCode(random: Uint8Array): string | undefined {
  const picked = [...random].filter((byte) => byte < 248).slice(0, 16);
  if (picked.length < 16) return undefined;
  const code = picked.map((byte) => letters[byte % letters.length]).join('');
  return code.replaceAll(/.{4}(?=.)/g, '$&-');
}

/** The code without what people add when they type it; undefined for what can be none. */
export function readRecoveryCode(typed: string): string | undefined {
  const code = typed.toLowerCase().replaceAll(/[\s-]/g, '');
  return new RegExp(`^[${letters}]{16}$`).test(code) ? code : undefined;
}
