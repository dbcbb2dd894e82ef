/** Why a signature is not believed, or a mail cannot be opened. */
export const troubles = {
  'no-key': 'No key of the desk opens it.',
  undecryptable: 'It cannot be decrypted: it is damaged, or was made for another key.',
  unsupported: 'It is protected in a way that the desk cannot read.',
  malformed: 'Its protection is damaged.',
  'in-part': 'Only a part of it is protected.',
  'too-deep': 'It is wrapped too many times.',
  altered: 'The mail was changed after it was signed.',
  'unknown-signer': 'The certificate of the signer is not known.',
  untrusted: 'No authority that the desk trusts vouches for the signer.',
  expired: 'The certificate of the signer was not valid when the mail came.',
  'not-for-mail': 'The certificate of the signer is not meant for mail.',
  'other-address': 'It is signed by somebody else than it says it comes from.',
  weak: 'It is signed in a way that is no longer safe.',
} as const;
export type Trouble = keyof typeof troubles;

export interface Signer {
  name: string;
  /** Lower case. */
  addresses: string[];
  /** SHA-256 of the certificate, in hex. */
  fingerprint: string;
}

/** What an article shows of it; the names and the first two values of each are those of Zammad. */
export interface SecurityReport {
  type: 'S/MIME';
  /** Without a signature: neither success nor a comment. */
  sign: { success: boolean; comment: string | null; reason: Trouble | null; signer: Signer | null };
  encryption: { success: boolean; comment: string | null; reason: Trouble | null };
}
