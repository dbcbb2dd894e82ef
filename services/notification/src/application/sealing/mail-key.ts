import type { CertificateFacts } from '@helpmesh/mail-security';

export type MailKeyKind = 'own' | 'contact' | 'authority';

/** A row of `mail_key` without its bytes. */
export interface MailKeyRow {
  id: number;
  kind: MailKeyKind;
  name: string;
  addresses: string[];
  issuer: string;
  serial: string;
  fingerprint: string;
  valid_from: Date;
  valid_to: Date;
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
  facts: CertificateFacts;
  /** DER. */
  certificate: Buffer;
  chain: readonly Buffer[];
  learned: boolean;
  by: number;
}

/** The desk's own key, with its private half as it is stored. */
export interface SealedKey {
  id: number;
  certificate: Buffer;
  chain: Buffer[];
  secret: Buffer;
  valid_from: Date;
  valid_to: Date;
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
