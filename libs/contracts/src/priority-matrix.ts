import { z } from 'zod';

/** How many are affected, and how soon it matters. */
export const levels = ['low', 'medium', 'high'] as const;
export const Level = z.enum(levels);
export type Level = z.output<typeof Level>;

const Priority = z.number().int().positive().max(2_147_483_647);
const Row = z.object({ low: Priority, medium: Priority, high: Priority });

/** Ids of priorities by impact, then by urgency. */
export const PriorityMatrix = z.object({ low: Row, medium: Row, high: Row });
export type PriorityMatrix = z.output<typeof PriorityMatrix>;
