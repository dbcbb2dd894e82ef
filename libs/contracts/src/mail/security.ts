import { z } from 'zod';

const Comment = z.string().nullable();

/** How a mail is protected; OpenPGP by the name that clients of Zammad know. */
export const SecurityType = z.enum(['S/MIME', 'PGP']);
export type SecurityType = z.output<typeof SecurityType>;

/** How a mail was signed and encrypted: the same words as on the article. */
export const MailSecurity = z.object({
  type: SecurityType,
  /** Neither success nor a comment: it was not signed. */
  sign: z.object({
    success: z.boolean(),
    comment: Comment,
    /** Short word for the comment; null: it was not signed, or all is well. */
    reason: z.string().nullable(),
    signer: z.object({ name: z.string(), addresses: z.array(z.string()), fingerprint: z.string() }).nullable(),
  }),
  encryption: z.object({ success: z.boolean(), comment: Comment, reason: z.string().nullable() }),
});
export type MailSecurity = z.output<typeof MailSecurity>;
