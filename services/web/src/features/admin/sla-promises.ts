import { useLingui } from '@lingui/react/macro';
import type { Sla } from './queries.ts';

type Times = Pick<Sla, 'first_response_time' | 'response_time' | 'update_time' | 'solution_time'>;

/** What an SLA promises, with minutes of working time; what is 0 or nothing is not promised. */
export function usePromises() {
  const { t } = useLingui();
  return (sla: Times) =>
    [
      { label: t`First response`, minutes: sla.first_response_time ?? 0 },
      { label: t`Response to the customer`, minutes: sla.response_time ?? 0 },
      { label: t`Regular update`, minutes: sla.update_time ?? 0 },
      { label: t`Solution`, minutes: sla.solution_time ?? 0 },
    ].filter(({ minutes }) => minutes > 0);
}
