import {
  type Actor,
  auditMessage,
  type Caller,
  changesBetween,
  type learnCertificate,
  type MailAddress,
  type MailKeyInput,
  type Message,
  type mailKeys,
  type ParsedInputOf,
  recordAudit,
} from '@helpmesh/contracts';
import { AppError, type Clock, plainAddress } from '@helpmesh/kernel';
import { generatePgpKey, mergePgpKeys, publicText, type ReadKey, readKeys } from '@helpmesh/mail-security';
import type { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import type { SecretBox } from '@helpmesh/service-kit';
import type { DataSource, EntityManager } from 'typeorm';
import type { GroupAddressStore } from '../../persistence/group-address.store.ts';
import type { MailKeyStore } from '../../persistence/mail-key.store.ts';
import { requireChannelAdmin } from '../outbound-queue.ts';
import { type GroupSealing, type MailKeyKind, type MailKeyRow, type NewMailKey, sealedFor } from './mail-key.ts';

/** How long before its end a key is shown as one that ends soon. */
const SOON_MS = 30 * 86_400_000;
type Wishes = ParsedInputOf<typeof mailKeys.generate>['body'];
const audited = ['sign', 'encrypt', 'sign_automatic'] as const;

export type KeyState = 'valid' | 'expiring' | 'expired' | 'early' | 'revoked' | 'offered';

/** Keys for signed and encrypted mail, for those who look after mail channels. Private keys go in and never come out. */
export class ManageKeys {
  constructor(
    private readonly db: DataSource,
    private readonly store: MailKeyStore,
    private readonly groups: GroupAddressStore,
    private readonly box: SecretBox,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    /** Who speaks when no group does. */
    private readonly system: MailAddress,
  ) {}

  /** Newest first. @throws AppError forbidden */
  async list(actor: Actor | undefined, kind: MailKeyKind | undefined, limit: number, offset: number) {
    requireChannelAdmin(actor);
    return (await this.store.list(this.db, kind, limit, offset)).map((row) => this.shown(row));
  }

  /**
   * Of certificates that are brought with a private key, the rest vouches for the one it belongs to; else each stands for
   * itself, as OpenPGP keys always do.
   * @throws AppError forbidden; invalid `mail-key.*`
   */
  async add(caller: Caller | undefined, { key, passphrase, authority = false }: MailKeyInput) {
    const actor = requireChannelAdmin(caller);
    const read = await readKeys(key, passphrase ?? null, this.now());
    const [first] = read;
    const pair = first?.key && first.facts.type === 'S/MIME' ? first : null;
    const brought = pair ? [pair] : read;
    for (const one of brought) refuseUseless(one, authority);
    return this.bring(actor, brought, pair ? read.slice(1) : [], authority, 'mail-key.added');
  }

  /** An OpenPGP key for the address of a group, or for the system's own where that speaks for it. @throws AppError forbidden */
  async generate(caller: Caller | undefined, { group_id, name, valid_years }: Wishes) {
    const actor = requireChannelAdmin(caller);
    const address = (await this.groups.of(this.db, [group_id])).get(group_id) ?? this.system;
    const now = this.now();
    const validTo = new Date(now);
    validTo.setUTCFullYear(validTo.getUTCFullYear() + valid_years);
    const of = { name: name ?? address.name, address: plainAddress(address.address) };
    const [made] = await this.bring(actor, [await generatePgpKey(of, now, validTo)], [], false, 'mail-key.generated');
    return made as NonNullable<typeof made>;
  }

  /** @throws AppError forbidden; not-found `mail-key.not-found`; conflict `mail-key.not-offered` */
  async accept(caller: Caller | undefined, id: number) {
    const actor = requireChannelAdmin(caller);
    const row = await transaction(this.db, async (tx) => {
      const { offered, name } = found(await this.store.get(tx, id), id);
      if (!offered) throw new AppError('conflict', 'mail-key.not-offered', 'The key is accepted already.');
      await this.store.accept(tx, id, actor.actingUserId ?? actor.userId, this.now());
      await this.tell(tx, actor, 'mail-key.accepted', id, name);
      return found(await this.store.get(tx, id), id);
    });
    this.outbox.ring();
    return this.shown(row);
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
    const { type, certificate } = found(await this.store.certificate(this.db, id), id);
    const data = await publicText(type, certificate);
    return type === 'PGP'
      ? { filename: `openpgp-key-${id}.asc`, content_type: 'application/pgp-keys', data }
      : { filename: `certificate-${id}.pem`, content_type: 'application/x-pem-file', data };
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
      await this.store.setSealing(tx, next, this.now());
      const object = { type: 'Group', id: groupId };
      await this.outbox.add(tx, recordAudit, auditMessage(actor, { action: 'mail-sealing.changed', object, changes }));
      return this.store.sealingOf(tx, groupId);
    });
    this.outbox.ring();
    return after;
  }

  /**
   * What a mail brought: a certificate whose owner is believed, or an OpenPGP key for which nobody vouches. One that does not
   * say the address of the sender is none of theirs.
   */
  async learn(tx: EntityManager, { data }: Message<typeof learnCertificate>): Promise<void> {
    const isPgp = data.type === 'PGP';
    const [read] = await readKeys(data.certificate, null, this.now()).catch((error: unknown) => {
      // Anybody may send anything.
      if (isPgp && error instanceof AppError && error.kind === 'invalid') return [];
      throw error;
    });
    if (!read?.facts.addresses.includes(data.address) || !read.facts.encrypts) return;
    if ((read.facts.type === 'PGP') !== isPgp || read.facts.revoked) return;
    const key = newKey(read, 'contact', [], true, 1);
    await (isPgp ? this.store.offer(tx, key, this.now()) : this.store.learn(tx, key, this.now()));
  }

  private async bring(
    actor: Actor,
    brought: readonly ReadKey[],
    chain: readonly ReadKey[],
    authority: boolean,
    action: string,
  ) {
    const ids = await transaction(this.db, async (tx) => {
      const put: number[] = [];
      for (const one of brought) {
        const id = await this.put(tx, one, chain, authority, actor.actingUserId ?? actor.userId);
        await this.tell(tx, actor, action, id, one.facts.name);
        put.push(id);
      }
      return put;
    });
    this.outbox.ring();
    const rows = await Promise.all(ids.map((id) => this.store.get(this.db, id)));
    return rows.flatMap((row) => (row ? [this.shown(row)] : []));
  }

  private async put(tx: EntityManager, one: ReadKey, chain: readonly ReadKey[], authority: boolean, by: number) {
    const { key } = one;
    const kind = key ? 'own' : authority ? 'authority' : 'contact';
    const row = newKey(
      await this.withKnown(tx, one),
      kind,
      chain.map(({ certificate }) => certificate),
      false,
      by,
    );
    return this.store.put(tx, row, key && ((id) => this.box.seal(key, sealedFor(id))), this.now());
  }

  /** An OpenPGP key changes as its owner says more about it. */
  private async withKnown(tx: EntityManager, one: ReadKey): Promise<ReadKey> {
    if (one.facts.type !== 'PGP') return one;
    const known = await this.store.known(tx, one.facts.fingerprint);
    return known ? { ...one, ...(await mergePgpKeys(known, one.certificate, this.now())) } : one;
  }

  private now(): Date {
    return new Date(this.clock.now());
  }

  private async tell(tx: EntityManager, actor: Caller, action: string, id: number, label: string): Promise<void> {
    await this.outbox.add(tx, recordAudit, auditMessage(actor, { action, object: { type: 'MailKey', id, label } }));
  }

  private shown(row: MailKeyRow) {
    return { ...row, state: stateOf(row, this.clock.now()) };
  }
}

export function stateOf(
  { valid_from, valid_to, revoked, offered }: Pick<MailKeyRow, 'valid_from' | 'valid_to' | 'revoked' | 'offered'>,
  now: number,
): KeyState {
  if (revoked) return 'revoked';
  const end = valid_to?.getTime() ?? Number.POSITIVE_INFINITY;
  if (now > end) return 'expired';
  if (offered) return 'offered';
  if (now < valid_from.getTime()) return 'early';
  return end - now < SOON_MS ? 'expiring' : 'valid';
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
