import { blobConfig, defineConfig, outgoingConfig, secretsConfig } from '@helpmesh/service-kit';
import { z } from 'zod';
import { plainAddress } from './domain/agreement.ts';

export const FederationConfig = defineConfig(
  z.object({
    ...blobConfig.shape,
    ...secretsConfig.shape,
    ...outgoingConfig.shape,
    SYNC_CONCURRENCY: z.coerce
      .number()
      .int()
      .min(1)
      .default(8)
      .meta({ description: 'Tickets that are told to, or taken from, other helpdesks at once' }),
    MAIL_FROM: z.string().optional().meta({
      description: 'Who speaks when no group does, as in the notification service; else helpdesk@HELPMESH_FQDN',
    }),
    MAIL_OWN_ADDRESSES: z
      .string()
      .default('')
      .meta({ description: 'Further addresses at which mail comes in, comma separated; no agreement may name one' }),
  }),
);
export type FederationConfig = Readonly<z.output<typeof FederationConfig>>;

/** Our own address, as other helpdesks know us. */
export function ownNode(config: FederationConfig): string {
  return config.HELPMESH_PUBLIC_URL.replace(/\/+$/, '');
}

/** Addresses at which this desk receives mail, as far as the configuration knows them; lower case. */
export function ownAddresses(config: FederationConfig): ReadonlySet<string> {
  const from = config.MAIL_FROM ?? `helpdesk@${config.HELPMESH_FQDN}`;
  const sender = /<([^<>]+)>/.exec(from)?.[1] ?? from;
  return new Set([sender, ...config.MAIL_OWN_ADDRESSES.split(',')].map(plainAddress).filter(Boolean));
}
