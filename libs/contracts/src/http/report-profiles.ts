import { z } from 'zod';
import { Flag, Row, text } from './common.ts';
import { objects } from './tickets.ts';

export const ReportProfile = Row.extend({
  name: z.string(),
  condition: z.record(z.string(), z.unknown()),
  active: z.boolean(),
});

/** Which tickets a report is about, by name; whoever makes the report asks for them by the condition. */
export const reportProfiles = objects(
  'report profile',
  'report profiles',
  '/api/v1/report_profiles',
  ReportProfile,
  z.object({
    name: text(250).optional(),
    /** As selector JSON (docs/how-to/conditions.md); `{}` is every ticket. */
    condition: z.record(z.string(), z.unknown()).nullish(),
    active: Flag.optional(),
  }),
  'Reports',
);
