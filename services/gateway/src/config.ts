import { fileURLToPath } from 'node:url';
import { baseConfig, blobConfig, flag } from '@helpmesh/service-kit';
import { z } from 'zod';

const { DATABASE_URL: _none, HELPMESH_EVENT_RETENTION_DAYS: _noEvents, ...shared } = baseConfig.shape;

/** The gateway owns no database. */
export const GatewayConfig = z.object({
  ...shared,
  ...blobConfig.shape,
  HTTP_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65535)
    .default(8080)
    .meta({ description: 'Port of the web page and the API; 0 takes a free one' }),
  HTTP_HOST: z.string().default('0.0.0.0').meta({ description: 'Address that port listens on' }),
  WEB_DIR: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Folder of the built web client; when not set, the one of this workspace' }),
  HELPMESH_TRUSTED_PROXIES: z
    .string()
    .optional()
    .meta({ description: 'Addresses or networks whose X-Forwarded-* headers are believed, comma separated' }),
  HELPMESH_BODY_LIMIT_BYTES: z.coerce
    .number()
    .int()
    .min(1_000)
    .default(25_000_000)
    .meta({ description: 'Largest request body, and largest uploaded file' }),
  HELPMESH_REQUEST_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(100)
    .default(10_000)
    .meta({ description: 'Longest wait for a service before the caller gets 503' }),
  HELPMESH_RATE_LIMIT_PER_SECOND: z.coerce
    .number()
    .min(0)
    .default(200)
    .meta({ description: 'Sustained requests of one caller, ten times as many at once; 0 does not limit' }),
  HELPMESH_SIGN_IN_LIMIT_PER_MINUTE: z.coerce
    .number()
    .int()
    .min(0)
    .default(20)
    .meta({ description: 'Wrong passwords from one address (IPv6: one /64 network); 0 does not limit' }),
  HELPMESH_EVENT_STREAMS_MAX: z.coerce
    .number()
    .int()
    .min(1)
    .default(2_000)
    .meta({ description: 'Live event streams open at the same time, over all callers' }),
  HELPMESH_API_DOCS: flag('Anybody may read what the API offers: /docs, /docs/errors and /openapi.json', true),
});

export type GatewayConfig = z.output<typeof GatewayConfig>;

/** Where the web client was built to. */
export function webDirOf(config: GatewayConfig): string {
  return config.WEB_DIR ?? fileURLToPath(new URL('../../web/dist', import.meta.url));
}
