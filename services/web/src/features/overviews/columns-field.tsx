import { useLingui } from '@lingui/react/macro';
import { ActionIcon, Group, Select, Stack, Text } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconX } from '@tabler/icons-react';
import type { CustomField } from '../custom/queries.ts';
import { columnLabels } from '../tickets/labels.ts';
import { type BuiltInColumn, columnNames, MOST_COLUMNS } from '../tickets/list-columns.ts';
import classes from './columns-field.module.css';

interface Props {
  label: string;
  /** Names of built-in columns and of custom fields. */
  value: readonly string[];
  custom: readonly CustomField[];
  onChange: (names: string[]) => void;
}

/** The columns of a list beside the ticket itself, in their order. */
export function ColumnsField({ label, value, custom, onChange }: Props) {
  const { t, i18n } = useLingui();
  const labelOf = (name: string) =>
    Object.hasOwn(columnLabels, name)
      ? i18n._(columnLabels[name as BuiltInColumn])
      : (custom.find((field) => field.name === name)?.display ?? name);
  const rest = [...columnNames, ...custom.map(({ name }) => name)].filter((name) => !value.includes(name));
  const move = (at: number, by: -1 | 1) => {
    const next = [...value];
    next.splice(at + by, 0, ...next.splice(at, 1));
    onChange(next);
  };
  return (
    <fieldset className={classes.field} aria-label={label}>
      <Text component="span" size="sm" fw={600} aria-hidden>
        {label}
      </Text>
      <ul className={classes.columns} aria-label={label}>
        {value.map((name, i) => (
          <li key={name} className={classes.column}>
            <span className={classes.name}>{labelOf(name)}</span>
            <Group gap={2} wrap="nowrap">
              <ActionIcon
                variant="subtle"
                color="gray"
                disabled={i === 0}
                aria-label={t`Move up: ${labelOf(name)}`}
                onClick={() => move(i, -1)}
              >
                <IconArrowUp size={16} aria-hidden />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                disabled={i === value.length - 1}
                aria-label={t`Move down: ${labelOf(name)}`}
                onClick={() => move(i, 1)}
              >
                <IconArrowDown size={16} aria-hidden />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                disabled={value.length === 1}
                aria-label={t`Remove: ${labelOf(name)}`}
                onClick={() => onChange(value.filter((one) => one !== name))}
              >
                <IconX size={16} aria-hidden />
              </ActionIcon>
            </Group>
          </li>
        ))}
      </ul>
      <Stack gap={4}>
        {value.length < MOST_COLUMNS && (
          <Select
            aria-label={t`Add a column`}
            placeholder={t`Add a column`}
            searchable
            data={rest.map((name) => ({ value: name, label: labelOf(name) }))}
            value={null}
            onChange={(name) => name && onChange([...value, name])}
          />
        )}
        <Text size="xs" c="dimmed">
          {t`Number, title and customer stand in front. At most ${MOST_COLUMNS} more find room.`}
        </Text>
      </Stack>
    </fieldset>
  );
}
