import { z } from 'zod';
import { defineQuestion } from '../define.ts';
import { StoredFile } from '../http/tickets.ts';
import { mailLists } from '../mail/mail-list.ts';
import { MailSecurity, SecurityType } from '../mail/security.ts';

/** In base64. */
const Bytes = z.string();

/** What is needed to open a mail of this sender, and to find out whether he signed it. Private keys stay sealed. */
export const keysToOpen = defineQuestion(
  'rpc.notification.v1.keys-to-open',
  z.object({
    /** Lower case; null: the mail names nobody. */
    from: z.string().nullable(),
  }),
  z.object({
    /** `sealed` is opened as `mail_key:<id>`. */
    own: z.array(
      z.object({
        id: z.number().int(),
        /** Absent: S/MIME. */
        type: SecurityType.optional(),
        certificate: Bytes,
        sealed: Bytes,
      }),
    ),
    contacts: z.array(Bytes),
    /** OpenPGP keys that an administrator has accepted. */
    pgpContacts: z.array(Bytes).optional(),
    authorities: z.array(Bytes),
  }),
  { callers: ['mail-ingest'] },
);

/** Stops mails of a list for whom a link was made, lets them come again, or says what is so. `not-found`: it is not ours. */
export const leaveList = defineQuestion(
  'rpc.notification.v1.leave-list',
  z.object({
    token: z.string().max(100),
    /** Whether the mails are to come; null: nothing is changed. */
    on: z.boolean().nullable(),
  }),
  z.object({ list: z.enum(mailLists), on: z.boolean() }),
  { callers: ['gateway'] },
);

/** Whether mails can be sent by an account of this id. */
export const hasMailAccount = defineQuestion(
  'rpc.notification.v1.has-mail-account',
  z.object({ id: z.number().int() }),
  z.object({ there: z.boolean() }),
  { callers: ['identity'] },
);

/** Why a mail cannot be protected as it is to be; null and nobody missing: it can be, by the type it names. */
export const checkSealing = defineQuestion(
  'rpc.notification.v1.check-sealing',
  z.object({
    /** Address it is sent from; null: the system's own. */
    from: z.string().nullable(),
    to: z.array(z.string()),
    sign: z.boolean(),
    encrypt: z.boolean(),
    /** Null: whichever has all the keys, S/MIME first. */
    type: SecurityType.nullable().optional(),
  }),
  z.object({ type: SecurityType, sign: z.enum(['no-key', 'expired']).nullable(), missing: z.array(z.string()) }),
  { callers: ['ticket'] },
);

/** Opens a filed mail once more, with the keys of today. */
export const reopenMail = defineQuestion(
  'rpc.mail-ingest.v1.reopen-mail',
  z.object({ inboundId: z.number().int() }),
  z.object({
    text: z.string(),
    html: z.string().nullable(),
    attachments: z.array(StoredFile),
    /** Null: nothing of it is signed or encrypted. */
    security: MailSecurity.nullable(),
  }),
  { callers: ['ticket'] },
);
