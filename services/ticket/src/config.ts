import { blobConfig, defineConfig, flag, threadingConfig } from '@helpmesh/service-kit';
import { z } from 'zod';

/** The settings of the ticket service. */
export const TicketConfig = defineConfig(
  z.object({
    ...threadingConfig.shape,
    ...blobConfig.shape,
    HELPMESH_SEED: z
      .enum(['zammad', 'blank'])
      .default('zammad')
      .meta({ description: 'Rows of an empty system: `zammad` adds the welcome ticket, `blank` adds none' }),
    HELPMESH_NEW_TAGS: flag('Agents may add tags that are not on the list yet; else administrators of tags only', true),
    MAIL_REPLY_ADDRESSES: z
      .enum(['plain', 'signed'])
      .default('plain')
      .meta({
        description:
          'Where answers to mails of tickets go: `signed` is an address for each ticket (support+t17-…@), for mail servers ' +
          'that deliver those',
      }),
    RETENTION_HOUR: z.coerce
      .number()
      .int()
      .min(0)
      .max(23)
      .default(2)
      .meta({ description: 'Hour of the day, UTC, at which active retention rules run' }),
    HELPMESH_RECURSIVE_TRIGGERS: flag(
      'Triggers may start triggers that stand before them, over at most 10 rounds; else each looks once, by name',
      false,
    ),
    HELPMESH_RULE_LOG_DAYS: z.coerce
      .number()
      .int()
      .min(1)
      .default(30)
      .meta({ description: 'Days that the log of triggers and schedules is kept' }),
    HELPMESH_OLD_TICKET_SEARCH: flag(
      'Programs get searches of tickets as objects of ids and assets, as clients of before Zammad 6.5 expect',
      false,
    ),
    HELPMESH_IMPORT_MODE: flag('Administrators may set created_at of what they create; for imports only', false),
  }),
);
export type TicketConfig = Readonly<z.output<typeof TicketConfig>>;
