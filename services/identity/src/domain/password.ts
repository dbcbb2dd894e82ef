import { AppError } from '@helpmesh/kernel';

export const shortestPassword = 10;

/**
 * Length is the rule; composition rules make people choose worse (NIST SP 800-63B 3.1.1.2).
 * @throws AppError invalid, `identity.password-too-weak`
 */
export function checkNewPassword(password: string, account: { login: string; email: string }): void {
  if ([...password].length < shortestPassword) {
    throw weak(`Invalid password, it must be at least ${shortestPassword} characters long!`);
  }
  const folded = password.toLowerCase();
  if (folded === account.login || folded === account.email || new Set(folded).size < 4) {
    throw weak('Invalid password, it is too easy to guess!');
  }
}

function weak(detail: string): AppError {
  return new AppError('invalid', 'identity.password-too-weak', detail);
}
