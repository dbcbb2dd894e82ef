import { AppError } from '@helpmesh/kernel';
import type { Key, PrivateKey, SecretKeyPacket, SecretSubkeyPacket, Subkey, User } from 'openpgp';
import type { KeyFacts } from './certificate.ts';
import { bounds, library, withLead } from './openpgp.ts';
import type { ReadKey } from './read-key.ts';

const MOST_KEYS = 20;
/** Identities and subkeys of one key: each of them costs a look at its signatures. */
const MOST_PARTS = 50;

/**
 * OpenPGP keys as people hand them on: one or more blocks of text, or the bytes of a file.
 * @returns one for each key, whatever number of blocks it stands in
 * @throws AppError invalid `mail-key.unreadable`, `mail-key.passphrase`, `mail-key.unfit`
 */
export async function readPgpKeys(given: string | Uint8Array, passphrase: string | null, at: Date): Promise<ReadKey[]> {
  const pgp = await library();
  const keys: Key[] = [];
  try {
    const read = typeof given === 'string' ? blocksIn(given) : [given];
    for (const one of read) {
      const found =
        typeof one === 'string'
          ? await pgp.readKeys({ armoredKeys: one, config: bounds })
          : await pgp.readKeys({ binaryKeys: one, config: bounds });
      keys.push(...found);
    }
  } catch (error) {
    throw unreadable(error);
  }
  const tooMuch = keys.some(({ users, subkeys }) => users.length + subkeys.length > MOST_PARTS);
  if (keys.length === 0 || keys.length > MOST_KEYS || tooMuch) throw unreadable();
  const byPrint = new Map<string, Key>();
  for (const key of keys) {
    const known = byPrint.get(key.getFingerprint());
    byPrint.set(key.getFingerprint(), known ? await joined(known, key, at) : key);
  }
  return Promise.all([...byPrint.values()].map((key) => readKeyOf(key, passphrase, at)));
}

