import type { SecurityType } from '@helpmesh/mail-security';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { GroupSealing, MailKeyKind, MailKeyRow, NewMailKey, SealedKey } from '../application/sealing/mail-key.ts';

type On = DataSource | EntityManager;

/** Offers that wait; what comes on top lets the oldest go. */
const MOST_OFFERS = 1_000;
/** Of one address: more is nobody's own doing. */
const MOST_OFFERS_OF_ONE = 5;

const shown = `SELECT k.id, k.type, k.kind, k.name, k.addresses, k.user_ids, k.issuer, k.serial, k.fingerprint,
    k.valid_from, k.valid_to, k.revoked, k.offered, k.encrypts, k.learned, k.created_by_id, k.updated_by_id, k.created_at, k.updated_at,
    ARRAY(SELECT g.group_id FROM group_address g WHERE k.kind = 'own' AND lower(g.address) = ANY (k.addresses)
          ORDER BY g.group_id) AS group_ids
  FROM mail_key k`;
const valid = "$1 BETWEEN valid_from AND coalesce(valid_to, 'infinity') AND NOT revoked AND NOT offered";
const held = 'id, type, certificate, chain, secret, valid_from, valid_to, revoked';

/** The tables `mail_key` and `mail_sealing`. */
export class MailKeyStore {
  /** Newest first. */
  list(on: On, kind: MailKeyKind | undefined, limit: number, offset: number): Promise<MailKeyRow[]> {
    return sql(on, `${shown} WHERE $1::text IS NULL OR k.kind = $1 ORDER BY k.id DESC LIMIT $2 OFFSET $3`, [
      kind ?? null,
      limit,
      offset,
    ]);
  }

  async get(on: On, id: number): Promise<MailKeyRow | undefined> {
    return (await sql<MailKeyRow>(on, `${shown} WHERE k.id = $1`, [id]))[0];
  }

  async certificate(on: On, id: number): Promise<{ type: SecurityType; certificate: Buffer } | undefined> {
    return (
      await sql<{ type: SecurityType; certificate: Buffer }>(
        on,
        'SELECT type, certificate FROM mail_key WHERE id = $1',
        [id],
      )
    )[0];
  }

  /** What is known by a fingerprint; nobody else changes it meanwhile. */
  async known(tx: EntityManager, fingerprint: string): Promise<Buffer | undefined> {
    const [row] = await sql<{ certificate: Buffer }>(
      tx,
      'SELECT certificate FROM mail_key WHERE fingerprint = $1 FOR UPDATE',
      [fingerprint],
    );
    return row?.certificate;
  }

  /**
   * Adds a key, or says more about one that is there: what is the desk's own stays so, and what an administrator
   * brings is no longer merely learned.
   * @param sealed  of the private key, for the id of the row; null: there is none
   * @returns its id
   */
  async put(tx: EntityManager, key: NewMailKey, sealed: ((id: number) => Buffer) | null, at: Date): Promise<number> {
    const { kind, facts, certificate, chain, learned, by } = key;
    const [row] = await sql<{ id: number }>(
      tx,
      `INSERT INTO mail_key (kind, name, addresses, issuer, serial, fingerprint, valid_from, valid_to, encrypts,
         certificate, chain, secret, learned, created_by_id, updated_by_id, created_at, updated_at, type, user_ids, revoked)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $15, $15, $16, $17, $18)
       ON CONFLICT (fingerprint) DO UPDATE SET
         kind = CASE WHEN mail_key.kind = 'own' THEN 'own' ELSE excluded.kind END,
         name = excluded.name, addresses = excluded.addresses, user_ids = excluded.user_ids,
         valid_to = excluded.valid_to, encrypts = excluded.encrypts, revoked = excluded.revoked,
         certificate = excluded.certificate, offered = false,
         chain = CASE WHEN cardinality(excluded.chain) > 0 THEN excluded.chain ELSE mail_key.chain END,
         secret = coalesce(excluded.secret, mail_key.secret),
         learned = mail_key.learned AND excluded.learned,
         updated_by_id = excluded.updated_by_id, updated_at = greatest($15, mail_key.updated_at + interval '1 ms')
       RETURNING id`,
      [
        ...[kind, facts.name, facts.addresses, facts.issuer, facts.serial, facts.fingerprint, facts.validFrom],
        ...[facts.validTo, facts.encrypts, certificate, chain, sealed && Buffer.alloc(0), learned, by, at],
        ...[facts.type, facts.userIds, facts.revoked],
      ],
    );
    const { id } = row as { id: number };
    if (sealed) await sql(tx, 'UPDATE mail_key SET secret = $2 WHERE id = $1', [id, sealed(id)]);
    return id;
  }

