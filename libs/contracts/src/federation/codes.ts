import { z } from 'zod';

/** States as peers tell them to each other; every helpdesk maps its own to these and back. */
export const canonicalStates = [
  'new',
  'assigned',
  'in_progress',
  'waiting_requester',
  'on_hold',
  'solved',
  'unsolved',
  'verified',
  'closed',
  'reopened',
  'merged',
] as const;
export const CanonicalState = z.enum(canonicalStates);
export type CanonicalState = z.output<typeof CanonicalState>;

export const canonicalPriorities = ['low', 'normal', 'high', 'critical'] as const;
export const CanonicalPriority = z.enum(canonicalPriorities);
export type CanonicalPriority = z.output<typeof CanonicalPriority>;
