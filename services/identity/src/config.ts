import { blobConfig, defineConfig, outgoingConfig, secret, secretsConfig } from '@helpmesh/service-kit';
import { z } from 'zod';

const own = z.object({
  ...blobConfig.shape,
  ...secretsConfig.shape,
  ...outgoingConfig.shape,
  HELPMESH_SEED: z.enum(['zammad', 'blank']).default('zammad').meta({
    description: 'What `migrate` puts into an empty database: rows that API clients expect, or neutral names only',
  }),
  HELPMESH_ADMIN_EMAIL: z
    .email()
    .optional()
    .meta({
      description:
        'Login of the first administrator, whom `migrate` makes while there never was one; `admin@example.com` when not ' +
        'set. `HELPMESH_SEED=blank` makes none unless this or the password is set: then the log tells a link to make ' +
        'one in the browser',
    }),
  HELPMESH_ADMIN_PASSWORD: secret(
    'Password of the first administrator; used once, with the administrator, and never set again afterwards. ' +
      'Without it the first password is set by a reset mail',
  ).optional(),
  SESSION_IDLE_HOURS: z.coerce.number().positive().default(8).meta({
    description: 'Hours without a request after which a session ends',
  }),
  SESSION_LONGEST_HOURS: z.coerce.number().positive().default(24).meta({
    description: 'Hours after which a session ends in any case',
  }),
});

export const configSchema = defineConfig(own);
export type IdentityConfig = Readonly<z.output<typeof configSchema>>;
