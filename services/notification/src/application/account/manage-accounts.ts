import {
  type Actor,
  auditMessage,
  type Caller,
  changesBetween,
  type MailAccountInput,
  type MailAccountTest,
  recordAudit,
  type SECRET_MASK,
} from '@helpmesh/contracts';
import { AppError, type Clock, isDeliverable } from '@helpmesh/kernel';
import type { Outbox } from '@helpmesh/messaging';
import { afterCommit, transaction, violates } from '@helpmesh/persistence';
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
import type { AccountStore } from '../../persistence/account.store.ts';
import { requireChannelAdmin } from '../outbound-queue.ts';
import type { SendingAccount } from '../ports.ts';
import type { AccountBook } from './account-book.ts';
import type { AccountRow, AccountValues } from './mail-account.ts';

type Options = NonNullable<MailAccountInput['options']>;
type Way = Pick<AccountValues, 'adapter' | 'server' | 'auth'>;

/** Looks whether mails could leave by an account. Never throws: what went wrong is in the answer. */
export type TryAccount = (
  account: SendingAccount,
  mail: { from: string; to: string } | null,
) => Promise<MailAccountTest>;

const audited = ['name', 'adapter', 'addresses', 'fallback', 'max_size_mb', 'server', 'auth', 'active'] as const;
const ports = { ssl: 465, starttls: 587, off: 25 };

export interface ManageAccountsParts {
  db: DataSource;
  store: AccountStore;
  book: AccountBook;
  accounts: MailAccounts;
  tryAccount: TryAccount;
  outbox: Outbox;
  clock: Clock;
  /** Whether there is a program that takes mails. */
  hasProgram: boolean;
  /** Who speaks in a test that names nobody. */
  from: string;
  /** Mails may leave now that could not before. */
  wake: () => void;
}

/** Accounts that mails leave by, for those who look after mail channels. Secrets go in and never come out. */
export class ManageAccounts {
  constructor(private readonly parts: ManageAccountsParts) {}

  /** Whether there is one. Asked by services. */
  has(id: number): Promise<boolean> {
    return this.parts.store.has(this.parts.db, id);
  }

  /** @throws AppError forbidden */
  async list(actor: Actor | undefined, limit: number, offset: number): Promise<ShownAccount[]> {
    requireChannelAdmin(actor);
    const rows = await this.parts.store.list(this.parts.db, limit, offset);
    return rows.map((row) => this.shown(row));
  }

  /** @throws AppError forbidden; not-found `mail-account.not-found` */
  async get(actor: Actor | undefined, id: number): Promise<ShownAccount> {
    requireChannelAdmin(actor);
    return this.shown(found(await this.parts.store.get(this.parts.db, id), id));
  }

  /** @throws AppError forbidden; invalid `input.*`, `mail-account.*`, `oauth.*` */
  async create(caller: Caller | undefined, input: MailAccountInput): Promise<ShownAccount> {
    const actor = requireChannelAdmin(caller);
    const { store, accounts, clock } = this.parts;
    const { options } = input;
    if (!options) throw new AppError('invalid', 'input.missing', "The required value 'options' is missing.");
    const way = this.wayFrom(options);
    const secrets = accounts.secretsFor(givenIn(options), way);
    return this.write(async (tx) => {
      const values: AccountValues = {
        ...way,
        name: nameOf(input.name ?? way.server?.host ?? way.adapter),
        addresses: addressesOf(input.addresses ?? []),
        fallback: input.fallback ?? false,
        max_size_mb: input.max_size_mb ?? null,
        active: input.active ?? true,
      };
      const id = await store.insert(tx, values, authorOf(actor), new Date(clock.now()));
      await store.seal(tx, id, accounts.seal(id, secrets));
      const row = found(await store.get(tx, id), id);
      await this.tell(tx, actor, 'created', null, row);
      return this.shown(row);
    });
  }

