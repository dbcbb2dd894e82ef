import type { KeyFacts, SecurityType } from '@helpmesh/mail-security';

export type MailKeyKind = 'own' | 'contact' | 'authority';

/** A row of `mail_key` without its bytes. */
export interface MailKeyRow {
  id: number;
  type: SecurityType;
  kind: MailKeyKind;
  name: string;
  addresses: string[];
  user_ids: string[];
  issuer: string;
  serial: string;
  fingerprint: string;
  valid_from: Date;
  /** Null: it does not end. */
  valid_to: Date | null;
  revoked: boolean;
  /** It came with a mail and waits until somebody accepts it. */
  offered: boolean;
  encrypts: boolean;
  learned: boolean;
  group_ids: number[];
  created_by_id: number;
  updated_by_id: number;
  created_at: Date;
  updated_at: Date;
}

export interface NewMailKey {
  kind: MailKeyKind;
  facts: KeyFacts;
  /** DER, or an OpenPGP key. */
  certificate: Buffer;
  chain: readonly Buffer[];
  learned: boolean;
  by: number;
}

/** The desk's own key, with its private half as it is stored. */
export interface SealedKey {
  id: number;
  type: SecurityType;
  certificate: Buffer;
  chain: Buffer[];
  secret: Buffer;
  valid_from: Date;
  valid_to: Date | null;
  revoked: boolean;
}

export interface GroupSealing {
  group_id: number;
  sign: boolean;
  encrypt: boolean;
  sign_automatic: boolean;
  updated_at: Date | null;
}

/** Where a private key is sealed for. */
export const sealedFor = (id: number): string => `mail_key:${id}`;
