import { useLingui } from '@lingui/react/macro';
import { Group, NumberInput, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { activityTypesQuery, deskSettingsQuery } from '../queries.ts';

/** Time somebody spent for what they are writing. */
export interface Spent {
  units: string;
  typeId: number | null;
}
export const noTime: Spent = { units: '', typeId: null };

/** As an article carries it. */
export const spentOf = ({ units, typeId }: Spent) =>
  units === '' ? {} : { time_unit: units, ...(typeId !== null && { accounted_time_type_id: typeId }) };

interface Props {
  spent: Spent;
  onChange: (spent: Spent) => void;
}

/** Asked for where the desk accounts for time. */
export function TimeSpent({ spent, onChange }: Props) {
  const { t } = useLingui();
  const { data: settings } = useQuery(deskSettingsQuery);
  const asked = settings?.time_accounting ?? false;
  const { data: types = [] } = useQuery({ ...activityTypesQuery, enabled: asked });
  if (!asked) return null;
  const unit = settings?.time_accounting_unit;
  return (
    <Group gap="xs" px="sm" pb={6}>
      <NumberInput
        size="xs"
        w={150}
        aria-label={t`Time spent`}
        placeholder={t`Time spent`}
        min={0}
        decimalScale={2}
        hideControls
        suffix={unit ? ` ${unit}` : ''}
        value={spent.units}
        onChange={(value) => onChange({ ...spent, units: String(value) })}
      />
      {types.length > 0 && (
        <Select
          size="xs"
          w={180}
          aria-label={t`Kind of work`}
          placeholder={t`Kind of work`}
          clearable
          clearButtonProps={{ 'aria-label': t`No kind of work` }}
          data={types.map(({ id, name }) => ({ value: String(id), label: name }))}
          value={spent.typeId === null ? null : String(spent.typeId)}
          onChange={(value) => onChange({ ...spent, typeId: value === null ? null : Number(value) })}
        />
      )}
    </Group>
  );
}
