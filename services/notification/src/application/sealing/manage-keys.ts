import {
  type Actor,
  auditMessage,
  type Caller,
  changesBetween,
  type learnCertificate,
  type MailKeyInput,
  type Message,
  recordAudit,
} from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { pemOf, type ReadKey, readKeys } from '@helpmesh/mail-security';
import type { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import type { SecretBox } from '@helpmesh/service-kit';
import type { DataSource, EntityManager } from 'typeorm';
import type { MailKeyStore } from '../../persistence/mail-key.store.ts';
import { requireChannelAdmin } from '../outbound-queue.ts';
import { type GroupSealing, type MailKeyKind, type MailKeyRow, type NewMailKey, sealedFor } from './mail-key.ts';

/** How long before its end a key is shown as one that ends soon. */
const SOON_MS = 30 * 86_400_000;
const audited = ['sign', 'encrypt', 'sign_automatic'] as const;

export type KeyState = 'valid' | 'expiring' | 'expired' | 'early';

/** Certificates for signed and encrypted mail, for those who look after mail channels. Private keys go in and never come out. */
export class ManageKeys {
  constructor(
    private readonly db: DataSource,
    private readonly store: MailKeyStore,
    private readonly box: SecretBox,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /** Newest first. @throws AppError forbidden */
  async list(actor: Actor | undefined, kind: MailKeyKind | undefined, limit: number, offset: number) {
    requireChannelAdmin(actor);
    return (await this.store.list(this.db, kind, limit, offset)).map((row) => this.shown(row));
  }

  /**
   * Of what is brought with a private key, the rest vouches for it; else each certificate stands for itself.
   * @throws AppError forbidden; invalid `mail-key.*`
   */
  async add(caller: Caller | undefined, { key, passphrase, authority = false }: MailKeyInput) {
    const actor = requireChannelAdmin(caller);
    const read = await readKeys(key, passphrase ?? null);
    const [first] = read;
    const pair = first?.key ? first : null;
    const brought = pair ? [pair] : read;
    for (const one of brought) refuseUseless(one, authority);
    const ids = await transaction(this.db, async (tx) => {
      const put: number[] = [];
      for (const one of brought) {
        const id = await this.put(tx, one, pair ? read.slice(1) : [], authority, actor.actingUserId ?? actor.userId);
        await this.tell(tx, actor, 'mail-key.added', id, one.facts.name);
        put.push(id);
      }
      return put;
    });
    this.outbox.ring();
    const rows = await Promise.all(ids.map((id) => this.store.get(this.db, id)));
    return rows.flatMap((row) => (row ? [this.shown(row)] : []));
  }

  /** @throws AppError forbidden; not-found `mail-key.not-found` */
  async remove(caller: Caller | undefined, id: number): Promise<void> {
    const actor = requireChannelAdmin(caller);
    await transaction(this.db, async (tx) => {
      const row = found(await this.store.get(tx, id), id);
      await this.store.remove(tx, id);
      await this.tell(tx, actor, 'mail-key.deleted', id, row.name);
    });
    this.outbox.ring();
  }

  /** The public part. @throws AppError forbidden; not-found `mail-key.not-found` */
  async download(
    actor: Actor | undefined,
    id: number,
  ): Promise<{ filename: string; content_type: string; data: string }> {
    requireChannelAdmin(actor);
    const certificate = found(await this.store.certificate(this.db, id), id);
    return { filename: `certificate-${id}.pem`, content_type: 'application/x-pem-file', data: pemOf(certificate) };
  }

  /** @throws AppError forbidden */
  sealing(actor: Actor | undefined): Promise<GroupSealing[]> {
    requireChannelAdmin(actor);
    return this.store.sealing(this.db);
  }

  /** @throws AppError forbidden */
  async setSealing(
    caller: Caller | undefined,
    groupId: number,
    input: { sign?: boolean | undefined; encrypt?: boolean | undefined; sign_automatic?: boolean | undefined },
  ): Promise<GroupSealing> {
    const actor = requireChannelAdmin(caller);
    const after = await transaction(this.db, async (tx) => {
      const before = await this.store.sealingOf(tx, groupId, { hold: true });
      const next: GroupSealing = {
        ...before,
        sign: input.sign ?? before.sign,
        encrypt: input.encrypt ?? before.encrypt,
        sign_automatic: input.sign_automatic ?? before.sign_automatic,
      };
      const changes = changesBetween(before, next, audited);
      if (Object.keys(changes).length === 0) return before;
      await this.store.setSealing(tx, next, new Date(this.clock.now()));
      const object = { type: 'Group', id: groupId };
      await this.outbox.add(tx, recordAudit, auditMessage(actor, { action: 'mail-sealing.changed', object, changes }));
      return this.store.sealingOf(tx, groupId);
    });
    this.outbox.ring();
    return after;
  }

  /** What a mail brought whose sender is believed. One that does not say its address is none of his. */
  async learn(tx: EntityManager, { data }: Message<typeof learnCertificate>): Promise<void> {
    const [read] = await readKeys(data.certificate, null);
    if (!read?.facts.addresses.includes(data.address) || !read.facts.encrypts) return;
    await this.store.learn(tx, newKey(read, 'contact', [], true, 1), new Date(this.clock.now()));
  }

  private put(tx: EntityManager, one: ReadKey, chain: readonly ReadKey[], authority: boolean, by: number) {
    const { key } = one;
    const kind = key ? 'own' : authority ? 'authority' : 'contact';
    const row = newKey(
      one,
      kind,
      chain.map(({ certificate }) => certificate),
      false,
      by,
    );
    return this.store.put(tx, row, key && ((id) => this.box.seal(key, sealedFor(id))), new Date(this.clock.now()));
  }

  private async tell(tx: EntityManager, actor: Caller, action: string, id: number, label: string): Promise<void> {
    await this.outbox.add(tx, recordAudit, auditMessage(actor, { action, object: { type: 'MailKey', id, label } }));
  }

  private shown(row: MailKeyRow) {
    return { ...row, type: 'S/MIME' as const, state: stateOf(row, this.clock.now()) };
  }
}

export function stateOf({ valid_from, valid_to }: Pick<MailKeyRow, 'valid_from' | 'valid_to'>, now: number): KeyState {
  if (now > valid_to.getTime()) return 'expired';
  if (now < valid_from.getTime()) return 'early';
  return valid_to.getTime() - now < SOON_MS ? 'expiring' : 'valid';
}

function newKey(
  { facts, certificate }: ReadKey,
  kind: MailKeyKind,
  chain: readonly Buffer[],
  learned: boolean,
  by: number,
): NewMailKey {
  return { kind, facts, certificate, chain, learned, by };
}

function refuseUseless({ facts, key }: ReadKey, authority: boolean): void {
  if (authority && !key && !facts.authority) {
    const detail = `'${facts.name}' cannot vouch for others: it is no certificate of an authority.`;
    throw new AppError('invalid', 'mail-key.no-authority', detail);
  }
  if (facts.addresses.length === 0 && (key || !authority)) {
    const detail = `'${facts.name}' is for no mail address. Authorities are to be added as such.`;
    throw new AppError('invalid', 'mail-key.no-address', detail);
  }
}

function found<T>(row: T | undefined, id: number): T {
  if (row) return row;
  throw new AppError('not-found', 'mail-key.not-found', `Couldn't find MailKey with 'id'=${id}`);
}
