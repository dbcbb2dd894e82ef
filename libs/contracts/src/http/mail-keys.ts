import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { bounded, Flag, Id, Instant, Page, Row, text } from './common.ts';

const tag = 'Mail';
const path = '/api/v1/mail_keys';
const params = { id: Id };

/** Whose key it is: the desk's own, with its private half; of somebody who writes to it; of somebody who vouches for others. */
export const mailKeyKinds = ['own', 'contact', 'authority'] as const;

const MailKeyInput = z.object({
  /** PEM text, or base64 of a PKCS#12 file or of a certificate in DER. */
  key: text(400_000),
  /** Of the file, or of the private key in it. It is not kept. */
  passphrase: text(1_000).nullish(),
  /** Certificates without a private key are trusted to vouch for others. */
  authority: Flag.optional(),
});
export type MailKeyInput = z.output<typeof MailKeyInput>;

/** The private half of a key never leaves the desk. */
export const MailKey = Row.extend({
  type: z.enum(['S/MIME']),
  kind: z.enum(mailKeyKinds),
  name: z.string(),
  /** Lower case. */
  addresses: z.array(z.string()),
  issuer: z.string(),
  serial: z.string(),
  /** SHA-256, in hex. */
  fingerprint: z.string(),
  valid_from: Instant,
  valid_to: Instant,
  /** `expiring`: in less than thirty days it is no longer valid. */
  state: z.enum(['valid', 'expiring', 'expired', 'early']),
  /** Mails can be encrypted for it. */
  encrypts: z.boolean(),
  /** It came with a mail that an authority vouched for. */
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
  type: z.enum(['S/MIME']),
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
    summary: 'Certificates for signed and encrypted mail, newest first; administrators of mail channels only',
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
      'Adds certificates, and the private key that comes with one; the certificates that vouch for it stay with it',
    status: 201,
    body: MailKeyInput,
    response: z.array(MailKey),
  }),
  delete: defineEndpoint({
    id: 'deleteMailKey',
    method: 'DELETE',
    path: `${path}/:id`,
    question: 'rpc.notification.v1.delete-mail-key',
    tag,
    summary: 'Forgets a certificate, and with it the private key: mails encrypted for it cannot be opened any more',
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