/** A key pair for an address: Ed25519 and X25519 in the form that every program reads. */
export async function generatePgpKey(
  of: { name: string; address: string },
  at: Date,
  validTo: Date | null,
): Promise<ReadKey> {
  const pgp = await library();
  const { privateKey } = await pgp.generateKey({
    type: 'ecc',
    curve: 'curve25519Legacy',
    // What would end the name early.
    userIDs: [{ name: of.name.replaceAll(/[<>()"\\\p{Cc}]/gu, ' ').trim(), email: of.address }],
    date: at,
    ...(validTo && { keyExpirationTime: Math.round((validTo.getTime() - at.getTime()) / 1000) }),
    format: 'object',
  });
  return readKeyOf(privateKey, null, at);
}

/** What was known of a key and what was brought, together: a revocation is not undone by an older copy. */
export async function mergePgpKeys(
  known: Uint8Array,
  brought: Uint8Array,
  at: Date,
): Promise<Pick<ReadKey, 'facts' | 'certificate'>> {
  const pgp = await library();
  const one = await pgp.readKey({ binaryKey: known, config: bounds });
  const other = await pgp.readKey({ binaryKey: brought, config: bounds });
  const { facts, certificate } = await readKeyOf(await joined(one, other, at), null, at);
  return { facts, certificate };
}

/** The public key as text, as other programs read it. */
export async function armouredPgpKey(certificate: Uint8Array): Promise<string> {
  const pgp = await library();
  return (await pgp.readKey({ binaryKey: certificate, config: bounds })).armor();
}

/** What is shown of a key, as it is at a time. */
export async function pgpFacts(key: Key, at: Date): Promise<KeyFacts> {
  const now = withLead(at);
  const users = await validUsers(key, now);
  const primary = (await key.getPrimaryUser(now).catch(() => null))?.user ?? users[0];
  const named = primary?.userID ?? null;
  const encrypting = await key.getEncryptionKey(undefined, now).catch(() => null);
  return {
    type: 'PGP',
    name: named?.name || named?.email || named?.userID || key.getKeyID().toHex().toUpperCase(),
    issuer: '',
    serial: key.getKeyID().toHex().toUpperCase(),
    fingerprint: key.getFingerprint().toLowerCase(),
    addresses: addressesOf(users),
    userIds: users.flatMap(({ userID }) => (userID ? [userID.userID.slice(0, 500)] : [])),
    validFrom: key.getCreationTime(),
    validTo: await endOf(key, encrypting, now),
    revoked: await key.isRevoked(undefined, undefined, now),
    authority: false,
    encrypts: encrypting !== null,
  };
}

/** Of identities that the owner of the key vouches for, and has not taken back. */
export async function validUsers(key: Key, at: Date): Promise<User[]> {
  const valid = await Promise.all(
    key.users.map(async (user) => {
      const known = user.userID !== null && (await user.verify(at).then(Boolean, () => false));
      return known ? [user] : [];
    }),
  );
  return valid.flat();
}

export function addressesOf(users: readonly User[]): string[] {
  const found = new Set(users.map(({ userID }) => userID?.email.toLowerCase() ?? ''));
  return [...found].filter((address) => address.length <= 254 && /^[^\s@]+@[^\s@]+$/.test(address));
}

/** The first end of what is needed; null: it has none. */
async function endOf(key: Key, encrypting: Key | Subkey | null, at: Date): Promise<Date | null> {
  const ends = [await key.getExpirationTime()];
  if (encrypting && 'mainKey' in encrypting) ends.push(await encrypting.getExpirationTime(at));
  const dates = ends.filter((end) => end instanceof Date);
  return dates.length > 0 ? new Date(Math.min(...dates.map((date) => date.getTime()))) : null;
}

async function readKeyOf(key: Key, passphrase: string | null, at: Date): Promise<ReadKey> {
  return {
    facts: await pgpFacts(key, at),
    certificate: Buffer.from(key.toPublic().write()),
    key: key.isPrivate() ? Buffer.from((await unlocked(key, passphrase)).write()) : null,
  };
}

async function unlocked(key: PrivateKey, passphrase: string | null): Promise<PrivateKey> {
  const packets = key.getKeys().map(({ keyPacket }) => keyPacket as SecretKeyPacket | SecretSubkeyPacket);
  const there = packets.filter((packet) => !packet.isDummy());
  if (there.length === 0) {
    throw new AppError('invalid', 'mail-key.unfit', 'The private key is not in it: it names where else it is kept.');
  }
  if (there.every((packet) => packet.isDecrypted())) return key;
  const { decryptKey } = await library();
  try {
    return await decryptKey({ privateKey: key, passphrase: passphrase ?? '', config: bounds });
  } catch (error) {
    throw new AppError('invalid', 'mail-key.passphrase', 'The pass phrase does not open it.', undefined, {
      cause: error,
    });
  }
}

/** The private one of two copies takes up what the other one says. */
function joined(one: Key, other: Key, at: Date): Promise<Key> {
  return other.isPrivate() && !one.isPrivate() ? other.update(one, withLead(at)) : one.update(other, withLead(at));
}

function blocksIn(text: string): string[] {
  const blocks: string[] = [];
  for (const kind of ['PUBLIC', 'PRIVATE']) {
    const last = `-----END PGP ${kind} KEY BLOCK-----`;
    for (let start = 0; ; ) {
      const from = text.indexOf(`-----BEGIN PGP ${kind} KEY BLOCK-----`, start);
      const to = from === -1 ? -1 : text.indexOf(last, from);
      if (to === -1) break;
      start = to + last.length;
      blocks.push(text.slice(from, start));
      if (blocks.length > MOST_KEYS) throw unreadable();
    }
  }
  return blocks;
}

function unreadable(cause?: unknown): AppError {
  const detail = 'It is no OpenPGP key that the desk can read.';
  return new AppError('invalid', 'mail-key.unreadable', detail, undefined, { cause });
}
