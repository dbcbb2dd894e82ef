import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { SecurityType } from '../mail/security.ts';
import { bounded, Flag, Id, Instant, Page, Row, text } from './common.ts';

const tag = 'Mail';
const path = '/api/v1/mail_keys';
const params = { id: Id };

/** Whose key it is: the desk's own, with its private half; of somebody who writes to it; of somebody who vouches for others. */
export const mailKeyKinds = ['own', 'contact', 'authority'] as const;

const MailKeyInput = z.object({
  /** PEM text, armoured OpenPGP keys, or base64 of a PKCS#12 file, of a certificate in DER or of OpenPGP keys. */
  key: text(400_000),
  /** Of the file, or of the private key in it. It is not kept. */
  passphrase: text(1_000).nullish(),
  /** Certificates without a private key are trusted to vouch for others. */
  authority: Flag.optional(),
});
export type MailKeyInput = z.output<typeof MailKeyInput>;

/** The private half of a key never leaves the desk. */
export const MailKey = Row.extend({
  /** `PGP`: an OpenPGP key. */
  type: SecurityType,
  kind: z.enum(mailKeyKinds),
  name: z.string(),
  /** Lower case. */
  addresses: z.array(z.string()),
  /** Identities of an OpenPGP key, as they stand in it; none of a certificate. */
  user_ids: z.array(z.string()),
  /** Empty for an OpenPGP key: it vouches for itself. */
  issuer: z.string(),
  /** Of an OpenPGP key its id. */
  serial: z.string(),
  /** In hex; of a certificate its SHA-256. */
  fingerprint: z.string(),
  valid_from: Instant,
  /** Null: it does not end. */
  valid_to: Instant.nullable(),
  /**
   * `expiring`: in less than thirty days it is no longer valid. `revoked`: its owner has taken it back. `offered`: an
   * OpenPGP key that came with a mail, of no use until it is accepted.
   */
  state: z.enum(['valid', 'expiring', 'expired', 'early', 'revoked', 'offered']),
  /** Mails can be encrypted for it. */
  encrypts: z.boolean(),
  /** It came with a mail. */
  learned: z.boolean(),
  /** The desk's own: whose mails are signed with it and opened by it. */
  group_ids: z.array(z.number().int()),
});

const Sealing = z.object({
  /** New mails of the group are to be signed, where they can be. */
  sign: z.boolean(),
  /** New mails of the group are to be encrypted, where they can be. */
  encrypt: z.boolean(),
  /** What the desk sends by itself for the group is signed as well. */
  sign_automatic: z.boolean(),
});

const GroupSealing = Sealing.extend({ group_id: z.number().int(), updated_at: Instant.nullable() });

/** What can be done with a mail, and why not. */
export const SealingOffer = z.object({
  /** The one with more keys for this mail: to encrypt counts before to sign, S/MIME comes first. */
  type: SecurityType,
  sign: z.object({ possible: z.boolean(), reason: z.enum(['no-key', 'expired']).nullable() }),
  encryption: z.object({
    possible: z.boolean(),
    /** `no-recipients`: nobody is named yet. */
    reason: z.enum(['no-key', 'no-recipients']).nullable(),
    /** Recipients for whom no key is known. */
    missing: z.array(z.string()),
  }),
  /** What the group wants of new mails. */
  wanted: z.object({ sign: z.boolean(), encrypt: z.boolean() }),
});

export const mailKeys = {
  list: defineEndpoint({
    id: 'listMailKeys',
    paging: { standard: 100, max: 500 },
    method: 'GET',
    path,
    question: 'rpc.notification.v1.list-mail-keys',
    tag,
    summary: 'Keys for signed and encrypted mail, newest first; administrators of mail channels only',
    query: Page.extend({ kind: z.enum(mailKeyKinds).optional() }),
    response: z.array(MailKey),
  }),
  add: defineEndpoint({
    id: 'addMailKeys',
    method: 'POST',
    path,
    question: 'rpc.notification.v1.add-mail-keys',
    tag,
    summary:
      'Adds certificates or OpenPGP keys, and private keys that come with them; certificates that vouch for one stay with it',
    status: 201,
    body: MailKeyInput,
    response: z.array(MailKey),
  }),
  generate: defineEndpoint({
    id: 'generateMailKey',
    method: 'POST',
    path: `${path}/generate`,
    question: 'rpc.notification.v1.generate-mail-key',
    tag,
    summary: 'Makes an OpenPGP key for the address of a group',
    status: 201,
    body: z.object({
      group_id: Id,
      /** Who it names; absent: the group as its mails do. */
      name: text(200).optional(),
      valid_years: z.number().int().min(1).max(10).default(3),
    }),
    response: MailKey,
  }),
  accept: defineEndpoint({
    id: 'acceptMailKey',
    method: 'POST',
    path: `${path}/:id/accept`,
    question: 'rpc.notification.v1.accept-mail-key',
    tag,
    summary: 'Takes an OpenPGP key that came with a mail for that of its address; compare its fingerprint first',
    params,
    response: MailKey,
  }),
  delete: defineEndpoint({
    id: 'deleteMailKey',
    method: 'DELETE',
    path: `${path}/:id`,
    question: 'rpc.notification.v1.delete-mail-key',
    tag,
    summary: 'Forgets a key, its private half as well: mails encrypted for it cannot be opened any more',
    params,
    response: z.object({}),
  }),
  download: defineEndpoint({
    id: 'downloadMailKey',
    method: 'GET',
    path: `${path}/:id/download`,
    question: 'rpc.notification.v1.download-mail-key',
    tag,
    summary: 'The public part of a key, as a file for others',
    params,
    response: z.object({ filename: z.string(), content_type: z.string(), data: z.string() }),
  }),
};

export const mailSealing = {
  list: defineEndpoint({
    id: 'listMailSealing',
    method: 'GET',
    path: '/api/v1/mail_sealing',
    question: 'rpc.notification.v1.list-mail-sealing',
    tag,
    summary: 'Which groups want their mails signed or encrypted; those that want neither are missing',
    response: z.array(GroupSealing),
  }),
  update: defineEndpoint({
    id: 'updateMailSealing',
    method: 'PUT',
    path: '/api/v1/mail_sealing/:group_id',
    question: 'rpc.notification.v1.update-mail-sealing',
    tag,
    summary: 'Changes whether a group wants its mails signed or encrypted',
    params: { group_id: Id },
    body: z.object({ sign: Flag, encrypt: Flag, sign_automatic: Flag }).partial(),
    response: GroupSealing,
  }),
  offer: defineEndpoint({
    id: 'offerMailSealing',
    method: 'POST',
    path: '/api/v1/mail_sealing/offer',
    question: 'rpc.notification.v1.offer-mail-sealing',
    tag,
    summary: 'Whether a mail of a group to these people can be signed and encrypted; for agents',
    body: z.object({ group_id: Id, to: bounded(text(254), 200) }),
    response: SealingOffer,
  }),
};
