import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { bounded, Flag, Id, Instant, optionalReference, Page, Reading, Row, text } from './common.ts';
import { SECRET_MASK } from './webhooks.ts';

const tag = 'Mail';
const params = { id: Id };
const path = '/api/v1/channels_email';

/** How a connection to a mail server is kept from being read: from its start, after its greeting, or not at all. */
export const mailTransports = ['ssl', 'starttls', 'off'] as const;
export type MailTransport = (typeof mailTransports)[number];

export const mailProviders = ['microsoft', 'google', 'other'] as const;

/** A name that goes onto the wire of a mail server as it is: no line of its own fits in. */
const word = (max: number) => text(max).regex(/^[^\p{Cc}]*$/u, { error: 'It must be one line.' });
const secret = text(8_000)
  .regex(/^[^\r\n\0]*$/, { error: 'It must be one line.' })
  .nullish();
const host = word(253);
const port = z.coerce.number().int().min(1).max(65_535).nullish();

/** OAuth 2 instead of a password. */
const AuthInput = z.looseObject({
  provider: z.enum(mailProviders),
  /** Microsoft: the directory, by its id or domain. */
  tenant: word(100).nullish(),
  client_id: word(500),
  client_secret: secret,
  /** What somebody agreed to elsewhere; else `authorization` asks for it. */
  refresh_token: secret,
  /** Of a provider that is neither of the two. */
  authorize_url: text(2_000).nullish(),
  token_url: text(2_000).nullish(),
  scope: word(2_000).nullish(),
});
export type MailAuthInput = z.output<typeof AuthInput>;

const Mask = z.literal(SECRET_MASK).nullable();

export const MailAuth = z.object({
  /** Always `XOAUTH2`. */
  type: z.string(),
  provider: z.enum(mailProviders),
  tenant: z.string().nullable(),
  client_id: z.string(),
  client_secret: Mask,
  /** Null: nobody has agreed yet. */
  refresh_token: Mask,
  authorize_url: z.string().nullable(),
  token_url: z.string().nullable(),
  scope: z.string().nullable(),
});

const InboundInput = z.looseObject({
  adapter: z.enum(['imap', 'pop3']),
  options: z.looseObject({
    host,
    port,
    ssl: z.enum(mailTransports).optional(),
    ssl_verify: Flag.optional(),
    user: word(320),
    password: secret,
    /** IMAP only. */
    folder: word(250).nullish(),
    keep_on_server: Flag.optional(),
    /** IMAP only: where a mail that was stored goes, instead of being marked as read or deleted. */
    move_to: word(250).nullish(),
    /** Seconds between two looks, besides those that the server asks for. */
    poll_seconds: z.coerce.number().int().min(5).max(86_400).optional(),
    /** Mails may say themselves what becomes of them, by headers that are called like the actions of filters. */
    trusted: Flag.optional(),
  }),
});

const ChannelInput = z.object({
  name: text(100).optional(),
  /** Whose mail arrives here; absent: the name of the account, where that is an address. */
  email: word(254).nullish(),
  /** Where mail goes that no filter and no address leads elsewhere. */
  group_id: optionalReference,
  options: z.looseObject({ inbound: InboundInput, auth: AuthInput.nullish() }).optional(),
  active: Flag.optional(),
});
export type MailChannelInput = z.output<typeof ChannelInput>;

const Inbound = z.object({
  adapter: z.enum(['imap', 'pop3']),
  options: z.object({
    host: z.string(),
    port: z.number().int(),
    ssl: z.enum(mailTransports),
    ssl_verify: z.boolean(),
    user: z.string(),
    password: Mask,
    folder: z.string(),
    keep_on_server: z.boolean(),
    move_to: z.string().nullable(),
    poll_seconds: z.number().int(),
    trusted: z.boolean(),
  }),
});

export const MailChannel = Row.extend({
  /** Always `Email::Account`. */
  area: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  group_id: z.number().int().nullable(),
  options: z.object({ inbound: Inbound, auth: MailAuth.nullable() }),
  active: z.boolean(),
  preferences: z.record(z.string(), z.unknown()),
  /** Null: nobody has looked into it yet. */
  status_in: z.enum(['ok', 'error']).nullable(),
  /** What went wrong, while it does. */
  last_log_in: z.string().nullable(),
  /** When mail was last fetched from it, or could have been. */
  last_success_at: Instant.nullable(),
});

