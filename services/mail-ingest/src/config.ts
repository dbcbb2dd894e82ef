import { readFileSync } from 'node:fs';
import {
  blobConfig,
  defineConfig,
  outgoingConfig,
  secret,
  secretsConfig,
  threadingConfig,
} from '@helpmesh/service-kit';
import { z } from 'zod';
import type { MailboxSource } from './application/ports.ts';
import { networkList } from './application/proof/networks.ts';
import { usableAddress } from './domain/address.ts';
import { limits } from './domain/limits.ts';

/** One mailbox of IMAP_MAILBOXES. */
export const MailboxConfig = z
  .strictObject({
    /** Part of the channel name, `imap:<name>`; renaming it means a new mailbox. */
    name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/),
    host: z.string().min(1),
    port: z.number().int().min(1).max(65535).optional(),
    /** true: from the start (port 993); `starttls`: required after the greeting; false: never. */
    tls: z.union([z.boolean(), z.literal('starttls')]).default(true),
    user: z.string().min(1),
    password: z.string().optional(),
    password_file: z.string().optional(),
    /** Address whose mail arrives here; default: user when it looks like one. */
    address: z.string().optional(),
    folder: z.string().min(1).default('INBOX'),
    /** What happens to a mail that was stored: flag it, delete it, or move it to a folder. */
    afterwards: z
      .union([z.literal('seen'), z.literal('delete'), z.object({ move: z.string().min(1) })])
      .default('seen'),
    /** Time between two looks, besides those the server asks for (IDLE). */
    pollSeconds: z.number().int().min(1).max(86_400).default(60),
    /** Its mails may say themselves what becomes of them, by headers called like the actions of filters. */
    trusted: z.boolean().default(false),
  })
  .transform(({ password, password_file, ...mailbox }, context) => {
    const secretValue = password ?? (password_file ? readSecret(password_file) : undefined);
    if (secretValue === undefined)
      context.addIssue({
        code: 'custom',
        message: `mailbox ${mailbox.name} needs password or a readable password_file`,
      });
    return { ...mailbox, password: secretValue ?? '' };
  });
export type MailboxConfig = z.output<typeof MailboxConfig>;

const mailboxes = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: 'custom', message: 'it must be a JSON list of mailboxes' });
      return z.NEVER;
    }
  })
  .pipe(z.array(MailboxConfig).refine(haveOwnNames, { message: 'two mailboxes have the same name' }));

const addresses = z.string().transform((text) => text.split(/[\s,]+/).filter((address) => address !== ''));

const networks = addresses.refine(
  (all) => networkList(all) !== undefined,
  'it must be addresses or networks (1.2.3.0/24)',
);

export const MailIngestConfig = defineConfig(
  z.object({
    ...blobConfig.shape,
    ...threadingConfig.shape,
    ...secretsConfig.shape,
    ...outgoingConfig.shape,
    SMTP_PORT: z.coerce
      .number()
      .int()
      .min(-1)
      .max(65535)
      .default(2525)
      .meta({ description: 'Port for incoming mail; 0 takes a free one, -1 listens nowhere' }),
    SMTP_HOST: z.string().min(1).default('0.0.0.0').meta({ description: 'Address the SMTP port listens on' }),
    SMTP_MAX_CLIENTS: z.coerce
      .number()
      .int()
      .min(1)
      .default(200)
      .meta({ description: 'Connections at once; more are told to come again (421)' }),
    SMTP_MAX_RECIPIENTS: z.coerce
      .number()
      .int()
      .min(1)
      .max(1000)
      .default(100)
      .meta({ description: 'Recipients of one mail; RFC 5321 4.5.3.1.8 asks for at least 100' }),
    SMTP_TIMEOUT_SECONDS: z.coerce
      .number()
      .int()
      .min(1)
      .default(120)
      .meta({ description: 'Silence after which a client is disconnected' }),
    SMTP_TLS_CERT: secret('PEM certificate chain; with SMTP_TLS_KEY it offers STARTTLS').optional(),
    SMTP_TLS_KEY: secret('PEM private key of the certificate').optional(),
    MAIL_MAX_BYTES: z.coerce
      .number()
      .int()
      .min(1024)
      .default(limits.rawBytes)
      .meta({ description: 'Largest mail taken over SMTP, announced as SIZE' }),
    MAIL_ACCEPT: z
      .enum(['any', 'known'])
      .default('any')
      .meta({ description: 'Recipients: `any`, or only the `known`: addresses of groups, mailboxes, MAIL_ADDRESSES' }),
    MAIL_ADDRESSES: addresses
      .default([])
      .meta({ description: 'Further addresses of the desk, comma separated; `@domain` stands for all of a domain' }),
    MAIL_DNS_SERVERS: addresses.default([]).meta({
      description: 'Name servers that are asked about senders, `address` or `address:port`; else those of the machine',
    }),
    MAIL_TRUSTED_RELAYS: networks.default([]).meta({
      description:
        'Public addresses of your own mail servers that hand mails on, `address` or `address/bits`, comma separated: ' +
        'SPF looks at whoever handed the mail to them',
    }),
    IMAP_MAILBOXES: mailboxes.default([]).meta({
      description:
        'JSON list of mailboxes to fetch: name, host, port, tls (true, false, "starttls"), user, password or ' +
        'password_file, address, folder, afterwards ("seen", "delete", {"move":"folder"}), pollSeconds, trusted',
      secret: true,
    }),
    RAW_MAIL_KEEP_DAYS: z.coerce
      .number()
      .int()
      .min(0)
      .max(36_500)
      .default(90)
      .meta({ description: 'Days a mail is kept as it came, longer while its ticket is open or held; 0 for ever' }),
    MAIL_PARSER_THREADS: z.coerce
      .number()
      .int()
      .min(1)
      .max(64)
      .default(2)
      .meta({ description: 'Threads that read mails; each takes up to 512 MiB for a hostile one, 40 MiB else' }),
  }),
);
export type MailIngestConfig = z.output<typeof MailIngestConfig>;

/** The mailboxes of IMAP_MAILBOXES as they are fetched. */
export function mailboxesOf({ IMAP_MAILBOXES }: Pick<MailIngestConfig, 'IMAP_MAILBOXES'>): MailboxSource[] {
  return IMAP_MAILBOXES.map(
    ({ name, host, port, tls, user, password, address, folder, afterwards, pollSeconds, trusted }) => ({
      ...{ name, protocol: 'imap', host, user, folder, afterwards, pollSeconds, trusted },
      port: port ?? (tls === true ? 993 : 143),
      ssl: tls === true ? 'ssl' : tls || 'off',
      verifyTls: true,
      address: address ?? usableAddress(user) ?? `${user}@${host}`,
      credential: async () => ({ password }),
      refused: () => undefined,
      told: () => undefined,
    }),
  );
}

function readSecret(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch {
    return undefined;
  }
}

function haveOwnNames(list: { name: string }[]): boolean {
  return new Set(list.map(({ name }) => name)).size === list.length;
}
