import {
  type Actor,
  administersAll,
  administersAny,
  auditMessage,
  type Caller,
  changesBetween,
  hasPermission,
  type MailAccountTest,
  type MailChannelInput,
  recordAudit,
} from '@helpmesh/contracts';
import { AppError, type Clock, uuidv7 } from '@helpmesh/kernel';
import type { Outbox } from '@helpmesh/messaging';
import { transaction, violates } from '@helpmesh/persistence';
import {
  consentOver,
  isSameServer,
  type MailAccounts,
  type MailAuth,
  type MailSecrets,
  mailAuthFrom,
  mailSecretNames,
  mailServerFrom,
} from '@helpmesh/service-kit';
import type { DataSource, EntityManager } from 'typeorm';
import { usableAddress } from '../../domain/address.ts';
import type { ChannelStore } from '../../persistence/channel.store.ts';
import type { MailboxSource } from '../ports.ts';
import { requireMailAdmin } from '../quarantine.ts';
import type { ChannelBook } from './channel-book.ts';
import { type ChannelRow, type ChannelValues, isSameMailbox, type Source } from './mail-channel.ts';
import { placeOf } from './place-of.ts';

type Options = NonNullable<MailChannelInput['options']>;
type Account = Pick<ChannelValues, 'adapter' | 'source' | 'auth'>;

/** Looks whether a mailbox can be fetched. Never throws: what went wrong is in the answer. */
export type TryMailbox = (source: MailboxSource) => Promise<MailAccountTest>;

const audited = ['name', 'email', 'group_id', 'adapter', 'source', 'auth', 'active'] as const;
const ports = { imap: { ssl: 993, starttls: 143, off: 143 }, pop3: { ssl: 995, starttls: 110, off: 110 } };

export interface ManageChannelsParts {
  db: DataSource;
  store: ChannelStore;
  book: ChannelBook;
  accounts: MailAccounts;
  tryMailbox: TryMailbox;
  outbox: Outbox;
  clock: Clock;
}

/**
 * Mailboxes that are fetched, for those who look after mail channels. Whoever administers the community of the group that
 * one leads to has it in hand as well, but for the server that the desk connects to. Secrets go in and never come out.
 */
export class ManageChannels {
  constructor(private readonly parts: ManageChannelsParts) {}

  /** @throws AppError forbidden */
  async list(actor: Actor | undefined, limit: number, offset: number): Promise<ShownChannel[]> {
    const keeper = requireKeeper(actor);
    const only = isMailAdmin(keeper) ? null : (keeper.administers ?? []);
    const rows = await this.parts.store.list(this.parts.db, only, limit, offset);
    return rows.map((row) => this.shown(row));
  }

  /** @throws AppError forbidden; not-found `mail-channel.not-found` */
  async get(actor: Actor | undefined, id: number): Promise<ShownChannel> {
    const keeper = requireKeeper(actor);
    return this.shown(theirs(keeper, await this.parts.store.get(this.parts.db, id), id));
  }

  /** @throws AppError forbidden; invalid `input.*`, `mail-channel.*` */
  async create(caller: Caller | undefined, input: MailChannelInput): Promise<ShownChannel> {
    const actor = requireMailAdmin(caller);
    const { store, accounts, clock } = this.parts;
    const { options } = input;
    if (!options) throw new AppError('invalid', 'input.missing', "The required value 'options' is missing.");
    const account = accountFrom(options);
    const secrets = accounts.secretsFor(givenIn(options), openedBy(account));
    return this.write(async (tx) => {
      const values: ChannelValues = {
        ...account,
        name: nameOf(input.name ?? account.source.user),
        email: emailOf(input.email),
        group_id: input.group_id || null,
        active: input.active ?? true,
      };
      const id = await store.insert(tx, values, authorOf(actor), new Date(clock.now()));
      await store.seal(tx, id, accounts.seal(id, secrets));
      const row = found(await store.get(tx, id), id);
      await this.tell(tx, actor, 'created', null, row);
      return this.shown(row);
    });
  }

  /** @throws AppError like `create`; not-found `mail-channel.not-found`; invalid `mail-account.secret-needed` */
  async update(caller: Caller | undefined, id: number, input: MailChannelInput): Promise<ShownChannel> {
    const actor = requireKeeper(caller);
    const { store, accounts, clock } = this.parts;
    return this.write(async (tx) => {
      const before = theirs(actor, await store.lock(tx, id), id);
      const { options } = input;
      const account: Account = options ? accountFrom(options) : before;
      requireServer(actor, before, account);
      // What such mails say reaches every group.
      if ((account.source.trusted ?? false) !== (before.source.trusted ?? false)) requireMailAdmin(actor);
      const values: ChannelValues = {
        ...{ adapter: account.adapter, source: account.source, auth: account.auth },
        name: input.name === undefined ? before.name : nameOf(input.name),
        email: input.email === undefined ? before.email : emailOf(input.email),
        group_id: input.group_id === undefined ? before.group_id : input.group_id || null,
        active: input.active ?? before.active,
      };
      requireGroup(actor, values.group_id);
      const held = accounts.open(before);
      const secrets = options
        ? accounts.secretsFor(givenIn(options), openedBy(account), { ...before, ...openedBy(before) })
        : held;
      await store.update(tx, id, values, !isSameMailbox(before, values), authorOf(actor), new Date(clock.now()));
      const changed = mailSecretNames.filter((name) => secrets[name] !== held[name]);
      if (changed.length > 0) await store.seal(tx, id, accounts.seal(id, secrets));
      const row = found(await store.get(tx, id), id);
      await this.tell(tx, actor, 'changed', before, row, changed);
      return this.shown(row);
    });
  }

