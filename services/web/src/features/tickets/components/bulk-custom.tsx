import { useLingui } from '@lingui/react/macro';
import { Button, Group, Select, Stack } from '@mantine/core';
import { useState } from 'react';
import { CustomInput } from '../../custom/components/custom-input.tsx';
import type { CustomField } from '../../custom/queries.ts';

interface Props {
  fields: readonly CustomField[];
  busy: boolean;
  /** @param value  null empties the field */
  onRun: (name: string, value: unknown) => void;
}

/** One custom field that all chosen tickets get. */
export function BulkCustom({ fields, busy, onRun }: Props) {
  const { t } = useLingui();
  const [name, setName] = useState(fields[0]?.name ?? '');
  const [value, setValue] = useState<unknown>(null);
  const field = fields.find((one) => one.name === name);
  return (
    <Stack>
      <Select
        label={t`Field`}
        allowDeselect={false}
        searchable={fields.length > 8}
        data={fields.map((one) => ({ value: one.name, label: one.display }))}
        data-autofocus
        value={name}
        onChange={(next) => {
          if (next === null) return;
          setName(next);
          setValue(null);
        }}
      />
      {field && <CustomInput key={name} field={field} value={value} onChange={setValue} />}
      <Group justify="flex-end">
        <Button loading={busy} onClick={() => onRun(name, value)}>
          {value === null ? t`Empty the field` : t`Set`}
        </Button>
      </Group>
    </Stack>
  );
}