  /** One that came with a mail changes nothing of what is known. */
  async learn(tx: EntityManager, { facts, certificate }: NewMailKey, at: Date): Promise<void> {
    await sql(
      tx,
      `INSERT INTO mail_key (kind, name, addresses, issuer, serial, fingerprint, valid_from, valid_to, encrypts,
         certificate, learned, created_by_id, updated_by_id, created_at, updated_at)
       VALUES ('contact', $1, $2, $3, $4, $5, $6, $7, $8, $9, true, 1, 1, $10, $10)
       ON CONFLICT (fingerprint) DO NOTHING`,
      [
        ...[facts.name, facts.addresses, facts.issuer, facts.serial, facts.fingerprint, facts.validFrom, facts.validTo],
        ...[facts.encrypts, certificate, at],
      ],
    );
  }

  /** An OpenPGP key that came with a mail waits for somebody who accepts it. One that is known changes nothing. */
  async offer(tx: EntityManager, { facts, certificate }: NewMailKey, at: Date): Promise<void> {
    await sql(
      tx,
      `INSERT INTO mail_key (kind, type, name, addresses, user_ids, issuer, serial, fingerprint, valid_from, valid_to,
         encrypts, certificate, learned, offered, created_by_id, updated_by_id, created_at, updated_at)
       SELECT 'contact', 'PGP', $1, $2, $3, '', $4, $5, $6, $7, $8, $9, true, true, 1, 1, $10, $10
       WHERE (SELECT count(*) FROM mail_key WHERE offered AND addresses && $2) < ${MOST_OFFERS_OF_ONE}
       ON CONFLICT (fingerprint) DO NOTHING`,
      [
        ...[facts.name, facts.addresses, facts.userIds, facts.serial, facts.fingerprint, facts.validFrom],
        ...[facts.validTo, facts.encrypts, certificate, at],
      ],
    );
    await sql(
      tx,
      `DELETE FROM mail_key WHERE id IN (SELECT id FROM mail_key WHERE offered ORDER BY id DESC OFFSET ${MOST_OFFERS})`,
    );
  }

  async accept(tx: EntityManager, id: number, by: number, at: Date): Promise<void> {
    await sql(
      tx,
      `UPDATE mail_key SET offered = false, learned = false, updated_by_id = $2,
         updated_at = greatest($3, updated_at + interval '1 ms') WHERE id = $1`,
      [id, by, at],
    );
  }

  async remove(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM mail_key WHERE id = $1', [id]);
  }

  /** All of the desk's own, the newest first: what came while an older one was in force is opened by that. */
  own(on: On): Promise<SealedKey[]> {
    return sql(
      on,
      `SELECT ${held} FROM mail_key WHERE kind = 'own'
       ORDER BY valid_to DESC, id DESC LIMIT 100`,
    );
  }

  /** The desk's own of an address (lower case), that which is valid longest first. */
  ownOf(on: On, address: string, type: SecurityType): Promise<SealedKey[]> {
    return sql(
      on,
      `SELECT ${held} FROM mail_key
       WHERE kind = 'own' AND type = $2 AND addresses @> ARRAY[$1] ORDER BY valid_to DESC, id DESC LIMIT 20`,
      [address, type],
    );
  }

