import { type Clock, epochMs, uuidv7 } from '@helpmesh/kernel';
import { KeptReady, type MailAccounts, type MailSecrets } from '@helpmesh/service-kit';
import type { DataSource } from 'typeorm';
import { accountFor } from '../../domain/account/mail-account.ts';
import type { AccountStore } from '../../persistence/account.store.ts';
import type { MailWire, SendingAccount } from '../ports.ts';
import type { AccountRow } from './mail-account.ts';

/** How often it is written down that nothing has changed. */
const TELL_EVERY_MS = 60_000;

interface Held {
  row: AccountRow;
  id: number;
  addresses: readonly string[];
  fallback: boolean;
  /** Null: as for all. */
  maxSizeMb: number | null;
  wire: MailWire;
  told: (error: string | null) => void;
}

/** The accounts in force, each with its connections. Nothing is asked of the database for a mail. */
export class AccountBook extends KeptReady {
  private held: Held[] = [];
  private bound: ReadonlyMap<string, number> = new Map();
  private revision = -1;

  constructor(
    private readonly db: DataSource,
    private readonly store: AccountStore,
    private readonly accounts: MailAccounts,
    private readonly clock: Clock,
    private readonly wireTo: (account: SendingAccount) => MailWire,
    /** Everything leaves by the relay of the operator, whatever is set up. */
    readonly unused: boolean,
  ) {
    super('accounts', 'the accounts cannot be read now');
  }

  override async start(): Promise<void> {
    if (!this.unused) await super.start();
  }

  override async refresh(): Promise<void> {
    if (!this.unused) await super.refresh();
  }

  /** Who sends the mails of this address; undefined: the relay of the operator. */
  of(sender: string): Pick<Held, 'wire' | 'told' | 'maxSizeMb'> | undefined {
    return this.held.length === 0 ? undefined : accountFor(this.held, sender, this.bound);
  }

  close(): void {
    for (const { wire } of this.held) wire.close();
    this.held = [];
  }

  /** How an account would be used; its secrets are opened when they are needed. */
  sending(
    { server, auth }: Pick<AccountRow, 'server' | 'auth'>,
    opened: () => MailSecrets,
    keep: (next: MailSecrets) => Promise<void>,
  ): SendingAccount {
    const key = uuidv7();
    return {
      server,
      password: () => (auth ? null : opened().password),
      accessToken: auth && {
        get: async () => this.accounts.accessToken(key, auth, opened(), keep),
        forget: () => this.accounts.forget(key),
      },
    };
  }

  protected async read(): Promise<void> {
    const revision = await this.store.revision(this.db);
    if (revision === this.revision) return;
    const [rows, bound] = await Promise.all([this.store.inForce(this.db), this.store.bound(this.db)]);
    this.bound = bound;
    const before = this.held;
    this.held = rows.flatMap((row) => before.find((one) => isAsBefore(one.row, row)) ?? this.heldOf(row));
    // Mails on the wire are sent; those that wait for a connection are put off, and leave by the new one.
    for (const one of before) if (!this.held.includes(one)) one.wire.close();
    this.revision = revision;
  }

  private heldOf(row: AccountRow): Held[] {
    let secrets: MailSecrets | undefined;
    let sealed = row.secrets;
    const keep = async (next: MailSecrets) => {
      const bytes = this.accounts.seal(row.id, next);
      await this.store.reseal(this.db, row.id, sealed, bytes);
      sealed = bytes;
      secrets = next;
    };
    const opened = () => {
      secrets ??= this.accounts.open(row);
      return secrets;
    };
    try {
      const wire = this.wireTo(this.sending(row, opened, keep));
      const { addresses, fallback, max_size_mb: maxSizeMb } = row;
      return [{ row, id: row.id, addresses, fallback, maxSizeMb, wire, told: this.teller(row) }];
    } catch (error) {
      this.log.error({ err: error, account: row.id }, 'an account cannot be used and is left out');
      return [];
    }
  }

  private teller(row: AccountRow): Held['told'] {
    const told = { error: undefined as string | null | undefined, at: 0 };
    return (error) => {
      const now = this.clock.now();
      if (told.error === error && now - told.at < TELL_EVERY_MS) return;
      Object.assign(told, { error, at: now });
      this.store.told(this.db, row, error, new Date(now)).catch((cause) => {
        told.error = undefined;
        this.log.warn({ err: cause, account: row.id }, 'the state of an account cannot be written down now');
      });
    };
  }
}

function isAsBefore(before: AccountRow, row: AccountRow): boolean {
  return (
    before.id === row.id && epochMs(before.updated_at) === epochMs(row.updated_at) && before.secrets.equals(row.secrets)
  );
}
