import { z } from 'zod';
import { defineQuestion } from '../define.ts';

/**
 * What stands at an address that somebody typed in, as text of at most 1 MB. Asked of the one service that may call
 * addresses outside; refusals (`net.*`, `feed.no-success`) are for whoever typed it.
 */
export const readFeed = defineQuestion(
  'rpc.notification.v1.read-feed',
  z.object({ url: z.string().max(2_000) }),
  z.object({ text: z.string() }),
  { callers: ['ticket'] },
);
