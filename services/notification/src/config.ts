import { isDeliverable, plainAddress } from '@helpmesh/kernel';
import {
  blobConfig,
  defineConfig,
  flag,
  outgoingConfig,
  secret,
  secretsConfig,
  threadingConfig,
} from '@helpmesh/service-kit';
import { z } from 'zod';
import type { MailSettings, SendingSettings } from './application/ports.ts';
import type { CallingSettings } from './application/webhook/ports.ts';
import { parseMailbox } from './domain/address.ts';
import type { Desk } from './domain/webhook/payload.ts';

const mailbox = z.string().transform((value, context) => {
  const parsed = parseMailbox(value);
  if (parsed) return parsed;
  context.addIssue({ code: 'custom', message: 'it must look like Name <user@example.org>' });
  return z.NEVER;
});

const addresses = z.string().transform((value, context) => {
  const list = value.split(',').map(plainAddress).filter(Boolean);
  const bad = list.find((address) => !isDeliverable(address));
  if (bad === undefined) return new Set(list);
  context.addIssue({ code: 'custom', message: 'it must be mail addresses separated by commas' });
  return z.NEVER;
});

const ms = (otherwise: number, description: string) =>
  z.coerce.number().int().min(10).default(otherwise).meta({ description });

export const NotificationConfig = defineConfig(
  z.object({
    ...blobConfig.shape,
    ...threadingConfig.shape,
    ...secretsConfig.shape,
    ...outgoingConfig.shape,
    SMTP_URL: secret(
      'Relay for all outgoing mail: smtp://user:password@host:port or smtps://…; options of nodemailer as a query',
    ),
    MAIL_FROM: mailbox
      .optional()
      .meta({ description: 'Who speaks when no group does: Name <user@example.org>; else helpdesk@HELPMESH_FQDN' }),
    HELPMESH_PRODUCT_NAME: z
      .string()
      .min(1)
      .max(80)
      .default('Helpmesh')
      .meta({ description: 'Name of the desk as people know it' }),
    MAIL_OWN_ADDRESSES: addresses
      .optional()
      .meta({ description: 'Further addresses at which mail comes in, comma separated; never answered by machine' }),
    MAIL_ONLY_RELAY: flag(
      'Everything leaves by SMTP_URL, whatever accounts administrators set up; for installations that must not mail real people',
      false,
    ),
    SENDMAIL_PATH: z
      .string()
      .min(1)
      .default('/usr/sbin/sendmail')
      .meta({ description: 'Program of a mail server on this machine, for accounts that hand their mails to it' }),
    MAIL_NULL_RETURN_PATH: flag(
      'Confirmations and notifications leave with an empty return path; false for relays that refuse it',
      true,
    ),
    MAIL_MAX_SIZE_MB: z.coerce.number().int().min(0).max(1_000).default(20).meta({
      description:
        'Largest mail to a customer over the wire, where its account says nothing else; larger files go as links. 0 sets no limit',
    }),
    MAIL_FILE_LINK_DAYS: z.coerce
      .number()
      .int()
      .min(1)
      .max(365)
      .default(30)
      .meta({ description: 'Days that files which were too large for their mail can be fetched by its links' }),
    MAIL_CONCURRENCY: z.coerce
      .number()
      .int()
      .min(1)
      .max(50)
      .default(5)
      .meta({ description: 'Connections to the relay, and mails on the wire at once' }),
    MAIL_TIMEOUT_MS: ms(120_000, 'Longest time one try may take'),
    MAIL_LEASE_MS: ms(300_000, 'Time after which the mail of a dead sender is taken over; longer than MAIL_TIMEOUT_MS'),
    MAIL_POLL_MS: ms(1_000, 'Longest pause between two looks at the queue'),
    MAIL_RETRY_BASE_MS: ms(60_000, 'Wait after the first failure; doubles with each further one'),
    MAIL_RETRY_CAP_MS: ms(4 * 3_600_000, 'Longest wait between two tries'),
    MAIL_RETRY_TOTAL_MS: ms(48 * 3_600_000, 'Time after which a mail is given up'),
    MAIL_KEEP_DAYS: z.coerce
      .number()
      .int()
      .min(1)
      .default(90)
      .meta({ description: 'Days that mails which were sent stay in the queue table' }),
    AUTO_REPLIES_PER_HOUR: z.coerce
      .number()
      .int()
      .min(0)
      .default(5)
      .meta({ description: 'Automatic answers an hour to one address; 0 leaves only the fixed loop guards' }),
    AUTO_REPLIES_PER_DOMAIN_PER_HOUR: z.coerce
      .number()
      .int()
      .min(0)
      .default(30)
      .meta({ description: 'Automatic answers an hour to all addresses of one mail domain; 0 sets no limit' }),
    AUTO_REPLIES_PER_HOUR_TOTAL: z.coerce
      .number()
      .int()
      .min(0)
      .default(2000)
      .meta({ description: 'Automatic answers an hour to everybody; 0 sets no limit' }),
    WEBHOOK_CONCURRENCY: z.coerce
      .number()
      .int()
      .min(1)
      .max(200)
      .default(20)
      .meta({ description: 'Receivers of webhooks that are called at once; each by one call at a time' }),
    WEBHOOK_TIMEOUT_MS: ms(10_000, 'Longest time a receiver of a webhook may take to answer'),
    WEBHOOK_DISABLE_DAYS: z.coerce
      .number()
      .min(0)
      .default(5)
      .meta({ description: 'Days of nothing but failures after which a webhook is switched off; 0 never does so' }),
    WEBHOOK_KEEP_DAYS: z.coerce
      .number()
      .int()
      .min(1)
      .default(30)
      .meta({ description: 'Days that calls of webhooks which are done stay in the log, with what they said' }),
  }),
).refine((config) => config.MAIL_LEASE_MS > config.MAIL_TIMEOUT_MS, {
  path: ['MAIL_LEASE_MS'],
  message: 'it must be longer than MAIL_TIMEOUT_MS',
});

