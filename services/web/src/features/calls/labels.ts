import { msg } from '@lingui/core/macro';
import type { Course } from './call.ts';

export const callsLabel = msg`Calls`;

export const courseLabels = {
  ringing: msg`Ringing`,
  talking: msg`Talking`,
  missed: msg`Missed`,
  unanswered: msg`Not answered`,
  ended: msg`Ended`,
} as const satisfies Record<Course, unknown>;