  /** Keys by which somebody may have signed, whatever their dates. */
  contactsOf(on: On, address: string): Promise<{ type: SecurityType; certificate: Buffer }[]> {
    return sql(
      on,
      `SELECT type, certificate FROM mail_key WHERE kind <> 'authority' AND NOT offered AND addresses @> ARRAY[$1]
       ORDER BY valid_to DESC, id DESC LIMIT 20`,
      [address],
    );
  }

  async authorities(on: On): Promise<Buffer[]> {
    const rows = await sql<{ certificate: Buffer }>(
      on,
      "SELECT certificate FROM mail_key WHERE kind = 'authority' ORDER BY id LIMIT 200",
    );
    return rows.map(({ certificate }) => certificate);
  }

  /** For each of these addresses (lower case) the key that mails are encrypted with now; others are missing. */
  async toEncryptFor(
    on: On,
    addresses: readonly string[],
    type: SecurityType,
    now: Date,
  ): Promise<Map<string, Buffer>> {
    const rows = await sql<{ address: string; certificate: Buffer }>(
      on,
      `SELECT DISTINCT ON (address) address, certificate
       FROM unnest($2::text[]) AS address JOIN mail_key ON addresses @> ARRAY[address]
       WHERE kind <> 'authority' AND type = $3 AND encrypts AND ${valid} ORDER BY address, valid_to DESC, id DESC`,
      [now, addresses, type],
    );
    return new Map(rows.map(({ address, certificate }) => [address, certificate]));
  }

  sealing(on: On): Promise<GroupSealing[]> {
    return sql(on, 'SELECT * FROM mail_sealing WHERE sign OR encrypt OR sign_automatic ORDER BY group_id');
  }

  /** @param hold  nobody else changes it meanwhile */
  async sealingOf(on: On, groupId: number, { hold = false } = {}): Promise<GroupSealing> {
    const [row] = await sql<GroupSealing>(
      on,
      `SELECT * FROM mail_sealing WHERE group_id = $1${hold ? ' FOR UPDATE' : ''}`,
      [groupId],
    );
    return row ?? { group_id: groupId, sign: false, encrypt: false, sign_automatic: false, updated_at: null };
  }

  async setSealing(tx: EntityManager, { group_id, sign, encrypt, sign_automatic }: GroupSealing, at: Date) {
    await sql(
      tx,
      `INSERT INTO mail_sealing (group_id, sign, encrypt, sign_automatic, updated_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (group_id) DO UPDATE SET sign = $2, encrypt = $3, sign_automatic = $4,
         updated_at = greatest($5, mail_sealing.updated_at + interval '1 ms')`,
      [group_id, sign, encrypt, sign_automatic, at],
    );
  }

  /** Addresses, in lower case, whose automatic mails are signed. */
  async signing(on: On): Promise<string[]> {
    const rows = await sql<{ address: string }>(
      on,
      `SELECT DISTINCT lower(address) AS address FROM mail_sealing JOIN group_address USING (group_id)
       WHERE sign_automatic AND address IS NOT NULL`,
    );
    return rows.map(({ address }) => address);
  }

  /** Forgets what strangers with these addresses had; the desk's own keys are nobody's. @returns how many */
  async erase(on: On, addresses: readonly string[]): Promise<number> {
    const rows = await sql(on, "DELETE FROM mail_key WHERE kind = 'contact' AND addresses && $1::text[] RETURNING id", [
      addresses,
    ]);
    return rows.length;
  }

  async count(on: On, addresses: readonly string[]): Promise<number> {
    const [row] = await sql<{ count: number }>(
      on,
      "SELECT count(*) FROM mail_key WHERE kind = 'contact' AND addresses && $1::text[]",
      [addresses],
    );
    return row?.count ?? 0;
  }
}
