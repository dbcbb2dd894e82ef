import type { MailAuth, MailServer } from '@helpmesh/service-kit';

/** Where a mailbox is, and what becomes of the mails in it. */
export interface Source extends MailServer {
  folder: string;
  keep_on_server: boolean;
  move_to: string | null;
  poll_seconds: number;
  /** Absent in what was written before: false. */
  trusted?: boolean;
}

export interface ChannelValues {
  name: string;
  email: string | null;
  group_id: number | null;
  adapter: 'imap' | 'pop3';
  source: Source;
  auth: MailAuth | null;
  active: boolean;
}

export interface ChannelRow extends ChannelValues {
  id: number;
  secrets: Buffer;
  generation: number;
  created_by_id: number;
  updated_by_id: number;
  created_at: Date;
  updated_at: Date;
  status: 'ok' | 'error' | null;
  error: string | null;
  success_at: Date | null;
}

/** Key of its lease and of its mails. No mailbox of the environment can be called so. */
export const keyOf = ({ id, generation }: Pick<ChannelRow, 'id' | 'generation'>): string => `#${id}.${generation}`;

/** Whether mails that are known of one are mails of the other. */
export function isSameMailbox(a: ChannelValues, b: ChannelValues): boolean {
  const place = ({ adapter, source: { host, user, folder } }: ChannelValues) => [
    adapter,
    host.toLowerCase(),
    user,
    folder,
  ];
  return place(a).join('\n') === place(b).join('\n');
}