const assets = z.record(z.string(), z.unknown());
/** `full` answers with other objects than the plain form; the type stays that of the plain one. */
const one = <R extends z.ZodType>(row: R) => z.union([row, z.object({ id: z.number().int(), assets })]) as unknown as R;
const many = <R extends z.ZodType>(row: R) =>
  z.union([z.array(row), z.object({ record_ids: z.array(z.number().int()), assets })]) as unknown as z.ZodArray<R>;

/** What was tried with an account, in its order; behind the first that fails nothing is. */
export const MailAccountTest = z.object({
  ok: z.boolean(),
  steps: z.array(
    z.object({
      step: z.enum(['permission', 'connect', 'sign-in', 'folder', 'send']),
      ok: z.boolean(),
      /** What the server said, or how many mails there are. */
      detail: z.string().nullable(),
    }),
  ),
});
export type MailAccountTest = z.output<typeof MailAccountTest>;

const Testing = z.object({
  /** Of the account whose stored secrets stand where the mask does. */
  id: Id.nullish(),
  options: z.looseObject({ inbound: InboundInput, auth: AuthInput.nullish() }),
});

export const mailChannels = {
  list: defineEndpoint({
    id: 'listMailChannels',
    method: 'GET',
    path,
    question: 'rpc.mail-ingest.v1.list-channels',
    tag,
    summary: 'All mailboxes that are fetched, by id, with how that goes',
    query: Page,
    response: many(MailChannel),
  }),
  get: defineEndpoint({
    id: 'getMailChannel',
    method: 'GET',
    path: `${path}/:id`,
    question: 'rpc.mail-ingest.v1.get-channel',
    tag,
    summary: 'One mailbox that is fetched',
    params,
    query: Reading,
    response: one(MailChannel),
  }),
  create: defineEndpoint({
    id: 'createMailChannel',
    method: 'POST',
    path,
    question: 'rpc.mail-ingest.v1.create-channel',
    tag,
    summary: 'Adds a mailbox; it is fetched from then on',
    status: 201,
    query: Reading,
    body: ChannelInput,
    response: one(MailChannel),
  }),
  update: defineEndpoint({
    id: 'updateMailChannel',
    method: 'PUT',
    path: `${path}/:id`,
    question: 'rpc.mail-ingest.v1.update-channel',
    tag,
    summary: 'Changes a mailbox, pauses it (`active: false`) or lets it go on; without a restart',
    params,
    query: Reading,
    body: ChannelInput,
    response: one(MailChannel),
  }),
  delete: defineEndpoint({
    id: 'deleteMailChannel',
    method: 'DELETE',
    path: `${path}/:id`,
    question: 'rpc.mail-ingest.v1.delete-channel',
    tag,
    summary: 'Forgets a mailbox; nothing is done to the mails in it',
    params,
    response: z.object({}),
  }),
  test: defineEndpoint({
    id: 'testMailChannel',
    method: 'POST',
    path: `${path}/test`,
    question: 'rpc.mail-ingest.v1.test-channel',
    tag,
    summary: 'Whether a mailbox could be fetched, step by step; nothing is stored and no mail is touched',
    body: Testing,
    response: MailAccountTest,
  }),
  authorize: defineEndpoint({
    id: 'authorizeMailChannel',
    method: 'POST',
    path: `${path}/:id/authorization`,
    question: 'rpc.mail-ingest.v1.authorize-channel',
    tag,
    summary: 'The page of the provider on which somebody agrees that the mailbox is read; it leads back to the desk',
    params,
    response: z.object({ url: z.string() }),
  }),
  authorized: defineEndpoint({
    id: 'finishMailChannelAuthorization',
    method: 'POST',
    path: `${path}/authorization`,
    question: 'rpc.mail-ingest.v1.finish-channel-authorization',
    tag,
    summary: 'What the provider sent along when it led back; from then on the mailbox is fetched with it',
    body: z.object({ state: text(4_000), code: text(4_000) }),
    response: MailChannel,
  }),
};

const outboundPath = '/api/v1/channels_email_outbound';

const OutboundInput = z.looseObject({
  adapter: z.enum(['smtp', 'sendmail']),
  /** Of SMTP; the program is the one that the operator named. */
  options: z
    .looseObject({
      host,
      port,
      ssl: z.enum(mailTransports).optional(),
      ssl_verify: Flag.optional(),
      /** Nothing: the server asks for no sign-in. */
      user: word(320).nullish(),
      password: secret,
    })
    .nullish(),
});

