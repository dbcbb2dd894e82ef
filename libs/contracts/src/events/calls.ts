import { z } from 'zod';
import { defineEvent } from '../define.ts';

/** A telephone call began, was answered or ended; who may know more asks for the log. */
export const callChanged = defineEvent(
  'call.v1.changed',
  z.object({ id: z.number().int(), state: z.enum(['newCall', 'answer', 'hangup']) }),
);
