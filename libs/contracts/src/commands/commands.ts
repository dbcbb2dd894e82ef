import { z } from 'zod';
import { defineCommand } from '../define.ts';
import { StoredFile } from '../http/tickets.ts';
import { MailBrand } from '../mail/brand.ts';
import { MailSecurity, SecurityType } from '../mail/security.ts';

/** Whether the domain in From stands behind a mail: the same words as on the article. */
export const MailProof = z.object({
  /** `fail`: its owner asks that such mails are not believed. `unknown`: it could not be looked up. */
  result: z.enum(['pass', 'fail', 'none', 'unknown']),
  on: z.enum(['dmarc', 'dkim', 'spf', 'arc']).nullable(),
  /** The server whose word was taken for it; null: the desk looked itself. */
  by: z.string().nullable(),
  domain: z.string(),
});
export type MailProof = z.output<typeof MailProof>;

export const MailAddress = z.object({ name: z.string(), address: z.string() });
export type MailAddress = z.output<typeof MailAddress>;

/**
 * A mail that arrived, was kept, and was read. mail-ingest brings the evidence; the ticket service decides where it
 * belongs. `unreadable` mails carry what could be had of the header and no body.
 */
export const fileMail = defineCommand(
  'cmd.ticket.v1.file-mail',
  z.object({
    /** Row of the inbound mail; filing the same one twice has no effect. */
    inboundId: z.number().int(),
    /** Where and when it came in: smtp, imap:<mailbox>. */
    channel: z.string(),
    receivedAt: z.iso.datetime(),
    /** Envelope recipients, or the mailbox's own address. */
    recipients: z.array(z.string()),
    /** The raw message in the blob store. */
    raw: z.object({ sha256: z.string(), size: z.number().int() }),
    unreadable: z.string().nullable(),
    /** Of the mailbox it was fetched from; counts when no filter and no address names another. */
    mailboxGroupId: z.number().int().optional(),
    from: MailAddress.nullable(),
    replyTo: MailAddress.nullable(),
    /** Contact forms are to be heard as whoever filled them in: with the name of Reply-To, or with that of From. */
    replyToSpeaks: z.enum(['with-its-name', 'with-name-of-from']).optional(),
    to: z.array(MailAddress),
    cc: z.array(MailAddress),
    subject: z.string(),
    messageId: z.string().nullable(),
    inReplyTo: z.array(z.string()),
    references: z.array(z.string()),
    date: z.iso.datetime().nullable(),
    /** Text form, at most 1 MiB. */
    text: z.string(),
    /** Sanitized HTML with `cid:` images, at most 1 MiB; null when the mail had none. */
    html: z.string().nullable(),
    attachments: z.array(StoredFile),
    /** The mail is automatic (auto-reply, list, bounce, our own): file it, never answer it by machine. */
    automatic: z.enum(['no', 'auto-reply', 'bulk', 'bounce', 'own']),
    /** What filters of an administrator say about it; absent: none of them met it. */
    filtered: z
      .object({
        by: z.array(z.object({ id: z.number().int(), name: z.string() })),
        /** Of the ticket that it opens. What there is not, or not any more, is left out where it is filed. */
        groupId: z.number().int().optional(),
        priorityId: z.number().int().optional(),
        stateId: z.number().int().optional(),
        ownerId: z.number().int().optional(),
        customerId: z.number().int().optional(),
        /** By name, in whatever case, where no id says otherwise: what a mail of a trusted mailbox says of itself. */
        group: z.string().optional(),
        priority: z.string().optional(),
        state: z.string().optional(),
        type: z.string().optional(),
        tags: z.array(z.string()).optional(),
        /** Of the article. */
        internal: z.boolean().optional(),
      })
      .optional(),
    /** A mail server reports of a mail that it could not deliver (`permanent`), or not yet. */
    bounce: z
      .object({
        kind: z.enum(['permanent', 'temporary']),
        /** Of the mail that did not arrive; null: the report does not say. */
        messageId: z.string().nullable(),
        recipients: z.array(z.object({ address: z.string(), status: z.string().nullable(), reason: z.string() })),
      })
      .optional(),
    /** Absent: there was nothing to look at, or nobody wants to know. */
    proof: MailProof.optional(),
    /** Absent: nothing of it was signed or encrypted. */
    security: MailSecurity.optional(),
    /** Mails whose senders are not proven wait until somebody lets them in. */
    proofDemanded: z.boolean().optional(),
    /** Somebody has let it in although its sender is not proven: as a customer's mail. */
    released: z.boolean().optional(),
  }),
  { senders: ['mail-ingest'] },
);

/** A mail server says that there is no such mailbox: whoever has the address is not reached by mail. */
export const markUndeliverable = defineCommand(
  'cmd.identity.v1.mark-undeliverable',
  z.object({
    /** Lower case. */
    address: z.string(),
    /** In the words of the server. */
    reason: z.string(),
    at: z.iso.datetime(),
  }),
  { senders: ['ticket'] },
);

/** Somebody's own order of overviews is another one: the ids of its rows, which their account shows. */
export const keepOverviewSortings = defineCommand(
  'cmd.identity.v1.keep-overview-sortings',
  z.object({ userId: z.number().int(), ids: z.array(z.number().int()), at: z.iso.datetime() }),
  { senders: ['ticket'] },
);

