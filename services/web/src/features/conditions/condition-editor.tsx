import { useLingui } from '@lingui/react/macro';
import {
  ActionIcon,
  Button,
  Group,
  JsonInput,
  MultiSelect,
  NumberInput,
  Select,
  Stack,
  TagsInput,
  Text,
} from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { priorityLabel, stateLabel } from '../tickets/labels.ts';
import { groupsQuery, prioritiesQuery, statesQuery } from '../tickets/queries.ts';
import classes from './condition-editor.module.css';
import { fieldLabels, operatorLabels, rangeLabels } from './labels.ts';
import {
  type FieldName,
  fields,
  type Kind,
  type Line,
  lineFor,
  linesOf,
  type Operator,
  operators,
  type Range,
  ranges,
  type Selector,
  selectorOf,
  type Who,
} from './selector.ts';

interface Props {
  value: Selector;
  onChange: (selector: Selector) => void;
}

/**
 * A condition, line by line; every line must hold. What lines cannot show is edited as the text it is stored as, so no
 * condition is out of reach and none is changed by being looked at.
 */
export function ConditionEditor({ value, onChange }: Props) {
  const { t } = useLingui();
  const [lines, setLines] = useState(() => linesOf(value));
  // Lines that say nothing yet are not in the value, so the lines are kept here as long as the value comes from them.
  const [made, setMade] = useState(value);
  if (made !== value) {
    setMade(value);
    setLines(linesOf(value));
  }
  const change = (next: Line[]) => {
    const selector = selectorOf(next);
    setLines(next);
    setMade(selector);
    onChange(selector);
  };
  if (!lines) return <AsText value={value} onChange={onChange} />;
  return (
    <fieldset className={classes.lines} aria-label={t`Conditions`}>
      {lines.length === 0 && (
        <Text size="sm" c="dimmed">
          {t`Without a condition every ticket is meant.`}
        </Text>
      )}
      {lines.map((line, i) => (
        <LineEditor
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is what stands at its place
          key={i}
          line={line}
          place={i + 1}
          onChange={(next) => change(lines.with(i, next))}
          onRemove={() => change(lines.toSpliced(i, 1))}
        />
      ))}
      <div>
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => change([...lines, lineFor('ticket.state_id')])}
        >
          {t`Add a condition`}
        </Button>
      </div>
    </fieldset>
  );
}

interface LineProps {
  line: Line;
  place: number;
  onChange: (line: Line) => void;
  onRemove: () => void;
}

function LineEditor({ line, place, onChange, onRemove }: LineProps) {
  const { t, i18n } = useLingui();
  const kind: Kind = fields[line.name];
  return (
    <fieldset className={classes.line} aria-label={t`Condition ${place}`}>
      <Select
        aria-label={t`Field`}
        searchable
        allowDeselect={false}
        data={Object.entries(fieldLabels).map(([value, label]) => ({ value, label: i18n._(label) }))}
        value={line.name}
        onChange={(name) => name && onChange(lineFor(name as FieldName))}
      />
      <Select
        aria-label={t`Operator`}
        allowDeselect={false}
        data={operators[kind].map((value) => ({ value, label: i18n._(operatorLabels[value]) }))}
        value={line.operator}
        onChange={(operator) => operator && onChange({ ...line, operator: operator as Operator })}
      />
      <div className={classes.value}>
        <ValueEditor line={line} kind={kind} onChange={onChange} />
      </div>
      <ActionIcon variant="subtle" color="gray" aria-label={t`Remove condition ${place}`} onClick={onRemove}>
        <IconX size={16} aria-hidden />
      </ActionIcon>
    </fieldset>
  );
}

function ValueEditor({ line, kind, onChange }: { line: Line; kind: Kind; onChange: (line: Line) => void }) {
  const { t, i18n } = useLingui();
  const label = t`Value`;
  const setValues = (values: string[]) => onChange({ ...line, values });
  switch (kind) {
    case 'choice':
      return <Choice label={label} line={line} onChange={setValues} />;
    case 'person':
      return (
        <Select
          aria-label={label}
          allowDeselect={false}
          data={[
            { value: 'current_user.id', label: t`me` },
            { value: 'not_set', label: t`nobody` },
          ]}
          value={line.who}
          onChange={(who) => who && onChange({ ...line, who: who as Who })}
        />
      );
    case 'time':
      return (
        <Group gap="xs" wrap="nowrap">
          <NumberInput
            aria-label={t`How many`}
            min={0}
            max={100_000}
            allowDecimal={false}
            w={90}
            value={line.count}
            onChange={(count) => typeof count === 'number' && onChange({ ...line, count })}
          />
          <Select
            aria-label={t`Unit`}
            allowDeselect={false}
            data={ranges.map((value) => ({ value, label: i18n._(rangeLabels[value]) }))}
            value={line.range}
            onChange={(range) => range && onChange({ ...line, range: range as Range })}
          />
        </Group>
      );
    default:
      return (
        <TagsInput
          aria-label={label}
          placeholder={line.values.length === 0 ? t`Type and press Enter` : ''}
          acceptValueOnBlur
          value={line.values}
          onChange={setValues}
        />
      );
  }
}

function Choice({ label, line, onChange }: { label: string; line: Line; onChange: (ids: string[]) => void }) {
  const { t, i18n } = useLingui();
  const { data: states = [] } = useQuery(statesQuery);
  const { data: priorities = [] } = useQuery(prioritiesQuery);
  const { data: groups = [] } = useQuery(groupsQuery);
  const choices: Partial<Record<FieldName, { id: number; label: string }[]>> = {
    'ticket.state_id': states.map(({ id, name }) => ({ id, label: stateLabel(i18n, name) })),
    'ticket.priority_id': priorities.map(({ id, name }) => ({ id, label: priorityLabel(i18n, name) })),
    'ticket.group_id': groups.map(({ id, name }) => ({ id, label: name })),
  };
  const known = (choices[line.name] ?? []).map((choice) => ({ value: String(choice.id), label: choice.label }));
  // What is not active any more stays chosen.
  const gone = line.values
    .filter((id) => !known.some(({ value }) => value === id))
    .map((id) => ({ value: id, label: `#${id}` }));
  return (
    <MultiSelect
      aria-label={label}
      placeholder={line.values.length === 0 ? t`Choose` : ''}
      searchable
      data={[...known, ...gone]}
      value={line.values}
      onChange={onChange}
    />
  );
}

function AsText({ value, onChange }: Props) {
  const { t } = useLingui();
  const [text, setText] = useState(() => JSON.stringify(value, null, 2));
  const [broken, setBroken] = useState(false);
  return (
    <Stack gap="xs">
      <JsonInput
        label={t`Condition as text`}
        description={t`This condition says more than lines can show.`}
        autosize
        minRows={4}
        maxRows={24}
        value={text}
        error={broken && t`This is no JSON object.`}
        onChange={(next) => {
          setText(next);
          const selector = objectOf(next);
          setBroken(!selector);
          if (selector) onChange(selector);
        }}
      />
    </Stack>
  );
}

function objectOf(text: string): Selector | null {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? (read as Selector) : null;
  } catch {
    return null;
  }
}
