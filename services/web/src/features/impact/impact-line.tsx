import { useLingui } from '@lingui/react/macro';
import { priorityLabel } from '../tickets/labels.ts';
import { levelLabels } from './labels.ts';
import { type Level, levels } from './levels.ts';

export type ImpactAttribute = 'impact' | 'urgency' | 'original_priority' | 'priority_overridden';

interface Props {
  attribute: ImpactAttribute;
  from: string | null | undefined;
  to: string | null | undefined;
}

/** A line of the history about impact, urgency and what follows from them. */
export function ImpactLine({ attribute, from, to }: Props) {
  const { t, i18n } = useLingui();
  if (attribute === 'priority_overridden') {
    return to === 'true' ? t`The priority was set by hand` : t`The priority follows from impact and urgency again`;
  }
  const names = {
    impact: t`Impact`,
    urgency: t`Urgency`,
    original_priority: t`Priority from impact and urgency`,
  };
  const shown = (raw: string | null | undefined) => {
    if (!raw) return '–';
    if (attribute === 'original_priority') return priorityLabel(i18n, raw);
    return levels.includes(raw as Level) ? i18n._(levelLabels[raw as Level]) : raw;
  };
  return `${names[attribute]}: ${shown(from)} → ${shown(to)}`;
}
