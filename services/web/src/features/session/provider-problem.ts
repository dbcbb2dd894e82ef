import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';

const texts: Record<string, MessageDescriptor> = {
  'auth.too-many-failures': msg`Too many attempts. Wait a minute and try again.`,
  'http.too-many-requests': msg`Too many attempts. Wait a minute and try again.`,
  'identity.maintenance': msg`Only administrators can sign in for now.`,
  'openid.account-has-rights': msg`An account with your e-mail address has rights of its own. Ask an administrator to link it to your sign-in.`,
  'openid.account-inactive': msg`Your account here is closed.`,
  'openid.cancelled': msg`The sign-in was cancelled at the provider.`,
  'openid.no-account': msg`You have no account here. Ask an administrator for one.`,
  'openid.not-started': msg`The sign-in took too long, or was begun in another browser. Try again.`,
  'openid.provider-unavailable': msg`The sign-in provider does not answer. Try again later, or sign in with a password.`,
  'openid.provider-unknown': msg`This way to sign in does not exist any more.`,
};
const other = msg`The sign-in could not be verified. Try again.`;

/** What went wrong at a sign-in by a provider, in one sentence; the address of the page brings the code. */
export function providerProblem(code: string): MessageDescriptor {
  return Object.hasOwn(texts, code) ? (texts[code] as MessageDescriptor) : other;
}
