import { z } from 'zod';
import { defineEvent } from '../define.ts';

/** A ticket left for a community's mailing list under a `redirect` agreement. */
export const ticketRedirected = defineEvent(
  'agreement.v1.ticket-redirected',
  z.object({
    agreementId: z.number().int(),
    ticketId: z.number().int(),
    ticketNumber: z.string(),
    listAddress: z.string(),
    mailId: z.uuid(),
  }),
);
