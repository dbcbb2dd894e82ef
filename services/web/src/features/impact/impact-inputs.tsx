import { useLingui } from '@lingui/react/macro';
import { Select } from '@mantine/core';
import { useEffect } from 'react';
import classes from './impact.module.css';
import { levelLabels } from './labels.ts';
import { type Level, levels, type Matrix } from './levels.ts';

interface Props {
  matrix: Matrix;
  impact: Level | null;
  urgency: Level | null;
  onChange: (field: 'impact' | 'urgency', level: Level | null) => void;
  /** The priority that follows. */
  onPriority: (id: number) => void;
}

/** Impact and urgency of a ticket that is being written; another priority can be chosen afterwards. */
export function ImpactInputs({ matrix, impact, urgency, onChange, onPriority }: Props) {
  const { t, i18n } = useLingui();
  const priority = impact && urgency ? matrix[impact][urgency] : null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is told when it becomes another one
  useEffect(() => {
    if (priority !== null) onPriority(priority);
  }, [priority]);
  const labels = { impact: t`Impact`, urgency: t`Urgency` };
  return (
    <div className={classes.inputs}>
      {(['impact', 'urgency'] as const).map((field) => (
        <Select
          key={field}
          label={labels[field]}
          placeholder={t`Not known`}
          clearable
          clearButtonProps={{ 'aria-label': t`Not known` }}
          data={levels.map((level) => ({ value: level, label: i18n._(levelLabels[level]) }))}
          value={field === 'impact' ? impact : urgency}
          onChange={(level) => onChange(field, level as Level | null)}
        />
      ))}
    </div>
  );
}
