import { z } from 'zod';
import { defineEvent } from '../define.ts';

/** The online notifications of these people are others now: whoever shows them asks again. */
export const noticesChanged = defineEvent('notice.v1.changed', z.object({ userIds: z.array(z.number().int()).min(1) }));
