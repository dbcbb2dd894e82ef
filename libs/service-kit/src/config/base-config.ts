import { z } from 'zod';
import { flag, secret } from './config.ts';

const trustedKeys = z
  .string()
  .transform((text, context): Record<string, string> => {
    try {
      return z.record(z.string(), z.string()).parse(JSON.parse(text));
    } catch {
      context.addIssue({ code: 'custom', message: 'it must be JSON like {"gateway":"<public key>"}' });
      return z.NEVER;
    }
  })
  .meta({ description: 'Public Ed25519 keys by service name, as JSON; SPKI DER in base64' });

/** What every service with a database understands. A service extends it: `baseConfig.extend({ … })`. */
export const baseConfig = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).meta({ description: "The service's own PostgreSQL database" }),
  NATS_URL: z.string().min(1).default('nats://127.0.0.1:4222').meta({ description: 'NATS servers, comma separated' }),
  REDIS_URL: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Redis or Valkey; without it the process caches for itself' }),
  HEALTH_PORT: z.coerce.number().int().min(0).max(65535).meta({
    description: 'Port of /healthz, /readyz and /metrics; 0 takes a free one',
  }),
  HEALTH_HOST: z.string().default('0.0.0.0').meta({ description: 'Address the health port listens on' }),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .meta({ description: 'Least important level that is logged' }),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional().meta({ description: 'Where spans go; without it tracing is off' }),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .meta({ description: 'Share of new traces that are recorded, 0 to 1' }),
  HELPMESH_FQDN: z.string().default('localhost').meta({ description: 'Host name in mail addresses and Message-IDs' }),
  HELPMESH_PUBLIC_URL: z
    .url()
    .default('http://localhost:8080')
    .meta({ description: 'Address of the web page as people type it; links in mails start with it' }),
  HELPMESH_SIGNING_KEY: secret("This service's private Ed25519 key, PKCS#8 DER in base64"),
  HELPMESH_TRUSTED_KEYS: trustedKeys,
  HELPMESH_EVENT_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .default(14)
    .meta({ description: 'Days that published events stay in the event log for replays' }),
  HELPMESH_CHECK_ANSWERS: flag('Hold every answer to a question against its schema; for tests and development', false),
});

/** For services that make or check Message-IDs of ours. */
export const threadingConfig = z.object({
  HELPMESH_THREADING_SECRET: secret('Key of the signature in our Message-IDs; equal in all services that handle mail'),
});

/** For services that store secrets which they must be able to read again (`SecretBox`). */
export const secretsConfig = z.object({
  HELPMESH_SECRETS_KEY: secret(
    'Key that seals stored secrets, 32 bytes in base64. Without it what they open is lost: keep it with the backups. ' +
      'Several, comma separated, while it is replaced: the first seals, each opens',
  ),
});

/** For services that keep files: a folder, or a bucket when its name is set. */
export const blobConfig = z.object({
  BLOB_DIR: z.string().min(1).optional().meta({ description: 'Folder of the file store; shared by the services' }),
  BLOB_S3_BUCKET: z.string().min(1).optional().meta({ description: 'Bucket; set it to store in S3 instead' }),
  BLOB_S3_REGION: z.string().min(1).optional().meta({ description: 'Region of the bucket' }),
  BLOB_S3_ENDPOINT: z.url().optional().meta({ description: 'Address of an S3-compatible server' }),
  BLOB_S3_PREFIX: z.string().optional().meta({ description: 'Prefix of every key, blobs/ when not set' }),
  BLOB_S3_ACCESS_KEY_ID: z.string().optional().meta({ description: "Without keys the machine's role is used" }),
  BLOB_S3_SECRET_ACCESS_KEY: secret('Secret of the access key').optional(),
});

/** The settings of a service: its own beside those that all services understand. */
export function defineConfig<S extends z.ZodRawShape>(own: z.ZodObject<S>): z.ZodObject<typeof baseConfig.shape & S> {
  return z.object({ ...baseConfig.shape, ...own.shape });
}
