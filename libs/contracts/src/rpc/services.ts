import { z } from 'zod';
import { defineQuestion } from '../define.ts';
import { agreementKinds } from '../http/federation.ts';

/** Where a request for a service of the catalogue goes now, by its id or its name; null: it is not offered. */
export const serviceRoute = defineQuestion(
  'rpc.federation.v1.service-route',
  z.union([z.object({ id: z.number().int().positive() }), z.object({ name: z.string() })]),
  z.object({
    route: z.object({ id: z.number().int(), name: z.string(), groupId: z.number().int() }).nullable(),
  }),
  { callers: ['ticket'] },
);

/** Active agreements, each with the group that it is about, and the helpdesks with which groups are kept equal. */
export const groupProviders = defineQuestion(
  'rpc.federation.v1.group-providers',
  z.object({}),
  z.object({
    agreements: z.array(
      z.object({ id: z.number().int(), name: z.string(), kind: z.enum(agreementKinds), groupId: z.number().int() }),
    ),
    helpdesks: z.array(z.object({ id: z.number().int(), name: z.string(), groupIds: z.array(z.number().int()) })),
  }),
  { callers: ['ticket'] },
);