  /** @throws AppError like `create`; not-found `mail-account.not-found`; invalid `mail-account.secret-needed` */
  async update(caller: Caller | undefined, id: number, input: MailAccountInput): Promise<ShownAccount> {
    const actor = requireChannelAdmin(caller);
    const { store, accounts, clock } = this.parts;
    return this.write(async (tx) => {
      const before = found(await store.lock(tx, id), id);
      const { options } = input;
      const way: Way = options ? this.wayFrom(options) : before;
      const values: AccountValues = {
        ...{ adapter: way.adapter, server: way.server, auth: way.auth },
        name: input.name === undefined ? before.name : nameOf(input.name),
        addresses: input.addresses === undefined ? before.addresses : addressesOf(input.addresses),
        fallback: input.fallback ?? before.fallback,
        max_size_mb: input.max_size_mb === undefined ? before.max_size_mb : input.max_size_mb,
        active: input.active ?? before.active,
      };
      const held = accounts.open(before);
      const secrets = options ? accounts.secretsFor(givenIn(options), way, before) : held;
      await store.update(tx, id, values, authorOf(actor), new Date(clock.now()));
      const changed = mailSecretNames.filter((name) => secrets[name] !== held[name]);
      if (changed.length > 0) await store.seal(tx, id, accounts.seal(id, secrets));
      const row = found(await store.get(tx, id), id);
      await this.tell(tx, actor, 'changed', before, row, changed);
      return this.shown(row);
    });
  }

  /** @throws AppError forbidden; not-found `mail-account.not-found` */
  async remove(caller: Caller | undefined, id: number): Promise<void> {
    const actor = requireChannelAdmin(caller);
    await this.write(async (tx) => {
      const before = found(await this.parts.store.lock(tx, id), id);
      await this.parts.store.remove(tx, id);
      await this.tell(tx, actor, 'deleted', before, null);
    });
  }

  /**
   * @throws AppError forbidden; not-found `mail-account.not-found`; invalid `mail-account.secret-needed`,
   *   `mail-account.address-invalid`; conflict `mail-account.unused`
   */
  async test(
    actor: Actor | undefined,
    given: {
      id?: number | null | undefined;
      options: Options;
      from?: string | null | undefined;
      to?: string | null | undefined;
    },
  ): Promise<MailAccountTest> {
    requireChannelAdmin(actor);
    const { db, store, book, accounts, tryAccount } = this.parts;
    this.requireUse();
    const way = this.wayFrom(given.options);
    const stored = given.id ? found(await store.get(db, given.id), given.id) : undefined;
    let secrets = accounts.secretsFor(givenIn(given.options), way, stored);
    const keep = async (next: MailSecrets) => {
      if (stored) await store.reseal(db, stored.id, stored.secrets, accounts.seal(stored.id, next));
      secrets = next;
    };
    const to = given.to?.trim() ?? '';
    const from = given.from?.trim() || this.parts.from;
    for (const address of to === '' ? [] : [from, to]) {
      if (!isDeliverable(address)) throw addressInvalid(address);
    }
    const account = book.sending(way, () => secrets, keep);
    try {
      return await tryAccount(account, to === '' ? null : { from, to });
    } finally {
      account.accessToken?.forget();
    }
  }

  /** @throws AppError forbidden; not-found `mail-account.not-found`; invalid `mail-account.no-oauth`, `oauth.*` */
  async authorize(actor: Actor | undefined, id: number): Promise<{ url: string }> {
    const admin = requireChannelAdmin(actor);
    const { db, store, accounts } = this.parts;
    const row = found(await store.get(db, id), id);
    return { url: accounts.askConsent(admin.userId, { ...row, auth: authOf(row) }, row.server?.user ?? '') };
  }

  /** @throws AppError forbidden; invalid `mail-account.consent-over`, `oauth.*`; not-found `mail-account.not-found` */
  async authorized(caller: Caller | undefined, given: { state: string; code: string }): Promise<ShownAccount> {
    const actor = requireChannelAdmin(caller);
    const { db, store, accounts } = this.parts;
    const { id, verifier } = accounts.consentOf(given.state, actor.userId);
    const asked = found(await store.get(db, id), id);
    const refresh_token = await accounts.exchange({ ...asked, auth: authOf(asked) }, { code: given.code, verifier });
    return this.write(async (tx) => {
      const row = found(await store.lock(tx, id), id);
      // The consent is for the account it was asked for.
      if (!isSameServer(asked, row)) throw consentOver();
      await store.seal(tx, id, accounts.seal(id, { ...accounts.open(row), refresh_token }));
      const after = found(await store.get(tx, id), id);
      await this.tell(tx, actor, 'changed', row, after, ['refresh_token']);
      return this.shown(after);
    });
  }

  private requireUse(): void {
    if (!this.parts.book.unused) return;
    const detail = 'This installation sends everything by the relay of its operator (MAIL_ONLY_RELAY).';
    throw new AppError('conflict', 'mail-account.unused', detail);
  }

