import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { AppError } from '@helpmesh/kernel';

const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const ID_BYTES = 4;
const LAYOUT = 1;

interface Key {
  id: Buffer;
  key: Buffer;
}

/**
 * Keeps secrets that must be had back in clear (keys of authenticator apps, secrets of providers) unreadable in the
 * database and in its backups: AES-256-GCM, bound to the row by its `context`.
 *
 * Sealed bytes: layout (1), id of the key (4), IV (12), tag (16), ciphertext.
 */
export class SecretBox {
  private readonly keys: readonly [Key, ...Key[]];

  /**
   * @param keys  HELPMESH_SECRETS_KEY: 32 bytes in base64; several, comma separated, while a key is being replaced: the
   *   first seals, each of them opens
   * @throws AppError invalid `config.secrets-key`
   */
  constructor(keys: string) {
    const [first, ...rest] = keys.split(',').map(readKey);
    this.keys = [first as Key, ...rest];
  }

  /** @param context  where the secret belongs, `table:id`; what was sealed for one row opens in no other */
  seal(plain: Buffer, context: string): Buffer {
    const { id, key } = this.keys[0];
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key, iv);
    cipher.setAAD(Buffer.from(context));
    const text = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([Buffer.of(LAYOUT), id, iv, cipher.getAuthTag(), text]);
  }

  /** @throws AppError unavailable `secrets.unreadable`: the key is gone, or the row was tampered with */
  open(sealed: Buffer, context: string): Buffer {
    const at = (start: number, length: number) => sealed.subarray(start, start + length);
    const key = sealed[0] === LAYOUT && this.keys.find(({ id }) => id.equals(at(1, ID_BYTES)));
    if (!key) throw unreadable('no key has the id of the sealed secret');
    const tagAt = 1 + ID_BYTES + IV_BYTES;
    try {
      const decipher = createDecipheriv('aes-256-gcm', key.key, at(1 + ID_BYTES, IV_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(context));
      decipher.setAuthTag(at(tagAt, TAG_BYTES));
      return Buffer.concat([decipher.update(sealed.subarray(tagAt + TAG_BYTES)), decipher.final()]);
    } catch (error) {
      throw unreadable('the sealed secret is not authentic', error);
    }
  }

  /** A key for another purpose, made from the first one: equal in all replicas, stored nowhere. */
  derive(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.keys[0].key, '', `helpmesh ${purpose}`, KEY_BYTES));
  }
}

function readKey(text: string): Key {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== KEY_BYTES) {
    throw new AppError('invalid', 'config.secrets-key', 'HELPMESH_SECRETS_KEY must be 32 bytes in base64.');
  }
  return { id: createHash('sha256').update(key).digest().subarray(0, ID_BYTES), key };
}

function unreadable(why: string, cause?: unknown): AppError {
  const detail = 'A stored secret cannot be read. Ask your administrator.';
  return new AppError('unavailable', 'secrets.unreadable', detail, why, { cause });
}