const AccountInput = z.object({
  name: text(100).optional(),
  /** Whose mails leave by it: addresses, or `@example.org` for all of a domain. */
  addresses: bounded(word(254), 200).optional(),
  /** Mails of all other addresses leave by it as well. */
  fallback: Flag.optional(),
  /** Largest mail its server takes, in MB as it goes over the wire; null: as the operator set it for all. */
  max_size_mb: z.coerce.number().int().min(1).max(1_000).nullish(),
  options: z.looseObject({ outbound: OutboundInput, auth: AuthInput.nullish() }).optional(),
  active: Flag.optional(),
});
export type MailAccountInput = z.output<typeof AccountInput>;

const Outbound = z.object({
  adapter: z.enum(['smtp', 'sendmail']),
  options: z
    .object({
      host: z.string(),
      port: z.number().int(),
      ssl: z.enum(mailTransports),
      ssl_verify: z.boolean(),
      user: z.string(),
      password: Mask,
    })
    .nullable(),
});

export const MailAccount = Row.extend({
  /** Always `Email::Outbound`. */
  area: z.string(),
  name: z.string(),
  addresses: z.array(z.string()),
  fallback: z.boolean(),
  max_size_mb: z.number().int().nullable(),
  options: z.object({ outbound: Outbound, auth: MailAuth.nullable() }),
  active: z.boolean(),
  preferences: z.record(z.string(), z.unknown()),
  /** False: this installation sends everything by the relay of its operator. */
  used: z.boolean(),
  status_out: z.enum(['ok', 'error']).nullable(),
  last_log_out: z.string().nullable(),
  last_success_at: Instant.nullable(),
});

const AccountTesting = z.object({
  id: Id.nullish(),
  options: z.looseObject({ outbound: OutboundInput, auth: AuthInput.nullish() }),
  /** Who gets a mail that says no more than that it is a test; absent: none is sent. */
  from: word(254).nullish(),
  to: word(254).nullish(),
});

export const mailAccounts = {
  list: defineEndpoint({
    id: 'listMailAccounts',
    method: 'GET',
    path: outboundPath,
    question: 'rpc.notification.v1.list-accounts',
    tag,
    summary: 'All accounts that mails leave by, by id, with how that goes',
    query: Page,
    response: many(MailAccount),
  }),
  get: defineEndpoint({
    id: 'getMailAccount',
    method: 'GET',
    path: `${outboundPath}/:id`,
    question: 'rpc.notification.v1.get-account',
    tag,
    summary: 'One account that mails leave by',
    params,
    query: Reading,
    response: one(MailAccount),
  }),
  create: defineEndpoint({
    id: 'createMailAccount',
    method: 'POST',
    path: outboundPath,
    question: 'rpc.notification.v1.create-account',
    tag,
    summary: 'Adds an account; mails of its addresses leave by it from then on, those that wait as well',
    status: 201,
    query: Reading,
    body: AccountInput,
    response: one(MailAccount),
  }),
  update: defineEndpoint({
    id: 'updateMailAccount',
    method: 'PUT',
    path: `${outboundPath}/:id`,
    question: 'rpc.notification.v1.update-account',
    tag,
    summary: 'Changes an account, or takes it out of use (`active: false`); without a restart',
    params,
    query: Reading,
    body: AccountInput,
    response: one(MailAccount),
  }),
  delete: defineEndpoint({
    id: 'deleteMailAccount',
    method: 'DELETE',
    path: `${outboundPath}/:id`,
    question: 'rpc.notification.v1.delete-account',
    tag,
    summary: 'Forgets an account; what waits leaves by the relay of the operator, or the fallback',
    params,
    response: z.object({}),
  }),
  test: defineEndpoint({
    id: 'testMailAccount',
    method: 'POST',
    path: `${outboundPath}/test`,
    question: 'rpc.notification.v1.test-account',
    tag,
    summary: 'Whether mails could leave by an account, step by step; with `to` one is sent',
    body: AccountTesting,
    response: MailAccountTest,
  }),
  authorize: defineEndpoint({
    id: 'authorizeMailAccount',
    method: 'POST',
    path: `${outboundPath}/:id/authorization`,
    question: 'rpc.notification.v1.authorize-account',
    tag,
    summary:
      'The page of the provider on which somebody agrees that mails leave by the account; it leads back to the desk',
    params,
    response: z.object({ url: z.string() }),
  }),
  authorized: defineEndpoint({
    id: 'finishMailAccountAuthorization',
    method: 'POST',
    path: `${outboundPath}/authorization`,
    question: 'rpc.notification.v1.finish-account-authorization',
    tag,
    summary: 'What the provider sent along when it led back; from then on mails leave with it',
    body: z.object({ state: text(4_000), code: text(4_000) }),
    response: MailAccount,
  }),
};
