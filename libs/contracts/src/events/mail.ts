import { z } from 'zod';
import { defineEvent } from '../define.ts';

/** A mail could not be parsed. Its raw file is kept and can be processed again. */
export const mailQuarantined = defineEvent(
  'mail.v1.quarantined',
  z.object({ inboundId: z.number().int(), size: z.number().int(), cause: z.string() }),
);
