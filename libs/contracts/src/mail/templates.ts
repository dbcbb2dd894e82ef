/** What of somebody's way to sign in may change; the mail about it says it in words. */
export const accountChanges = [
  'password',
  'email',
  'authenticator-app-added',
  'authenticator-app-removed',
  'passkey-added',
  'passkey-removed',
  'recovery-codes-replaced',
  'recovery-code-used',
  'second-factors-removed',
  'token-added',
  'token-removed',
  'application-granted',
  'application-revoked',
  'provider-linked',
  'provider-unlinked',
] as const;
export type AccountChange = (typeof accountChanges)[number];

/**
 * Templates of the notification service and the values each takes. Values are plain text: they are escaped where they
 * land and are never template source. Instants are told by the clocks of `zone`, an IANA name, else by UTC. A mail that lacks one of `needs`, or names another template, is refused.
 */
export const mailTemplates = {
  /** `link` sets a new password; `hours` it stays valid. */
  'password-reset': { needs: ['link'], takes: ['name', 'hours'] },
  /** `link` sets the first password; `inviter` is the name of whoever invites. */
  invitation: { needs: ['link'], takes: ['name', 'hours', 'inviter'] },
  /** `link` finishes an account that somebody asked for with this address; nothing they typed is in the mail. */
  'sign-up': { needs: ['link'], takes: ['hours'] },
  /** The same for an address that has an account: `link` leads to a new password. */
  'sign-up-known': { needs: ['link'], takes: [] },
  /** To the owner of an account: `change` (one of `accountChanges`) at the instant `at`; `by`: who did it for them. */
  'account-changed': { needs: ['change', 'at', 'link'], takes: ['name', 'by', 'zone'] },
  /** An archive of personal data can be fetched at `link`, until the instant `at`; nothing of it is in the mail. */
  'data-export-ready': { needs: ['link', 'at'], takes: ['name', 'zone'] },
  /** To administrators: `webhook` was switched off because calls fail; `error` is what the last one met. */
  'webhook-disabled': { needs: ['webhook'], takes: ['name', 'error'] },
  /** To a customer whose ticket was closed: `link` asks how it went. */
  'rating-request': { needs: ['number', 'title', 'link'], takes: ['name'] },
  /** `link` signs a customer in, once; `minutes` it stays valid. */
  'sign-in-link': { needs: ['link'], takes: ['name', 'minutes'] },
  /** A request handed to a community's mailing list; `body` is the text of the request. */
  redirect: { needs: ['number', 'title', 'group', 'requester', 'body'], takes: [] },
} as const satisfies Record<string, { needs: readonly string[]; takes: readonly string[] }>;

export type MailTemplate = keyof typeof mailTemplates;
