import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { Id, Instant, text } from './common.ts';

/** How people sign in, and what they may look after themselves: sessions, second factors, passkeys. */
const tag = 'Sign-in';
const done = z.object({});

export const SessionRow = z.object({
  id: z.number().int(),
  user_id: z.number().int(),
  login: z.string(),
  /** The session that asks. */
  current: z.boolean(),
  /** How it was opened. */
  way: z.enum(['password', 'passkey', 'federated', 'link']),
  ip: z.string().nullable(),
  user_agent: z.string().nullable(),
  created_at: Instant,
  last_seen_at: Instant,
  /** In any case; earlier when the session is not used. */
  expires_at: Instant,
});

export const listSessions = defineEndpoint({
  id: 'listSessions',
  method: 'GET',
  path: '/api/v1/sessions',
  question: 'rpc.identity.v1.list-sessions',
  tag,
  summary: 'Open sessions, newest use first: own ones; with `admin.session` those of everybody or of `user_id`',
  query: z.object({ user_id: Id.optional() }),
  response: z.object({ sessions: z.array(SessionRow) }),
});

export const deleteSession = defineEndpoint({
  id: 'deleteSession',
  method: 'DELETE',
  path: '/api/v1/sessions/:id',
  question: 'rpc.identity.v1.delete-session',
  tag,
  summary: "Ends one session: an own one, or anybody's with `admin.session`",
  params: { id: Id },
  response: done,
});

export const deleteSessions = defineEndpoint({
  id: 'deleteSessions',
  method: 'DELETE',
  path: '/api/v1/sessions',
  question: 'rpc.identity.v1.delete-sessions',
  tag,
  summary: 'Ends all own sessions but the one that asks; with `admin.session` and `user_id` all of that user',
  query: z.object({ user_id: Id.optional() }),
  response: z.object({ ended: z.number().int() }),
});

export const checkPassword = defineEndpoint({
  id: 'checkPassword',
  secretAnswer: true,
  method: 'POST',
  path: '/api/v1/users/password_check',
  question: 'rpc.identity.v1.check-password',
  tag,
  summary: 'Proves again that the session is used by its owner; changing second factors needs that to be recent',
  enrolling: true,
  body: z.object({ password: text(1000) }),
  response: z.object({ success: z.boolean() }),
});

export const Passkey = z.object({
  id: z.number().int(),
  name: z.string(),
  /** Kept by a provider on several devices, not by one piece of hardware alone. */
  synced: z.boolean(),
  created_at: Instant,
  last_used_at: Instant.nullable(),
});

const method = z.enum(['authenticator_app', 'security_keys']);

export const twoFactorConfiguration = defineEndpoint({
  id: 'twoFactorConfiguration',
  method: 'GET',
  path: '/api/v1/users/two_factor/personal_configuration',
  question: 'rpc.identity.v1.two-factor-configuration',
  tag,
  summary: 'Own second factors: which are set up, passkeys, recovery codes left',
  enrolling: true,
  response: z.object({
    enabled_authentication_methods: z.array(z.object({ method, created_at: Instant })),
    recovery_codes_exist: z.boolean(),
    recovery_codes_left: z.number().int(),
    /** A role of the user demands a second factor. */
    required: z.boolean(),
    passkeys: z.array(Passkey),
  }),
});

export const initiateAuthenticatorApp = defineEndpoint({
  id: 'initiateAuthenticatorApp',
  secretAnswer: true,
  method: 'POST',
  path: '/api/v1/users/two_factor/authenticator_app',
  question: 'rpc.identity.v1.initiate-authenticator-app',
  tag,
  summary: 'Begins to set up an authenticator app: a new secret, which counts once a code made with it came back',
  enrolling: true,
  response: z.object({ configuration: z.object({ secret: z.string(), provisioning_uri: z.string() }) }),
});

export const verifyTwoFactor = defineEndpoint({
  id: 'verifyTwoFactor',
  secretAnswer: true,
  method: 'POST',
  path: '/api/v1/users/two_factor/verify_configuration',
  question: 'rpc.identity.v1.verify-two-factor',
  tag,
  summary: 'Ends setting up an authenticator app with a code of it; the first second factor brings recovery codes',
  enrolling: true,
  body: z.object({ method: z.literal('authenticator_app'), payload: text(20) }),
  response: z.object({ verified: z.boolean(), recovery_codes: z.array(z.string()).optional() }),
});

export const removeTwoFactor = defineEndpoint({
  id: 'removeTwoFactor',
  method: 'DELETE',
  path: '/api/v1/users/two_factor/remove_authentication_method',
  question: 'rpc.identity.v1.remove-two-factor',
  tag,
  summary: 'Removes an own second factor; `security_keys` are all passkeys',
  query: z.object({ method }),
  response: done,
});

