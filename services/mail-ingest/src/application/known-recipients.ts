import type { GroupSnapshot } from '@helpmesh/contracts';
import { afterCommit } from '@helpmesh/persistence';
import { logger } from '@helpmesh/telemetry';
import type { EntityManager } from 'typeorm';
import { baseAddress } from '../domain/address.ts';
import type { GroupAddresses, GroupDirectory, OwnAddresses } from './ports.ts';

/** Asking the owner of the groups for the same stranger again and again would let anybody keep it busy. */
const REFRESH_PAUSE_MS = 5_000;

/** Knows the desk's own addresses: configured ones, those of the mailboxes, and those of the groups. */
export class KnownRecipients implements OwnAddresses {
  private readonly log = logger('known-recipients');
  private readonly fixed = new Set<string>();
  private readonly domains = new Set<string>();
  private groups = new Set<string>();
  private mailboxes = new Set<string>();
  private refreshedAt = Number.NEGATIVE_INFINITY;
  private refreshing: Promise<void> | undefined;

  /** @param addresses  `name@domain`, or `@domain` for all of it */
  constructor(
    private readonly accept: 'any' | 'known',
    addresses: readonly string[],
    private readonly replica: GroupAddresses,
    private readonly directory: GroupDirectory,
  ) {
    for (const address of addresses) {
      if (address.startsWith('@')) this.domains.add(address.slice(1).toLowerCase());
      else this.fixed.add(baseAddress(address));
    }
  }

  /** Reads the replica. */
  async load(): Promise<void> {
    this.groups = new Set(await this.replica.all());
  }

  /** Whose mailboxes are fetched. */
  fetchedFor(addresses: readonly string[]): void {
    this.mailboxes = new Set(addresses.filter((address) => address.includes('@')).map(baseAddress));
  }

  /** Null: the group was deleted. */
  async groupChanged(tx: EntityManager, groupId: number, version: number, group: GroupSnapshot | null): Promise<void> {
    await this.replica.apply(tx, groupId, version, group);
    afterCommit(tx, () => {
      this.load().catch((error) => this.log.warn({ err: error }, 'known recipients cannot be read now'));
    });
  }

  includes(address: string): boolean {
    const base = baseAddress(address);
    return this.fixed.has(base) || this.groups.has(base) || this.mailboxes.has(base);
  }

  /**
   * May mail be addressed to it? A miss is looked up at its source before anybody is refused: the group may have been
   * made a moment ago.
   * @throws AppError unavailable when that is not possible now
   */
  async accepts(address: string): Promise<boolean> {
    if (this.accept === 'any' || this.isKnown(address)) return true;
    if (performance.now() - this.refreshedAt >= REFRESH_PAUSE_MS) await this.refresh();
    else await this.load();
    return this.isKnown(address);
  }

  private isKnown(address: string): boolean {
    // Every domain that takes mail must take postmaster's (RFC 5321 4.5.1).
    if (/^postmaster(@|$)/i.test(address)) return true;
    return this.domains.has(address.slice(address.lastIndexOf('@') + 1).toLowerCase()) || this.includes(address);
  }

  private refresh(): Promise<void> {
    this.refreshing ??= this.directory
      .ask()
      .then((groups) => this.replica.replace(groups))
      .then(() => this.load())
      .then(() => {
        this.refreshedAt = performance.now();
      })
      .finally(() => {
        this.refreshing = undefined;
      });
    return this.refreshing;
  }
}
