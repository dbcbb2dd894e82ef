import { randomBytes } from 'node:crypto';
import type { EpochMs } from '@helpmesh/kernel';
import type { SecretBox } from '@helpmesh/service-kit';
import type { Receiver, WebhookRow, WebhookValues } from '../../domain/webhook/webhook.ts';

const KEY_BYTES = 32;
/** How long a key that was replaced still signs. */
const OLD_KEY_MS = 86_400_000;

type SecretName = 'signature_token' | 'basic_auth_password' | 'bearer_token';
type KeyName = 'signing_key' | 'old_signing_key';

/** The secrets of webhooks: sealed in their rows, in clear for the moment of a call. */
export class Receivers {
  constructor(private readonly box: SecretBox) {}

  seal(id: number, name: SecretName, text: string): Buffer {
    return this.box.seal(Buffer.from(text), context(id, name));
  }

  /** A first key, or one in place of the present one, which goes on signing for a day. */
  newKey(id: number, row: WebhookRow, now: EpochMs): { key: Buffer; values: Partial<WebhookValues> } {
    const key = randomBytes(KEY_BYTES);
    const values: Partial<WebhookValues> = { signing_key: this.box.seal(key, context(id, 'signing_key')) };
    const old = this.key(row, 'signing_key');
    if (old) {
      values.old_signing_key = this.box.seal(old, context(id, 'old_signing_key'));
      values.old_key_until = new Date(now + OLD_KEY_MS);
    }
    return { key, values };
  }

  /** @throws AppError unavailable `secrets.unreadable` */
  receiver(row: WebhookRow, now: EpochMs): Receiver {
    const old = row.old_key_until !== null && row.old_key_until.getTime() > now;
    const keys = [this.key(row, 'signing_key'), old ? this.key(row, 'old_signing_key') : null];
    const username = row.basic_auth_username;
    return {
      id: row.id,
      endpoint: row.endpoint,
      method: row.http_method,
      verifyTls: row.ssl_verify,
      signatureToken: this.text(row, 'signature_token'),
      basic: username === null ? null : { username, password: this.text(row, 'basic_auth_password') ?? '' },
      bearer: this.text(row, 'bearer_token'),
      keys: keys.filter((key) => key !== null),
    };
  }

  private text(row: WebhookRow, name: SecretName): string | null {
    const sealed = row[name];
    return sealed && this.box.open(sealed, context(row.id, name)).toString();
  }

  private key(row: WebhookRow, name: KeyName): Buffer | null {
    const sealed = row[name];
    return sealed && this.box.open(sealed, context(row.id, name));
  }
}

const context = (id: number, name: SecretName | KeyName) => `webhook:${id}:${name}`;