/** A mail was not filed because nothing proves its sender: it is to wait until somebody decides. */
export const suspendMail = defineCommand(
  'cmd.mail-ingest.v1.suspend-mail',
  z.object({
    inboundId: z.number().int(),
    /** For whoever decides; names nobody but a domain. */
    cause: z.string(),
  }),
  { senders: ['ticket'] },
);

/** A mail the system sends. The queue row is keyed by `mailId`: asking twice sends once. */
export const sendMail = defineCommand(
  'cmd.notification.v1.send-mail',
  z.object({
    mailId: z.uuid(),
    kind: z.enum([
      'reply',
      'auto-reply',
      'password-reset',
      'invitation',
      'sign-up',
      'sign-in-link',
      'rating-request',
      'account-changed',
      'data-export-ready',
      'agent-notification',
      'redirect',
    ]),
    ticketId: z.number().int().nullable(),
    articleId: z.number().int().nullable(),
    /** Null: the system's own address. */
    from: MailAddress.nullable(),
    replyTo: MailAddress.nullable(),
    to: z.array(MailAddress).min(1),
    cc: z.array(MailAddress),
    /** They get the same mail, which names them nowhere. */
    bcc: z.array(MailAddress).optional(),
    content: z.union([
      z.object({
        subject: z.string(),
        text: z.string(),
        html: z.string().nullable(),
        /** In which language the notification service adds words of its own; absent: English. */
        locale: z.string().optional(),
      }),
      /** One of `mailTemplates`, filled with values that are never template source. */
      z.object({ template: z.string(), locale: z.string(), values: z.record(z.string(), z.string()) }),
    ]),
    /** With angle brackets; null: the notification service makes one. */
    messageId: z.string().nullable(),
    inReplyTo: z.string().nullable(),
    references: z.array(z.string()),
    attachments: z.array(StoredFile),
    /** The public article that they hang on, where that is not the one of the mail: those too large for it go as links. */
    filesOf: z.number().int().optional(),
    /** Marks the mail as automatic (RFC 3834) so that no machine answers it. */
    automatic: z.boolean(),
    /** It leaves so, or not at all. Absent: as it is, or signed when its group wants that of automatic mails. */
    security: z
      .object({
        sign: z.boolean(),
        encrypt: z.boolean(),
        /** Absent: S/MIME. */
        type: SecurityType.optional(),
      })
      .optional(),
    /** What a rule wants, as far as there are keys: `discard` rather sends nothing than a mail without; `always` sends it. */
    sealing: z
      .object({ sign: z.enum(['no', 'always', 'discard']), encryption: z.enum(['no', 'always', 'discard']) })
      .optional(),
    /** Of the ticket: the mail looks as mails of the group do. */
    groupId: z.number().int().optional(),
    /** How a mail looks that is of no group; absent: as those of the installation. */
    brand: MailBrand.optional(),
  }),
  { senders: ['ticket', 'identity', 'federation', 'notification'] },
);

/**
 * The sender of a mail has signed it, and an authority vouches for him: from now on mails can be encrypted for him. An
 * OpenPGP key that came with a mail is vouched for by nobody, and waits until an administrator accepts it.
 */
export const learnCertificate = defineCommand(
  'cmd.notification.v1.learn-certificate',
  z.object({
    /** Absent: S/MIME. */
    type: SecurityType.optional(),
    /** DER, in base64; of OpenPGP also armoured. */
    certificate: z.string(),
    /** Lower case. */
    address: z.string(),
  }),
  { senders: ['mail-ingest'] },
);

/** Notification tells the ticket service what it sent on its own, so that the thread shows it. */
export const recordMail = defineCommand(
  'cmd.ticket.v1.record-mail',
  z.object({
    mailId: z.uuid(),
    ticketId: z.number().int(),
    kind: z.string(),
    from: MailAddress,
    to: z.array(MailAddress),
    subject: z.string(),
    text: z.string(),
    html: z.string().nullable(),
    messageId: z.string(),
    inReplyTo: z.string().nullable(),
  }),
  { senders: ['notification'] },
);

/** Federation moved the request to a mailing list; the ticket reaches its terminal `redirected` state. */
export const markRedirected = defineCommand(
  'cmd.ticket.v1.mark-redirected',
  z.object({ ticketId: z.number().int(), agreementId: z.number().int(), listAddress: z.string() }),
  { senders: ['federation'] },
);

/** Identity tells itself that somebody wants an account: whether the address has one is found out afterwards. */
export const mailSignUp = defineCommand('cmd.identity.v1.mail-sign-up', z.object({ signUpId: z.uuid() }), {
  senders: ['identity'],
});

/**
 * Identity tells itself that somebody wants to sign in by a link. Written for every address asked for, known or not, so
 * that the request costs the same.
 */
export const mailSignInLink = defineCommand(
  'cmd.identity.v1.mail-sign-in-link',
  z.object({
    /** Login or e-mail address in its normal form. */
    username: z.string(),
    /** Language of the mail for somebody who has chosen none. */
    locale: z.string(),
  }),
  { senders: ['identity'] },
);

/**
 * Identity tells itself that somebody asked for a reset link. Written for every name asked for, known or not, so that
 * the request costs the same; who that is, if anybody, is found out when it is carried out.
 */
export const mailPasswordReset = defineCommand(
  'cmd.identity.v1.mail-password-reset',
  z.object({
    /** Login or e-mail address in its normal form. */
    username: z.string(),
    /** Language of the mail for somebody who has chosen none; default `en`. */
    locale: z.string().optional(),
  }),
  { senders: ['identity'] },
);
