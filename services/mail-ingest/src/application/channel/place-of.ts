import { usableAddress } from '../../domain/address.ts';
import type { MailboxSource } from '../ports.ts';
import type { ChannelValues } from './mail-channel.ts';

type Place = Omit<MailboxSource, 'name' | 'credential' | 'refused' | 'told'>;

/** Where a channel's mailbox is, and what becomes of its mails. */
export function placeOf({ adapter, email, source }: Pick<ChannelValues, 'adapter' | 'email' | 'source'>): Place {
  const { host, port, ssl, ssl_verify, user, folder, keep_on_server, move_to, poll_seconds, trusted = false } = source;
  const kept = keep_on_server ? 'seen' : 'delete';
  return {
    ...{ protocol: adapter, host, port, ssl, verifyTls: ssl_verify, user, folder, pollSeconds: poll_seconds },
    trusted,
    address: email ?? usableAddress(user) ?? `${user}@${host}`,
    afterwards: adapter === 'imap' && move_to !== null ? { move: move_to } : kept,
  };
}
