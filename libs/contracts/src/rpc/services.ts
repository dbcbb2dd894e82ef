import { z } from 'zod';
import { defineQuestion } from '../define.ts';

/** Where a request for a service of the catalogue goes now; null: it is not offered. */
export const serviceRoute = defineQuestion(
  'rpc.federation.v1.service-route',
  z.object({ id: z.number().int().positive() }),
  z.object({
    route: z.object({ id: z.number().int(), name: z.string(), groupId: z.number().int() }).nullable(),
  }),
  { callers: ['ticket'] },
);
