import { grants, minimal, tokenPermissions } from '../permissions.ts';

/** What changes how somebody signs in, and would leave a key behind that outlives the application's. */
const ownKeys = ['access_token', 'device', 'linked_accounts', 'password', 'two_factor_authentication'].map(
  (child) => `user_preferences.${child}`,
);

/** Scopes are what API tokens may hold: all but what is over somebody's own keys. */
export const scopeNames: readonly string[] = tokenPermissions.filter(
  (name) => !ownKeys.some((key) => grants([name], key)),
);

/** RFC 6749 3.3: separated by blanks. @returns null for what is no list of scopes */
export function readScope(text: string): string[] | null {
  const names = text.split(' ').filter((name) => name !== '');
  return names.length > 0 && names.every((name) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(name)) ? minimal(names) : null;
}

/** Is each of them, or a parent of it, in the other list? */
export function within(asked: readonly string[], allowed: readonly string[]): boolean {
  return asked.every((name) => grants(allowed, name));
}