export type NotificationConfig = Readonly<z.output<typeof NotificationConfig>>;

export function mailSettings(config: NotificationConfig): MailSettings {
  const fqdn = config.HELPMESH_FQDN;
  const brand = config.HELPMESH_PRODUCT_NAME;
  return {
    from: config.MAIL_FROM ?? { name: brand, address: `helpdesk@${fqdn}` },
    ownAddresses: config.MAIL_OWN_ADDRESSES ?? new Set(),
    brand,
    page: config.HELPMESH_PUBLIC_URL,
    fqdn,
    threadingSecret: config.HELPMESH_THREADING_SECRET,
    maxSizeMb: config.MAIL_MAX_SIZE_MB,
    fileLinkDays: config.MAIL_FILE_LINK_DAYS,
    autoRepliesPerHour: config.AUTO_REPLIES_PER_HOUR,
    autoRepliesPerDomain: config.AUTO_REPLIES_PER_DOMAIN_PER_HOUR,
    autoRepliesInTotal: config.AUTO_REPLIES_PER_HOUR_TOTAL,
  };
}

export function sendingSettings(config: NotificationConfig): SendingSettings {
  return {
    concurrency: config.MAIL_CONCURRENCY,
    timeoutMs: config.MAIL_TIMEOUT_MS,
    leaseMs: config.MAIL_LEASE_MS,
    pollMs: config.MAIL_POLL_MS,
    stopGraceMs: 5_000,
    schedule: {
      baseMs: config.MAIL_RETRY_BASE_MS,
      capMs: config.MAIL_RETRY_CAP_MS,
      totalMs: config.MAIL_RETRY_TOTAL_MS,
    },
  };
}

/** Time beside the call itself: to record what came of it. */
const LEASE_BEYOND_CALL_MS = 60_000;
const DAY_MS = 86_400_000;

export function callingSettings(config: NotificationConfig): CallingSettings {
  return {
    concurrency: config.WEBHOOK_CONCURRENCY,
    leaseMs: config.WEBHOOK_TIMEOUT_MS + LEASE_BEYOND_CALL_MS,
    pollMs: config.MAIL_POLL_MS,
    stopGraceMs: 5_000,
    disableAfterMs: config.WEBHOOK_DISABLE_DAYS * DAY_MS,
  };
}

export function desk(config: NotificationConfig): Desk {
  return {
    page: config.HELPMESH_PUBLIC_URL.replace(/\/+$/, ''),
    fqdn: config.HELPMESH_FQDN,
    brand: config.HELPMESH_PRODUCT_NAME,
  };
}