  /** @throws AppError forbidden; not-found `mail-channel.not-found` */
  async remove(caller: Caller | undefined, id: number): Promise<void> {
    const actor = requireMailAdmin(caller);
    await this.write(async (tx) => {
      const before = found(await this.parts.store.lock(tx, id), id);
      await this.parts.store.remove(tx, before);
      await this.tell(tx, actor, 'deleted', before, null);
    });
  }

  /** @throws AppError forbidden; not-found `mail-channel.not-found`; invalid `mail-account.secret-needed` */
  async test(actor: Actor | undefined, { id, options }: { id?: number | null | undefined; options: Options }) {
    const keeper = requireKeeper(actor);
    const { db, store, accounts, tryMailbox } = this.parts;
    const account = accountFrom(options);
    const stored = id ? theirs(keeper, await store.get(db, id), id) : undefined;
    requireServer(keeper, stored, account);
    const before = stored && { ...stored, ...openedBy(stored) };
    const secrets = accounts.secretsFor(givenIn(options), openedBy(account), before);
    const keep = async (next: MailSecrets) => {
      if (stored) await store.reseal(db, stored.id, stored.secrets, accounts.seal(stored.id, next));
    };
    const key = uuidv7();
    const refused = () => accounts.forget(key);
    const credential = async () =>
      account.auth
        ? { accessToken: await accounts.accessToken(key, account.auth, secrets, keep) }
        : { password: secrets.password ?? '' };
    const place = placeOf({ ...account, email: null });
    try {
      return await tryMailbox({ ...place, name: 'test', credential, refused, told: () => undefined });
    } finally {
      accounts.forget(key);
    }
  }

  /** @throws AppError forbidden; not-found `mail-channel.not-found`; invalid `mail-account.no-oauth`, `oauth.*` */
  async authorize(actor: Actor | undefined, id: number): Promise<{ url: string }> {
    const admin = requireKeeper(actor);
    const { db, store, accounts } = this.parts;
    const row = theirs(admin, await store.get(db, id), id);
    return { url: accounts.askConsent(admin.userId, { ...row, auth: authOf(row) }, row.source.user) };
  }

  /** @throws AppError forbidden; invalid `mail-account.consent-over`, `oauth.*`; not-found `mail-channel.not-found` */
  async authorized(caller: Caller | undefined, given: { state: string; code: string }): Promise<ShownChannel> {
    const actor = requireKeeper(caller);
    const { db, store, accounts } = this.parts;
    const { id, verifier } = accounts.consentOf(given.state, actor.userId);
    const asked = theirs(actor, await store.get(db, id), id);
    const refresh_token = await accounts.exchange({ ...asked, auth: authOf(asked) }, { code: given.code, verifier });
    return this.write(async (tx) => {
      const row = theirs(actor, await store.lock(tx, id), id);
      // The consent is for the account it was asked for.
      if (!isSameServer(openedBy(asked), openedBy(row))) throw consentOver();
      await store.seal(tx, id, accounts.seal(id, { ...accounts.open(row), refresh_token }));
      const after = found(await store.get(tx, id), id);
      await this.tell(tx, actor, 'changed', row, after, ['refresh_token']);
      return this.shown(after);
    });
  }

  private shown(row: ChannelRow): ShownChannel {
    const { password, ...masks } = this.parts.accounts.masked(row);
    const { id, name, email, group_id, adapter, source, auth, active } = row;
    return {
      ...{ id, area: 'Email::Account', name, email, group_id },
      options: {
        inbound: { adapter, options: { ...source, trusted: source.trusted ?? false, password } },
        auth: auth && {
          type: 'XOAUTH2',
          ...auth,
          client_secret: masks.client_secret,
          refresh_token: masks.refresh_token,
        },
      },
      ...{ active, preferences: {} },
      status_in: active ? row.status : null,
      last_log_in: active ? row.error : null,
      last_success_at: row.success_at,
      updated_by_id: row.updated_by_id,
      created_by_id: row.created_by_id,
      created_at: row.created_at,
      updated_at: row.updated_at,
    };
  }