  private wayFrom({ outbound: { adapter, options }, auth }: Options): Way {
    if (adapter === 'sendmail') {
      if (this.parts.hasProgram) return { adapter, server: null, auth: null };
      const detail = 'There is no program on this machine that takes mails (SENDMAIL_PATH).';
      throw new AppError('invalid', 'mail-account.no-program', detail);
    }
    if (!options) throw new AppError('invalid', 'input.missing', "The required value 'options' is missing.");
    const server = mailServerFrom(options, ports);
    if (auth && server.user === '') {
      throw new AppError('invalid', 'input.missing', "The required value 'user' is missing.");
    }
    return { adapter, server, auth: auth ? mailAuthFrom(auth) : null };
  }

  private shown(row: AccountRow): ShownAccount {
    const { password, ...masks } = this.parts.accounts.masked(row);
    const { id, name, adapter, addresses, fallback, max_size_mb, server, auth, active } = row;
    return {
      ...{ id, area: 'Email::Outbound', name, addresses, fallback, max_size_mb },
      options: {
        outbound: { adapter, options: server && { ...server, password } },
        auth: auth && {
          ...{ type: 'XOAUTH2', ...auth, client_secret: masks.client_secret, refresh_token: masks.refresh_token },
        },
      },
      ...{ active, preferences: {}, used: !this.parts.book.unused },
      status_out: active ? row.status : null,
      last_log_out: active ? row.error : null,
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
    before: AccountRow | null,
    after: AccountRow | null,
    secrets: readonly string[] = [],
  ): Promise<void> {
    const { id, name } = (after ?? before) as AccountRow;
    const changes = changesBetween(before, after, audited);
    for (const secret of secrets) changes[secret] = {};
    const told = { action: `mail-account.${what}`, object: { type: 'MailAccount', id, label: name }, changes };
    await this.parts.outbox.add(tx, recordAudit, auditMessage(actor, told));
  }

  /** What the answer tells is in force when it is given. */
  private async write<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    const { db, outbox, book, wake } = this.parts;
    try {
      const done = await transaction(db, async (tx) => {
        afterCommit(tx, wake);
        return work(tx);
      });
      outbox.ring();
      await book.refresh();
      return done;
    } catch (error) {
      if (violates(error, 'mail_account_fallback_key')) {
        throw new AppError('conflict', 'mail-account.fallback-taken', 'Another account is for all other addresses.');
      }
      if (!violates(error, 'mail_account_name_key')) throw error;
      throw new AppError('invalid', 'input.not-unique', 'This object already exists.');
    }
  }
}

export interface ShownAccount extends Omit<AccountValues, 'adapter' | 'server' | 'auth'> {
  id: number;
  area: string;
  options: {
    outbound: {
      adapter: string;
      options: (NonNullable<AccountValues['server']> & { password: typeof SECRET_MASK | null }) | null;
    };
    auth: object | null;
  };
  preferences: object;
  used: boolean;
  status_out: 'ok' | 'error' | null;
  last_log_out: string | null;
  last_success_at: Date | null;
  created_by_id: number;
  updated_by_id: number;
  created_at: Date;
  updated_at: Date;
}

const authorOf = ({ userId, actingUserId }: Actor) => actingUserId ?? userId;

const givenIn = ({ outbound, auth }: Options) => ({
  password: outbound.options?.password,
  client_secret: auth?.client_secret,
  refresh_token: auth?.refresh_token,
});

function addressesOf(given: readonly string[]): string[] {
  return [
    ...new Set(
      given.map((text) => {
        const address = text.trim().toLowerCase();
        if (isDeliverable(address.startsWith('@') ? `a${address}` : address)) return address;
        throw addressInvalid(text);
      }),
    ),
  ];
}

const addressInvalid = (text: string) =>
  new AppError('invalid', 'mail-account.address-invalid', `This is no mail address: '${text}'`);

function authOf({ auth }: AccountRow): MailAuth {
  if (auth) return auth;
  throw new AppError('invalid', 'mail-account.no-oauth', 'The account is opened by a password.');
}

function nameOf(name: string): string {
  if (name.trim() === '') throw new AppError('invalid', 'input.name-blank', "Name can't be blank");
  return name.trim();
}

function found(row: AccountRow | undefined, id: number): AccountRow {
  if (row) return row;
  throw new AppError('not-found', 'mail-account.not-found', `Couldn't find MailAccount with 'id'=${id}`);
}
