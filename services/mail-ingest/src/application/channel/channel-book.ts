import { type Clock, epochMs, uuidv7 } from '@helpmesh/kernel';
import { KeptReady, type MailAccounts, type MailSecrets } from '@helpmesh/service-kit';
import type { DataSource } from 'typeorm';
import type { ChannelStore } from '../../persistence/channel.store.ts';
import type { MailboxSource } from '../ports.ts';
import { type ChannelRow, keyOf } from './mail-channel.ts';
import { placeOf } from './place-of.ts';

/** How often it is written down that nothing has changed. */
const TELL_EVERY_MS = 60_000;

interface Held {
  row: ChannelRow;
  source: MailboxSource;
}

/** The mailboxes in force. Nothing is asked of the database for a mail. */
export class ChannelBook extends KeptReady {
  private held = new Map<number, Held>();
  private groups = new Map<string, number>();
  private trusted: ReadonlySet<string> = new Set();
  private revision = -1;
  private changed: () => void = () => undefined;

  constructor(
    private readonly db: DataSource,
    private readonly store: ChannelStore,
    private readonly accounts: MailAccounts,
    private readonly clock: Clock,
    /** Of the environment. */
    private readonly fixed: readonly MailboxSource[],
  ) {
    super('channels', 'the mailboxes cannot be read now');
  }

  /** @param changed  called when `sources` are others than before */
  override async start(changed: () => void = () => undefined): Promise<void> {
    this.changed = changed;
    await super.start();
  }

  get sources(): readonly MailboxSource[] {
    return [...this.fixed, ...[...this.held.values()].map(({ source }) => source)];
  }

  /** Where the mails of a mailbox go that nothing else leads anywhere. */
  groupOf(channel: string): number | undefined {
    return this.groups.size === 0 ? undefined : this.groups.get(channel);
  }

  /** Whether the mails of a mailbox may say themselves what becomes of them. */
  isTrusted(channel: string): boolean {
    return this.trusted.has(channel);
  }

  protected async read(): Promise<void> {
    const revision = await this.store.revision(this.db);
    if (revision === this.revision) return;
    const rows = await this.store.inForce(this.db);
    this.held = new Map(rows.map((row) => [row.id, this.heldOf(row)]));
    this.groups = new Map(
      rows.flatMap((row) => (row.group_id === null ? [] : [[`${row.adapter}:${keyOf(row)}`, row.group_id]])),
    );
    this.trusted = trustedOf(this.sources);
    this.revision = revision;
    this.changed();
  }

  /** A channel that is as it was keeps its source, and with it its connection. */
  private heldOf(row: ChannelRow): Held {
    const before = this.held.get(row.id);
    if (
      before &&
      epochMs(before.row.updated_at) === epochMs(row.updated_at) &&
      before.row.secrets.equals(row.secrets)
    ) {
      return before;
    }
    return { row, source: this.sourceOf(row) };
  }

  private sourceOf(row: ChannelRow): MailboxSource {
    // A channel that was changed, or agreed to anew, asks for a token of its own.
    const key = uuidv7();
    let secrets: MailSecrets | undefined;
    let sealedBytes = row.secrets;
    const keep = async (next: MailSecrets) => {
      const sealed = this.accounts.seal(row.id, next);
      await this.store.reseal(this.db, row.id, sealedBytes, sealed);
      sealedBytes = sealed;
      secrets = next;
    };
    const told = { error: undefined as string | null | undefined, at: 0 };
    return {
      ...placeOf(row),
      name: keyOf(row),
      credential: async () => {
        secrets ??= this.accounts.open(row);
        if (!row.auth) return { password: secrets.password ?? '' };
        return { accessToken: await this.accounts.accessToken(key, row.auth, secrets, keep) };
      },
      refused: () => this.accounts.forget(key),
      told: (error) => {
        const now = this.clock.now();
        if (told.error === error && now - told.at < TELL_EVERY_MS) return;
        Object.assign(told, { error, at: now });
        this.store.told(this.db, row, error, new Date(now)).catch((cause) => {
          told.error = undefined;
          this.log.warn({ err: cause, mailbox: keyOf(row) }, 'the state of a mailbox cannot be written down now');
        });
      },
    };
  }
}

function trustedOf(sources: readonly MailboxSource[]): Set<string> {
  return new Set(sources.flatMap(({ protocol, name, trusted }) => (trusted ? [`${protocol}:${name}`] : [])));
}