  private async tell(
    tx: EntityManager,
    actor: Caller,
    what: 'created' | 'changed' | 'deleted',
    before: ChannelRow | null,
    after: ChannelRow | null,
    secrets: readonly string[] = [],
  ): Promise<void> {
    const { id, name } = (after ?? before) as ChannelRow;
    const changes = changesBetween(before, after, audited);
    for (const secret of secrets) changes[secret] = {};
    const told = { action: `mail-channel.${what}`, object: { type: 'Channel', id, label: name }, changes };
    await this.parts.outbox.add(tx, recordAudit, auditMessage(actor, told));
  }

  /** What the answer tells is in force when it is given. */
  private async write<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    try {
      const done = await transaction(this.parts.db, work);
      this.parts.outbox.ring();
      await this.parts.book.refresh();
      return done;
    } catch (error) {
      if (!violates(error, 'mail_channel_name_key')) throw error;
      throw new AppError('invalid', 'input.not-unique', 'This object already exists.');
    }
  }
}

export interface ShownChannel extends Omit<ChannelValues, 'adapter' | 'source' | 'auth'> {
  id: number;
  area: string;
  options: {
    inbound: { adapter: string; options: Source & { trusted: boolean; password: string | null } };
    auth: object | null;
  };
  preferences: object;
  status_in: 'ok' | 'error' | null;
  last_log_in: string | null;
  last_success_at: Date | null;
  created_by_id: number;
  updated_by_id: number;
  created_at: Date;
  updated_at: Date;
}

const isMailAdmin = (actor: Actor) => hasPermission(actor, 'admin.channel_email');

/** Who looks after mailboxes, or after those of the groups of a community. @throws AppError forbidden */
function requireKeeper<A extends Actor>(actor: A | undefined): A {
  return actor && administersAny(actor) ? actor : requireMailAdmin(actor);
}

/** The mailbox, if it is the keeper's: what others look after is not there. @throws AppError not-found */
function theirs(keeper: Actor, row: ChannelRow | undefined, id: number): ChannelRow {
  return found(row && mayKeep(keeper, row.group_id) ? row : undefined, id);
}

const mayKeep = (keeper: Actor, groupId: number | null) =>
  isMailAdmin(keeper) || administersAll(keeper, groupId === null ? [] : [groupId]);

/** Whom the desk connects to is its own to say. @throws AppError forbidden */
function requireServer(keeper: Actor, before: ChannelRow | undefined, account: Account): void {
  const same =
    before && isSameServer(openedBy(before), openedBy(account)) && before.source.port === account.source.port;
  if (!same) requireMailAdmin(keeper);
}

/** @throws AppError invalid: a mailbox of a community leads to one of its groups */
function requireGroup(keeper: Actor, groupId: number | null): void {
  if (mayKeep(keeper, groupId)) return;
  const detail = 'A mailbox of your community leads to one of its groups.';
  throw new AppError('invalid', 'mail-channel.not-of-community', detail);
}

const authorOf = ({ userId, actingUserId }: Actor) => actingUserId ?? userId;

function accountFrom({ inbound: { adapter, options }, auth }: Options): Account {
  const server = mailServerFrom(options, ports[adapter]);
  if (server.user === '') throw new AppError('invalid', 'input.missing', "The required value 'user' is missing.");
  const source: Source = {
    ...server,
    folder: (adapter === 'imap' && options.folder?.trim()) || 'INBOX',
    keep_on_server: options.keep_on_server ?? true,
    move_to: (adapter === 'imap' && options.move_to?.trim()) || null,
    poll_seconds: options.poll_seconds ?? 60,
    trusted: options.trusted ?? false,
  };
  if (source.move_to === source.folder) {
    throw new AppError('invalid', 'mail-channel.same-folder', 'Mails cannot be moved into the folder they are in.');
  }
  return { adapter, source, auth: auth ? mailAuthFrom(auth) : null };
}

const openedBy = ({ source, auth }: Pick<Account, 'source' | 'auth'>) => ({ server: source, auth });

const givenIn = ({ inbound, auth }: Options) => ({
  password: inbound.options.password,
  client_secret: auth?.client_secret,
  refresh_token: auth?.refresh_token,
});

function authOf({ auth }: ChannelRow): MailAuth {
  if (auth) return auth;
  throw new AppError('invalid', 'mail-account.no-oauth', 'The mailbox is opened by a password.');
}

function nameOf(name: string): string {
  if (name.trim() === '') throw new AppError('invalid', 'input.name-blank', "Name can't be blank");
  return name.trim();
}

function emailOf(email: string | null | undefined): string | null {
  if (!email?.trim()) return null;
  const address = usableAddress(email);
  if (address === null) throw new AppError('invalid', 'input.email-invalid', `Invalid email '${email}'`);
  return address.toLowerCase();
}

function found(row: ChannelRow | undefined, id: number): ChannelRow {
  if (row) return row;
  throw new AppError('not-found', 'mail-channel.not-found', `Couldn't find Channel with 'id'=${id}`);
}
