import type { OutputOf } from '@helpmesh/contracts';
import type { Endpoints } from '../../app/api.gen.ts';
import type { CallInput } from '../../app/api.ts';

export type Mailbox = OutputOf<Endpoints['getMailChannel']>;
export type Account = OutputOf<Endpoints['getMailAccount']>;
export type AccountTest = OutputOf<Endpoints['testMailChannel']>;
type MailboxBody = NonNullable<CallInput<'createMailChannel'>['body']>;
type MailboxOptions = NonNullable<MailboxBody['options']>;
type AccountBody = NonNullable<CallInput<'createMailAccount'>['body']>;
type AccountOptions = NonNullable<AccountBody['options']>;

/** How an account is opened: by a password, or by a provider of OAuth 2. */
export type Way = 'none' | 'password' | 'microsoft' | 'google' | 'other';
type Transport = 'ssl' | 'starttls' | 'off';

export interface ServerValues {
  host: string;
  /** Empty: the usual one. */
  port: string;
  ssl: Transport;
  ssl_verify: boolean;
  user: string;
  way: Way;
  /** Secrets: stars stand for the one that is stored. */
  password: string;
  client_secret: string;
  refresh_token: string;
  tenant: string;
  client_id: string;
  authorize_url: string;
  token_url: string;
  scope: string;
}

export interface MailboxValues extends ServerValues {
  name: string;
  email: string;
  group_id: number | null;
  adapter: 'imap' | 'pop3';
  folder: string;
  afterwards: 'keep' | 'delete' | 'move';
  move_to: string;
  poll_seconds: number;
  trusted: boolean;
  active: boolean;
}

export interface AccountValues extends ServerValues {
  name: string;
  adapter: 'smtp' | 'sendmail';
  /** A line for a line. */
  addresses: string;
  fallback: boolean;
  /** Empty: as the operator set it for all. */
  max_size_mb: string;
  active: boolean;
}

const newServer: ServerValues = {
  ...{ host: '', port: '', ssl: 'ssl', ssl_verify: true, user: '', way: 'password', password: '' },
  ...{ client_secret: '', refresh_token: '', tenant: '', client_id: '', authorize_url: '', token_url: '', scope: '' },
};

export const newMailbox: MailboxValues = {
  ...newServer,
  ...{ name: '', email: '', group_id: null, adapter: 'imap', folder: 'INBOX', afterwards: 'keep', move_to: '' },
  ...{ poll_seconds: 60, trusted: false, active: true },
};

export const newAccount: AccountValues = {
  ...newServer,
  ...{ ssl: 'starttls', name: '', adapter: 'smtp', addresses: '', fallback: false, max_size_mb: '', active: true },
};

export const usualPorts = {
  imap: { ssl: 993, starttls: 143, off: 143 },
  pop3: { ssl: 995, starttls: 110, off: 110 },
  smtp: { ssl: 465, starttls: 587, off: 25 },
} as const;

export function mailboxValues(mailbox: Mailbox): MailboxValues {
  const { name, email, group_id, active, options } = mailbox;
  const { adapter, options: source } = options.inbound;
  const { folder, keep_on_server, move_to, poll_seconds, trusted } = source;
  return {
    ...serverValues(source, options.auth),
    ...{ name, email: email ?? '', group_id, adapter, folder, poll_seconds, trusted, active },
    afterwards: move_to !== null ? 'move' : keep_on_server ? 'keep' : 'delete',
    move_to: move_to ?? '',
  };
}

export function mailboxBody(values: MailboxValues): MailboxBody {
  const { name, email, group_id, active } = values;
  return {
    ...(name !== '' && { name }),
    ...{ email: email || null, group_id, active },
    options: mailboxOptions(values),
  };
}

export function mailboxOptions(values: MailboxValues): MailboxOptions {
  const { adapter, folder, afterwards, move_to, poll_seconds, trusted } = values;
  const options = {
    ...serverBody(values),
    ...{ folder, keep_on_server: afterwards === 'keep', poll_seconds, trusted },
    move_to: afterwards === 'move' ? move_to : null,
  };
  return { inbound: { adapter, options }, auth: authBody(values) };
}

export function accountValues(account: Account): AccountValues {
  const { name, addresses, fallback, max_size_mb, active, options } = account;
  const { adapter, options: server } = options.outbound;
  return {
    ...newServer,
    ...(server && serverValues(server, options.auth)),
    ...(server && !options.auth && server.user === '' && { way: 'none' as const }),
    ...{ name, adapter, addresses: addresses.join('\n'), fallback, active },
    max_size_mb: max_size_mb === null ? '' : String(max_size_mb),
  };
}

export function accountBody(values: AccountValues): AccountBody {
  const { name, addresses, fallback, max_size_mb, active } = values;
  return {
    ...(name !== '' && { name }),
    addresses: linesOf(addresses),
    ...{ fallback, active, max_size_mb: max_size_mb === '' ? null : Number(max_size_mb) },
    options: accountOptions(values),
  };
}

export function accountOptions(values: AccountValues): AccountOptions {
  const { adapter, way } = values;
  if (adapter === 'sendmail') return { outbound: { adapter, options: null }, auth: null };
  const server = { ...serverBody(values), ...(way === 'none' && { user: null, password: null }) };
  return { outbound: { adapter, options: server }, auth: authBody(values) };
}

export const linesOf = (text: string): string[] => text.split(/[\s,]+/).filter((line) => line !== '');

/** Somebody has to agree on the pages of the provider; Microsoft's programs may sign in as themselves. */
export const needsConsent = ({ way }: Pick<ServerValues, 'way'>): boolean =>
  way === 'microsoft' || way === 'google' || way === 'other';

type Server = Pick<ServerValues, 'host' | 'ssl' | 'ssl_verify' | 'user'> & { port: number; password: string | null };

function serverValues({ host, port, ssl, ssl_verify, user, password }: Server, auth: Mailbox['options']['auth']) {
  return {
    ...newServer,
    ...{ host, port: String(port), ssl, ssl_verify, user, password: password ?? '' },
    ...(auth && {
      way: auth.provider,
      ...{ tenant: auth.tenant ?? '', client_id: auth.client_id, client_secret: auth.client_secret ?? '' },
      ...{ refresh_token: auth.refresh_token ?? '', scope: auth.scope ?? '' },
      ...{ authorize_url: auth.authorize_url ?? '', token_url: auth.token_url ?? '' },
    }),
  };
}

function serverBody({ host, port, ssl, ssl_verify, user, way, password }: ServerValues) {
  return {
    ...{ host, port: port === '' ? null : Number(port), ssl, ssl_verify, user },
    password: way === 'password' ? password || null : null,
  };
}

function authBody(values: ServerValues) {
  const { way, tenant, client_id, client_secret, refresh_token, authorize_url, token_url, scope } = values;
  if (way === 'none' || way === 'password') return null;
  const own = way === 'other';
  return {
    ...{ provider: way, client_id, client_secret: client_secret || null, refresh_token: refresh_token || null },
    tenant: way === 'microsoft' ? tenant || null : null,
    ...(own && { authorize_url: authorize_url || null, token_url: token_url || null, scope: scope || null }),
  };
}
