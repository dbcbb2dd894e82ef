import { ImapFlow } from 'imapflow';
import type { Credential, MailboxSource } from '../../application/ports.ts';
import { limits } from '../../domain/limits.ts';

/** A server that says nothing for so long is gone. IDLE is renewed well before. */
const SOCKET_TIMEOUT_MS = 5 * 60_000;

/** One connection, not made yet. */
export function imapClient(
  { host, port, ssl, verifyTls, user }: MailboxSource,
  credential: Credential,
  { connectMs = 20_000, greetingMs = 10_000 }: { connectMs?: number; greetingMs?: number } = {},
): ImapFlow {
  return new ImapFlow({
    host,
    port,
    secure: ssl === 'ssl',
    ...(ssl === 'ssl' ? {} : { doSTARTTLS: ssl === 'starttls' }),
    tls: { rejectUnauthorized: verifyTls },
    auth: 'password' in credential ? { user, pass: credential.password } : { user, ...credential },
    clientInfo: { name: 'Helpmesh' },
    logger: false,
    connectionTimeout: connectMs,
    greetingTimeout: greetingMs,
    socketTimeout: SOCKET_TIMEOUT_MS,
    maxIdleTime: SOCKET_TIMEOUT_MS / 2,
    maxLiteralSize: limits.imapRawBytes,
  });
}
