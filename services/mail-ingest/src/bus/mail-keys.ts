import { keysToOpen, type SecurityType } from '@helpmesh/contracts';
import type { RpcClient } from '@helpmesh/messaging';
import type { ActorSigner, SecretBox } from '@helpmesh/service-kit';
import { logger } from '@helpmesh/telemetry';
import type { KeyDirectory } from '../application/ports.ts';

const TIMEOUT_MS = 10_000;

/** The notification service has the keys; private ones travel sealed. */
export function mailKeys(rpc: RpcClient, signer: ActorSigner, box: SecretBox): KeyDirectory {
  const log = logger('mail-keys');
  /** One that cannot be read must not hold up the mails of all others. */
  const opened = (sealed: Buffer, context: string): Uint8Array<ArrayBuffer> | null => {
    try {
      return new Uint8Array(box.open(sealed, context));
    } catch (error) {
      log.error({ err: error, key: context }, 'a private key for encrypted mail cannot be read');
      return null;
    }
  };
  return {
    toOpen: async (from) => {
      const answer = await rpc.call(keysToOpen, { from }, { actor: signer.service(), timeoutMs: TIMEOUT_MS });
      const own = (wanted: SecurityType) =>
        answer.own.flatMap(({ id, type = 'S/MIME', certificate, sealed }) => {
          const key = type === wanted ? opened(Buffer.from(sealed, 'base64'), `mail_key:${id}`) : null;
          return key ? [{ certificate: bytes(certificate), key, chain: [] }] : [];
        });
      return {
        own: own('S/MIME'),
        contacts: answer.contacts.map(bytes),
        authorities: answer.authorities.map(bytes),
        pgp: { own: own('PGP'), contacts: (answer.pgpContacts ?? []).map(bytes) },
      };
    },
  };
}

/** With memory of their own: they are copied into a thread. */
const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));
