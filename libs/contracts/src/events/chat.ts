import { z } from 'zod';
import { defineEvent } from '../define.ts';

/**
 * A live chat began, was taken or ended (`state`), or something was said in it, or its visitor came or left the page
 * (`words`, which moves no queue); who may know more asks. Without an agent nobody has taken it.
 */
export const chatChanged = defineEvent(
  'chat.v1.changed',
  z.object({ id: z.number().int(), what: z.enum(['state', 'words']), agentId: z.number().int().nullable() }),
);
