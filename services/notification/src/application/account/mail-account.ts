import type { MailAuth, MailServer } from '@helpmesh/service-kit';

export interface AccountValues {
  name: string;
  adapter: 'smtp' | 'sendmail';
  addresses: string[];
  fallback: boolean;
  /** Largest mail its server takes, MB over the wire; null: as for all. */
  max_size_mb: number | null;
  /** Null: the program of the operator takes the mails. */
  server: MailServer | null;
  auth: MailAuth | null;
  active: boolean;
}

export interface AccountRow extends AccountValues {
  id: number;
  secrets: Buffer;
  created_by_id: number;
  updated_by_id: number;
  created_at: Date;
  updated_at: Date;
  status: 'ok' | 'error' | null;
  error: string | null;
  success_at: Date | null;
}
