import { z } from 'zod';
import { defineQuestion } from '../define.ts';

/**
 * Writes into the audit log that somebody acts for another one; asked with the signed actor of the request, before the
 * request goes on: what cannot be recorded does not happen. Called by the gateway only.
 */
export const recordActing = defineQuestion(
  'rpc.identity.v1.record-acting',
  z.object({
    /** Method and path as asked for, without the query. */
    method: z.string().max(10),
    path: z.string(),
  }),
  z.object({}),
  { callers: ['gateway'] },
);
