import type { Key, VerifyMessageResult } from 'openpgp';
import { bounds, library, privateKey, publicKeys, withLead } from './openpgp.ts';
import { addressesOf, pgpFacts, validUsers } from './pgp-keys.ts';
import type { KeyPair } from './read-key.ts';
import type { Signer, Trouble } from './report.ts';
import type { Verified } from './smime-sign.ts';

/** Keys that PGP mails are opened with, and believed by. */
export interface PgpRing {
  own: readonly KeyPair[];
  /** Public keys of people, accepted by an administrator. */
  contacts: readonly Uint8Array[];
}

/** Whose mail it is believed to be, and when it came. */
export interface Came {
  /** Lower case. */
  from: string | null;
  at: Date;
}

type VerificationResult = VerifyMessageResult['signatures'][number];

export interface OpenedMessage {
  /** It was encrypted, or only wrapped. */
  encrypted: boolean;
  content: Buffer;
  /** Null: it carries no signature. */
  verified: Verified | null;
}

/** To how many a message may be encrypted: each of ours is looked for among them. */
const MOST_RECIPIENTS = 500;
/** Recipients that are not named: each of our keys is tried for each of them. */
const MOST_NAMELESS = 5;
const NAMELESS = '0'.repeat(16);
const MOST_SIGNERS = 4;

/**
 * Opens an armoured message. What is not proven to be whole (no MDC, no AEAD, or one that does not fit) is not opened at
 * all: not a word of it is given back.
 */
export async function openMessage(
  armoured: string,
  ring: PgpRing,
  came: Came,
): Promise<OpenedMessage | { refused: Trouble }> {
  const pgp = await library();
  const tags = pgp.enums.packet;
  const message = await pgp.readMessage({ armoredMessage: armoured, config: bounds }).catch(() => null);
  if (!message) return { refused: 'malformed' };
  const contacts = await publicKeys(ring.contacts);
  const common = { verificationKeys: contacts, format: 'binary', date: withLead(came.at), config: bounds } as const;
  const whole = message.packets.filterByTag(tags.symEncryptedIntegrityProtectedData, tags.aeadEncryptedData).length > 0;
  // Without a proof that it is whole, others can change it and have it carry its words away (CVE-2017-17688).
  if (message.packets.filterByTag(tags.symmetricallyEncryptedData).length > 0) return { refused: 'unsupported' };
  try {
    if (!whole) {
      const { data, signatures } = await pgp.verify({ message, ...common });
      return opened(data, false, signatures, contacts, came);
    }
    const ids = message.getEncryptionKeyIDs();
    const nameless = ids.filter((id) => id.toHex() === NAMELESS);
    if (ids.length > MOST_RECIPIENTS || nameless.length > MOST_NAMELESS) return { refused: 'unsupported' };
    const own = await Promise.allSettled(ring.own.map(({ key, certificate }) => privateKey(key, certificate, came.at)));
    const decryptionKeys = own
      .flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
      .filter((key) => key.getKeyIDs().some((mine) => ids.some((id) => id.equals(mine, true))));
    if (decryptionKeys.length === 0) return { refused: 'no-key' };
    const { data, signatures } = await pgp.decrypt({ message, decryptionKeys, ...common });
    return opened(data, true, signatures, contacts, came);
  } catch {
    return { refused: whole ? 'undecryptable' : 'malformed' };
  }
}

async function opened(
  data: unknown,
  encrypted: boolean,
  signatures: VerificationResult[],
  contacts: readonly Key[],
  came: Came,
): Promise<OpenedMessage> {
  const verified = signatures.length > 0 ? await verdictOn(signatures, contacts, came) : null;
  return { encrypted, content: Buffer.from(data as Uint8Array), verified };
}

/** Whether the sender has signed these bytes. */
export async function verifyDetached(
  content: Buffer,
  armoured: string,
  { contacts }: PgpRing,
  came: Came,
): Promise<Verified> {
  const pgp = await library();
  try {
    const signature = await pgp.readSignature({ armoredSignature: armoured, config: bounds });
    const message = await pgp.createMessage({ binary: new Uint8Array(content) });
    const verificationKeys = await publicKeys(contacts);
    const { signatures } = await pgp.verify({
      ...{ message, signature, verificationKeys, format: 'binary', date: withLead(came.at), config: bounds },
    });
    return await verdictOn(signatures, verificationKeys, came);
  } catch {
    return { ok: false, reason: 'malformed', signer: null };
  }
}

/** A text that carries its signature below it. @returns its words, and whether they are the sender's; null: it is none */
export async function openCleartext(
  armoured: string,
  { contacts }: PgpRing,
  came: Came,
): Promise<{ text: string; verified: Verified } | null> {
  const pgp = await library();
  try {
    const message = await pgp.readCleartextMessage({ cleartextMessage: armoured, config: bounds });
    const verificationKeys = await publicKeys(contacts);
    const { signatures } = await pgp.verify({ message, verificationKeys, date: withLead(came.at), config: bounds });
    return { text: message.getText(), verified: await verdictOn(signatures, verificationKeys, came) };
  } catch {
    return null;
  }
}

/** Every signature there is must be good as far as its key is known, and one of them the sender's. */
async function verdictOn(signatures: VerificationResult[], keys: readonly Key[], came: Came): Promise<Verified> {
  if (signatures.length === 0 || signatures.length > MOST_SIGNERS) {
    return { ok: false, reason: 'malformed', signer: null };
  }
  let best: Verified | undefined;
  for (const one of signatures) {
    const verified = await verifyOne(one, keys, came);
    if (!verified.ok && (verified.reason === 'altered' || verified.reason === 'malformed')) return verified;
    if (!best || (!best.ok && verified.ok)) best = verified;
  }
  return best as Verified;
}

async function verifyOne(
  { keyID, verified }: VerificationResult,
  keys: readonly Key[],
  { from, at }: Came,
): Promise<Verified> {
  const key = keys.find((one) => one.getKeys(keyID).length > 0);
  if (!key) return { ok: false, reason: 'unknown-signer', signer: null };
  const now = withLead(at);
  const { name, addresses, fingerprint } = await pgpFacts(key, at);
  const signer: Signer = { name, addresses, fingerprint };
  try {
    await verified;
    // It was good when it was signed. Whoever has stolen an old key can write any date.
    await key.getSigningKey(keyID, now);
  } catch (error) {
    return { ok: false, reason: reasonOf(error), signer };
  }
  const theirs = addressesOf(await validUsers(key, now));
  if (from === null || !theirs.includes(from)) return { ok: false, reason: 'other-address', signer };
  return { ok: true, signer, certificate: null };
}

/** The library says it in a sentence. */
function reasonOf(error: unknown): Trouble {
  const said = error instanceof Error ? error.message : '';
  if (/revoked/i.test(said)) return 'revoked';
  if (/insecure|too weak|disabled/i.test(said)) return 'weak';
  if (/expired|in the future|newer than/i.test(said)) return 'expired';
  return /digest did not match|verification failed/i.test(said) ? 'altered' : 'malformed';
}
