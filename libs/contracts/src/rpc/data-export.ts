import { z } from 'zod';
import type { PrivacyService } from '../commands/privacy.ts';
import { defineQuestion } from '../define.ts';
import { StoredFile } from '../http/tickets.ts';

/** One JSON file of an archive of somebody's data, and the files that belong to it. */
export const PersonalDataPart = z.object({
  /** In the archive, `tickets/42/articles/7.json`; its files lie beside it, in `tickets/42/articles/7/`. */
  path: z.string(),
  data: z.unknown(),
  files: z.array(StoredFile),
});
export type PersonalDataPart = z.output<typeof PersonalDataPart>;

const part = (service: PrivacyService) =>
  defineQuestion(
    `rpc.${service}.v1.personal-data`,
    z.object({
      userId: z.number().int(),
      /** Addresses of the person, lower case. */
      emails: z.array(z.string()),
      /** With what the desk keeps to itself: internal articles, notes. Never in what goes to the person. */
      internal: z.boolean(),
      /** `next` of the page before; absent: from the beginning. */
      after: z.string().optional(),
    }),
    z.object({
      parts: z.array(PersonalDataPart),
      /** Null: there are no more. */
      next: z.string().nullable(),
    }),
    { callers: ['identity'] },
  );

/** What each service keeps of a person, page by page; identity knows its own, and the others keep ids alone. */
export const personalData = {
  ticket: part('ticket'),
  'mail-ingest': part('mail-ingest'),
  notification: part('notification'),
} as const satisfies Partial<Record<PrivacyService, unknown>>;

/** May the actor have this archive, and which blob is it? `not-found` for whoever did not order it. */
export const getDataExportFile = defineQuestion(
  'rpc.identity.v1.get-data-export-file',
  z.object({ id: z.number().int() }),
  z.object({ sha256: z.string(), size: z.number().int(), filename: z.string() }),
  { callers: ['gateway'] },
);
