import type { SecurityType } from './certificate.ts';

/** Why a signature is not believed, or a mail cannot be opened. */
export const troubles = {
  'no-key': 'No key of the desk opens it.',
  undecryptable: 'It cannot be decrypted: it is damaged, or was made for another key.',
  unsupported: 'It is protected in a way that the desk cannot read.',
  malformed: 'Its protection is damaged.',
  'in-part': 'Only a part of it is protected.',
  'too-deep': 'It is wrapped too many times.',
  altered: 'The mail was changed after it was signed.',
  'unknown-signer': 'The key of the signer is not known.',
  untrusted: 'No authority that the desk trusts vouches for the signer.',
  expired: 'The key of the signer was not valid when the mail came.',
  revoked: 'The signer has revoked the key.',
  'not-for-mail': 'The certificate of the signer is not meant for mail.',
  'other-address': 'It is signed by somebody else than it says it comes from.',
  weak: 'It is signed in a way that is no longer safe.',
} as const;
export type Trouble = keyof typeof troubles;

export interface Signer {
  name: string;
  /** Lower case. */
  addresses: string[];
  /** Of the key, in hex; of a certificate its SHA-256. */
  fingerprint: string;
}

/** What an article shows of it; the names and the first two values of each are those of Zammad. */
export interface SecurityReport {
  type: SecurityType;
  /** Without a signature: neither success nor a comment. */
  sign: { success: boolean; comment: string | null; reason: Trouble | null; signer: Signer | null };
  encryption: { success: boolean; comment: string | null; reason: Trouble | null };
}