export const generateRecoveryCodes = defineEndpoint({
  id: 'generateRecoveryCodes',
  secretAnswer: true,
  method: 'POST',
  path: '/api/v1/users/two_factor/recovery_codes_generate',
  question: 'rpc.identity.v1.generate-recovery-codes',
  tag,
  summary: 'New recovery codes, shown this once; earlier ones stop working',
  response: z.array(z.string()),
});

/** Options for `navigator.credentials`, as the WebAuthn library of the page takes them. */
const options = z.looseObject({ challenge: z.string() });

/** What `navigator.credentials` gave, in the JSON form of WebAuthn Level 3. */
export const PasskeyResponse = z.looseObject({
  id: text(1400),
  rawId: text(1400),
  type: z.literal('public-key'),
  response: z.record(z.string(), z.unknown()),
  clientExtensionResults: z.record(z.string(), z.unknown()),
});

export const passkeyOptions = defineEndpoint({
  id: 'passkeyOptions',
  secretAnswer: true,
  method: 'POST',
  path: '/api/v1/users/two_factor/passkeys/options',
  question: 'rpc.identity.v1.passkey-options',
  tag,
  summary: 'Begins to add a passkey: options for `navigator.credentials.create`',
  enrolling: true,
  response: options,
});

export const addPasskey = defineEndpoint({
  id: 'addPasskey',
  secretAnswer: true,
  method: 'POST',
  path: '/api/v1/users/two_factor/passkeys',
  question: 'rpc.identity.v1.add-passkey',
  tag,
  summary: 'Adds a passkey; the first second factor brings recovery codes',
  status: 201,
  enrolling: true,
  body: z.object({ name: text(100), credential: PasskeyResponse }),
  response: z.object({ passkey: Passkey, recovery_codes: z.array(z.string()).optional() }),
});

export const renamePasskey = defineEndpoint({
  id: 'renamePasskey',
  method: 'PUT',
  path: '/api/v1/users/two_factor/passkeys/:id',
  question: 'rpc.identity.v1.rename-passkey',
  tag,
  summary: 'Names an own passkey',
  params: { id: Id },
  body: z.object({ name: text(100) }),
  response: Passkey,
});

export const deletePasskey = defineEndpoint({
  id: 'deletePasskey',
  method: 'DELETE',
  path: '/api/v1/users/two_factor/passkeys/:id',
  question: 'rpc.identity.v1.delete-passkey',
  tag,
  summary: 'Removes an own passkey',
  params: { id: Id },
  response: done,
});

export const userTwoFactor = defineEndpoint({
  id: 'userTwoFactor',
  method: 'GET',
  path: '/api/v1/users/:id/admin_two_factor/enabled_authentication_methods',
  question: 'rpc.identity.v1.user-two-factor',
  tag,
  summary: 'Second factors of a user, for administrators',
  params: { id: Id },
  response: z.array(z.object({ method, created_at: Instant })),
});

export const removeUserTwoFactor = defineEndpoint({
  id: 'removeUserTwoFactor',
  method: 'DELETE',
  path: '/api/v1/users/:id/admin_two_factor/remove_all_authentication_methods',
  question: 'rpc.identity.v1.remove-user-two-factor',
  tag,
  summary: 'Removes all second factors of a user who lost them, passkeys and recovery codes too; sessions end',
  params: { id: Id },
  response: done,
});

export const unlockUser = defineEndpoint({
  id: 'unlockUser',
  method: 'PUT',
  path: '/api/v1/users/unlock/:id',
  question: 'rpc.identity.v1.unlock-user',
  tag: 'Users',
  summary: 'Lets a user sign in at once who has to wait after wrong passwords, for administrators of users',
  params: { id: Id },
});

const ApiTokenRow = z.looseObject({
  id: z.number().int(),
  name: z.string(),
  preferences: z.looseObject({ permission: z.array(z.string()) }),
  last_used_at: Instant.nullable(),
  expires_at: Instant.nullable(),
  created_at: Instant,
});

export const userTokens = {
  list: defineEndpoint({
    id: 'listUserTokens',
    method: 'GET',
    path: '/api/v1/users/:id/access_tokens',
    question: 'rpc.identity.v1.list-user-tokens',
    tag,
    summary: 'API tokens of a user (never their secrets), for administrators',
    params: { id: Id },
    response: z.array(ApiTokenRow),
  }),
  delete: defineEndpoint({
    id: 'deleteUserToken',
    method: 'DELETE',
    path: '/api/v1/users/:id/access_tokens/:token_id',
    question: 'rpc.identity.v1.delete-user-token',
    tag,
    summary: 'Revokes an API token of a user, for administrators',
    params: { id: Id, token_id: Id },
    response: done,
  }),
};

