import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { GroupSealing, MailKeyKind, MailKeyRow, NewMailKey, SealedKey } from '../application/sealing/mail-key.ts';

type On = DataSource | EntityManager;

const shown = `SELECT k.id, k.kind, k.name, k.addresses, k.issuer, k.serial, k.fingerprint, k.valid_from, k.valid_to,
    k.encrypts, k.learned, k.created_by_id, k.updated_by_id, k.created_at, k.updated_at,
    ARRAY(SELECT g.group_id FROM group_address g WHERE k.kind = 'own' AND lower(g.address) = ANY (k.addresses)
          ORDER BY g.group_id) AS group_ids
  FROM mail_key k`;
const valid = '$1 BETWEEN valid_from AND valid_to';

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

  async certificate(on: On, id: number): Promise<Buffer | undefined> {
    const [row] = await sql<{ certificate: Buffer }>(on, 'SELECT certificate FROM mail_key WHERE id = $1', [id]);
    return row?.certificate;
  }

  /**
   * Adds a certificate, or says more about one that is there: what is the desk's own stays so, and what an administrator
   * brings is no longer merely learned.
   * @param sealed  of the private key, for the id of the row; null: there is none
   * @returns its id
   */
  async put(tx: EntityManager, key: NewMailKey, sealed: ((id: number) => Buffer) | null, at: Date): Promise<number> {
    const { kind, facts, certificate, chain, learned, by } = key;
    const [row] = await sql<{ id: number }>(
      tx,
      `INSERT INTO mail_key (kind, name, addresses, issuer, serial, fingerprint, valid_from, valid_to, encrypts,
         certificate, chain, secret, learned, created_by_id, updated_by_id, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $15, $15)
       ON CONFLICT (fingerprint) DO UPDATE SET
         kind = CASE WHEN mail_key.kind = 'own' THEN 'own' ELSE excluded.kind END,
         chain = CASE WHEN cardinality(excluded.chain) > 0 THEN excluded.chain ELSE mail_key.chain END,
         secret = coalesce(excluded.secret, mail_key.secret),
         learned = mail_key.learned AND excluded.learned,
         updated_by_id = excluded.updated_by_id, updated_at = greatest($15, mail_key.updated_at + interval '1 ms')
       RETURNING id`,
      [
        ...[kind, facts.name, facts.addresses, facts.issuer, facts.serial, facts.fingerprint, facts.validFrom],
        ...[facts.validTo, facts.encrypts, certificate, chain, sealed && Buffer.alloc(0), learned, by, at],
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

  async remove(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM mail_key WHERE id = $1', [id]);
  }

  /** All of the desk's own, the newest first: what came while an older one was in force is opened by that. */
  own(on: On): Promise<SealedKey[]> {
    return sql(
      on,
      `SELECT id, certificate, chain, secret, valid_from, valid_to FROM mail_key WHERE kind = 'own'
       ORDER BY valid_to DESC, id DESC LIMIT 100`,
    );
  }

  /** The desk's own of an address (lower case), that which is valid longest first. */
  ownOf(on: On, address: string): Promise<SealedKey[]> {
    return sql(
      on,
      `SELECT id, certificate, chain, secret, valid_from, valid_to FROM mail_key
       WHERE kind = 'own' AND addresses @> ARRAY[$1] ORDER BY valid_to DESC, id DESC LIMIT 20`,
      [address],
    );
  }

  /** Certificates by which somebody may have signed, whatever their dates. */
  async contactsOf(on: On, address: string): Promise<Buffer[]> {
    const rows = await sql<{ certificate: Buffer }>(
      on,
      `SELECT certificate FROM mail_key WHERE kind <> 'authority' AND addresses @> ARRAY[$1]
       ORDER BY valid_to DESC, id DESC LIMIT 20`,
      [address],
    );
    return rows.map(({ certificate }) => certificate);
  }

  async authorities(on: On): Promise<Buffer[]> {
    const rows = await sql<{ certificate: Buffer }>(
      on,
      "SELECT certificate FROM mail_key WHERE kind = 'authority' ORDER BY id LIMIT 200",
    );
    return rows.map(({ certificate }) => certificate);
  }

  /** For each of these addresses (lower case) the certificate that mails are encrypted with now; others are missing. */
  async toEncryptFor(on: On, addresses: readonly string[], now: Date): Promise<Map<string, Buffer>> {
    const rows = await sql<{ address: string; certificate: Buffer }>(
      on,
      `SELECT DISTINCT ON (address) address, certificate
       FROM unnest($2::text[]) AS address JOIN mail_key ON addresses @> ARRAY[address]
       WHERE kind <> 'authority' AND encrypts AND ${valid} ORDER BY address, valid_to DESC, id DESC`,
      [now, addresses],
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