/** An account at a provider by which somebody signs in here. */
export const LinkedAccount = z.object({
  id: z.number().int(),
  /** Name and title of the provider; null when it was removed here. */
  provider: z.string().nullable(),
  title: z.string().nullable(),
  issuer: z.string(),
  subject: z.string(),
  last_sign_in_at: Instant.nullable(),
  created_at: Instant,
});

/** Linking begins at `POST /api/v1/users/linked_accounts`, a route of the gateway: it sets a cookie. */
export const linkedAccounts = {
  list: defineEndpoint({
    id: 'listLinkedAccounts',
    method: 'GET',
    path: '/api/v1/users/linked_accounts',
    question: 'rpc.identity.v1.list-linked-accounts',
    tag,
    summary: 'Own accounts at providers, by which one may sign in',
    response: z.array(LinkedAccount),
  }),
  delete: defineEndpoint({
    id: 'deleteLinkedAccount',
    method: 'DELETE',
    path: '/api/v1/users/linked_accounts/:id',
    question: 'rpc.identity.v1.delete-linked-account',
    tag,
    summary: 'Unlinks an own account at a provider, unless it is the only way to sign in; what it opened and gave ends',
    params: { id: Id },
    response: done,
  }),
};

export const Setting = z.object({
  id: z.number().int(),
  name: z.string(),
  title: z.string(),
  /** What it belongs to, in the words of clients: `Security::Base`. */
  area: z.string(),
  state_current: z.object({ value: z.unknown() }),
  state_initial: z.object({ value: z.unknown() }),
  /** `readonly`: it says how the desk is, and is not changed here. */
  preferences: z.object({ readonly: z.boolean() }),
  updated_by_id: z.number().int(),
  created_at: Instant,
  updated_at: Instant,
});

export const signInSettings = {
  list: defineEndpoint({
    id: 'listSettings',
    method: 'GET',
    path: '/api/v1/settings',
    question: 'rpc.identity.v1.list-settings',
    tag: 'Settings',
    summary:
      'Settings of sign-in and sign-up, where the desk is (`timezone_default`), and what clients ask about a desk by its settings; how tickets are numbered; maintenance; for `admin.security`, `admin.system`, `admin.ticket`, `admin.api` and `admin.maintenance`',
    response: z.array(Setting),
  }),
  get: defineEndpoint({
    id: 'getSetting',
    method: 'GET',
    path: '/api/v1/settings/:id',
    question: 'rpc.identity.v1.get-setting',
    tag: 'Settings',
    summary: 'One setting',
    params: { id: Id },
    response: Setting,
  }),
  update: defineEndpoint({
    id: 'updateSetting',
    method: 'PUT',
    path: '/api/v1/settings/:id',
    question: 'rpc.identity.v1.update-setting',
    tag: 'Settings',
    summary:
      'Changes a setting: `timezone_default` takes `admin.system`, `ticket_number…` take `admin.ticket`, `maintenance_…` take `admin.maintenance`, the others `admin.security`',
    params: { id: Id },
    body: z.object({ state_current: z.object({ value: z.unknown() }) }),
    response: Setting,
  }),
};

export const signUpSettings = defineEndpoint({
  id: 'signUpSettings',
  method: 'GET',
  path: '/api/v1/users/signup',
  question: 'rpc.identity.v1.sign-up-settings',
  tag,
  summary:
    'May strangers make themselves an account, and customers sign in by a link in a mail? Is the desk being maintained?',
  access: 'public',
  response: z.object({
    ...{ user_create_account: z.boolean(), user_sign_in_by_link: z.boolean() },
    /** Only administrators get in. */
    maintenance_mode: z.boolean(),
    /** What the desk has to say to whoever signs in, as plain text. */
    maintenance_message: z.string().nullable(),
  }),
});

export const signUp = defineEndpoint({
  id: 'signUp',
  method: 'POST',
  path: '/api/v1/users/signup',
  question: 'rpc.identity.v1.sign-up',
  tag,
  summary:
    'Mails a link that finishes a new account, by `password_reset_verify`; answers the same whether the address has ' +
    'an account or not',
  access: 'public',
  perHour: 20,
  body: z.object({
    email: text(255),
    firstname: text(100).optional(),
    lastname: text(100).optional(),
    /** Language of the mail and of the account. */
    locale: text(20).optional(),
  }),
  response: z.object({ message: z.string() }),
});
