import { useLingui } from '@lingui/react/macro';
import {
  ActionIcon,
  Button,
  Group,
  JsonInput,
  MultiSelect,
  NumberInput,
  Select,
  Skeleton,
  Stack,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { localTime, timeOfLocal } from '../../ui/time.ts';
import { choicesOf } from '../custom/choices.ts';
import { type CustomField, customFieldsQuery } from '../custom/queries.ts';
import { levelLabels } from '../impact/labels.ts';
import { levels } from '../impact/levels.ts';
import { priorityLabel, stateLabel } from '../tickets/labels.ts';
import { groupsQuery, prioritiesQuery, statesQuery } from '../tickets/queries.ts';
import classes from './condition-editor.module.css';
import {
  actorLabels,
  fieldLabels,
  happeningLabels,
  jointLabels,
  operatorLabels,
  rangeLabels,
  whoLabels,
} from './labels.ts';
import { calendarsQuery } from './queries.ts';
import { OrganizationsField, PeopleField } from './records-field.tsx';
import {
  type Customs,
  customsOf,
  type FieldName,
  isAbsolute,
  isWordless,
  type Joint,
  type Line,
  type Lines,
  lineFor,
  linesOf,
  type Operator,
  offeredNames,
  operatorsOf,
  type Range,
  ranges,
  type Scope,
  type Selector,
  selectorOf,
  type Who,
  whoOf,
} from './selector.ts';

interface Props {
  value: Selector;
  onChange: (selector: Selector) => void;
}

interface Known {
  scope: Scope;
  /** The custom fields of tickets. */
  custom: readonly CustomField[];
}

const none: readonly CustomField[] = [];

/**
 * A condition, line by line. What lines cannot show is edited as the text it is stored as, so no condition is out of
 * reach and none is changed by being looked at.
 */
export function ConditionEditor({ scope = 'tickets', ...rest }: Props & { scope?: Scope }) {
  const { t } = useLingui();
  const { data, isPending } = useQuery(customFieldsQuery);
  if (isPending) return <Skeleton height={36} aria-label={t`Loading`} />;
  const object = scope === 'people' ? 'User' : scope === 'organizations' ? 'Organization' : 'Ticket';
  return <Editor scope={scope} custom={data?.[object] ?? none} {...rest} />;
}

/** What a new line begins as. */
const firstFields: Record<Scope, FieldName> = {
  ...{ slas: 'ticket.state_id', tickets: 'ticket.state_id', schedules: 'ticket.state_id' },
  changes: 'ticket.state_id',
  ...{ people: 'user.active', organizations: 'organization.active' },
};

function Editor({ value, onChange, scope, custom }: Props & Known) {
  const { t, i18n } = useLingui();
  const customs = useMemo(() => customsOf(custom, scope), [custom, scope]);
  const [shown, setShown] = useState(() => linesOf(value, scope, customs));
  // Lines that say nothing yet are not in the value, so the lines are kept here as long as the value comes from them.
  const [made, setMade] = useState(value);
  if (made !== value) {
    setMade(value);
    setShown(linesOf(value, scope, customs));
  }
  const change = (next: Lines) => {
    const selector = selectorOf(next);
    setShown(next);
    setMade(selector);
    onChange(selector);
  };
  if (!shown) return <AsText value={value} onChange={onChange} />;
  const { joint, lines } = shown;
  const first = scope === 'changes' && lines.length === 0 ? 'ticket.action' : firstFields[scope];
  return (
    <fieldset className={classes.lines} aria-label={t`Conditions`}>
      {lines.length === 0 && (
        <Text size="sm" c="dimmed">
          {scope === 'people'
            ? t`Without a condition everybody is meant.`
            : scope === 'organizations'
              ? t`Without a condition every organization is meant.`
              : t`Without a condition every ticket is meant.`}
        </Text>
      )}
      {(lines.length > 1 || joint !== 'AND') && (
        <Select
          aria-label={t`How the conditions belong together`}
          className={classes.joint}
          allowDeselect={false}
          data={Object.entries(jointLabels).map(([name, label]) => ({ value: name, label: i18n._(label) }))}
          value={joint}
          onChange={(next) => next && change({ joint: next as Joint, lines })}
        />
      )}
      {lines.map((line, i) => (
        <LineEditor
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is what stands at its place
          key={i}
          line={line}
          scope={scope}
          custom={custom}
          customs={customs}
          place={i + 1}
          onChange={(next) => change({ joint, lines: lines.with(i, next) })}
          onRemove={() => change({ joint, lines: lines.toSpliced(i, 1) })}
        />
      ))}
      <div>
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => change({ joint, lines: [...lines, lineFor(first, scope, customs)] })}
        >
          {t`Add a condition`}
        </Button>
      </div>
    </fieldset>
  );
}

interface ValueProps extends Known {
  line: Line;
  onChange: (line: Line) => void;
}

interface LineProps extends ValueProps {
  customs: Customs;
  place: number;
  onRemove: () => void;
}

function LineEditor({ line, scope, custom, customs, place, onChange, onRemove }: LineProps) {
  const { t, i18n } = useLingui();
  const offered = offeredNames(scope, customs);
  // What stands there already stays, also where it would not be offered.
  const names = offered.includes(line.name) ? offered : [line.name, ...offered];
  const labelOf = (name: string) =>
    fieldOf(custom, name)?.display ??
    (Object.hasOwn(fieldLabels, name) ? i18n._(fieldLabels[name as FieldName]) : name);
  return (
    <fieldset className={classes.line} aria-label={t`Condition ${place}`}>
      <Select
        aria-label={t`Field`}
        searchable
        allowDeselect={false}
        data={names.map((name) => ({ value: name, label: labelOf(name) }))}
        value={line.name}
        onChange={(name) => name && onChange(lineFor(name, scope, customs))}
      />
      <Select
        aria-label={t`Operator`}
        allowDeselect={false}
        data={operatorsOf(line, scope).map((value) => ({ value, label: i18n._(operatorLabels[value]) }))}
        value={line.operator}
        onChange={(operator) => operator && onChange({ ...line, operator: operator as Operator })}
      />
      <div className={classes.value}>
        {!isWordless(line.operator) && <ValueEditor line={line} scope={scope} custom={custom} onChange={onChange} />}
      </div>
      <ActionIcon variant="subtle" color="gray" aria-label={t`Remove condition ${place}`} onClick={onRemove}>
        <IconX size={16} aria-hidden />
      </ActionIcon>
    </fieldset>
  );
}

function ValueEditor(props: ValueProps) {
  const { t } = useLingui();
  const { line, custom, onChange } = props;
  const label = t`Value`;
  const setValues = (values: string[]) => onChange({ ...line, values });
  switch (line.kind) {
    case 'choice':
    case 'calendar':
    case 'happening':
      return <Choice label={label} line={line} onChange={setValues} />;
    case 'option':
    case 'options':
      return <OneOf label={label} known={optionsOf(custom, line.name)} line={line} onChange={setValues} />;
    case 'person':
    case 'organization':
      return <WhoEditor {...props} />;
    case 'yesno':
    case 'flag': {
      const words = optionsOf(custom, line.name);
      const answers = [
        { value: 'true', label: t`yes` },
        { value: 'false', label: t`no` },
      ];
      return (
        <Select
          aria-label={label}
          allowDeselect={false}
          data={words.length === 2 ? words : answers}
          value={line.values[0] ?? 'true'}
          onChange={(value) => value && setValues([value])}
        />
      );
    }
    case 'number':
      return <Count label={label} line={line} onChange={onChange} />;
    case 'figure':
      return <Count label={label} line={line} onChange={onChange} least={-2_147_483_647} most={2_147_483_647} />;
    case 'day':
      if (!isAbsolute(line.operator)) return <TimeEditor line={line} onChange={onChange} />;
      return (
        <TextInput
          type="date"
          aria-label={label}
          value={line.at}
          onChange={(event) => onChange({ ...line, at: event.currentTarget.value })}
        />
      );
    case 'time':
      return <TimeEditor line={line} onChange={onChange} />;
    case 'text':
      if (line.operator.includes('regex')) {
        return (
          <TextInput
            aria-label={label}
            value={line.values[0] ?? ''}
            onChange={(event) => setValues([event.currentTarget.value])}
          />
        );
      }
  }
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

/** Whoever looks or acts, nobody, or people who are named. */
function WhoEditor({ line, scope, onChange }: ValueProps) {
  const { t, i18n } = useLingui();
  const { kind } = line;
  const labels = scope === 'changes' ? actorLabels : whoLabels;
  const setValues = (values: string[]) => onChange({ ...line, values });
  const Field = kind === 'organization' ? OrganizationsField : PeopleField;
  return (
    <Stack gap={6}>
      <Select
        aria-label={t`Who`}
        allowDeselect={false}
        data={whoOf(kind, scope).map((who) => ({
          value: who,
          label: kind === 'organization' && who === 'not_set' ? t`none` : i18n._(labels[who]),
        }))}
        value={line.who}
        onChange={(who) => who && onChange({ ...line, who: who as Who })}
      />
      {line.who === 'specific' && <Field label={t`Value`} value={line.values} onChange={setValues} />}
    </Stack>
  );
}

interface CountProps {
  label: string;
  line: Line;
  onChange: (line: Line) => void;
  least?: number;
  most?: number;
}

function Count({ label, line, onChange, least = 0, most = 100_000 }: CountProps) {
  return (
    <NumberInput
      aria-label={label}
      min={least}
      max={most}
      allowDecimal={false}
      w={90}
      value={line.count}
      onChange={(count) => typeof count === 'number' && onChange({ ...line, count })}
    />
  );
}

function TimeEditor({ line, onChange }: { line: Line; onChange: (line: Line) => void }) {
  const { t, i18n } = useLingui();
  if (isAbsolute(line.operator)) {
    return (
      <TextInput
        type="datetime-local"
        aria-label={t`Value`}
        value={localTime(line.at)}
        onChange={(event) => onChange({ ...line, at: timeOfLocal(event.currentTarget.value) })}
      />
    );
  }
  return (
    <Group gap="xs" wrap="nowrap">
      <Count label={t`How many`} line={line} onChange={onChange} />
      <Select
        aria-label={t`Unit`}
        allowDeselect={false}
        data={ranges.map((value) => ({ value, label: i18n._(rangeLabels[value]) }))}
        value={line.range}
        onChange={(range) => range && onChange({ ...line, range: range as Range })}
      />
    </Group>
  );
}

function Choice({ label, line, onChange }: { label: string; line: Line; onChange: (ids: string[]) => void }) {
  const { t, i18n } = useLingui();
  const { data: states = [] } = useQuery(statesQuery);
  const { data: priorities = [] } = useQuery(prioritiesQuery);
  const { data: groups = [] } = useQuery(groupsQuery);
  const { data: calendars = [] } = useQuery({
    ...calendarsQuery,
    enabled: line.name === 'execution_time.calendar_id',
  });
  const happened = (names: string[]) =>
    names.flatMap((value) => {
      const text = happeningLabels[value];
      return text ? [{ value, label: i18n._(text) }] : [];
    });
  const named = <R extends { id: number; name: string }>(rows: readonly R[], labelOf = (row: R) => row.name) =>
    rows.map((row) => ({ value: String(row.id), label: labelOf(row) }));
  const graded = levels.map((value) => ({ value, label: i18n._(levelLabels[value]) }));
  const choices: Partial<Record<FieldName, { value: string; label: string }[]>> = {
    'ticket.state_id': named(states, ({ name }) => stateLabel(i18n, name)),
    'ticket.priority_id': named(priorities, ({ name }) => priorityLabel(i18n, name)),
    'ticket.original_priority_id': named(priorities, ({ name }) => priorityLabel(i18n, name)),
    'ticket.impact': graded,
    'ticket.urgency': graded,
    'ticket.group_id': named(groups),
    'execution_time.calendar_id': named(calendars),
    'ticket.action': happened(['create', 'update', 'update.merged_into', 'update.received_merge']),
    'article.action': happened(['create', 'update']),
    // The ids of every desk.
    'article.type_id': [
      { value: '1', label: t`E-mail` },
      { value: '5', label: t`Phone` },
      { value: '10', label: t`Note` },
      { value: '11', label: t`Web form` },
    ],
    'article.sender_id': [
      { value: '1', label: t`Agent` },
      { value: '2', label: t`Customer` },
      { value: '3', label: t`System` },
    ],
  };
  return <OneOf label={label} known={choices[line.name as FieldName] ?? []} line={line} onChange={onChange} />;
}

interface OneOfProps {
  label: string;
  known: readonly { value: string; label: string }[];
  line: Line;
  onChange: (values: string[]) => void;
}

function OneOf({ label, known, line, onChange }: OneOfProps) {
  const { t } = useLingui();
  // What is not active any more stays chosen.
  const gone = line.values
    .filter((id) => !known.some(({ value }) => value === id))
    .map((value) => ({ value, label: /^\d+$/.test(value) ? `#${value}` : value }));
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

const fieldOf = (custom: readonly CustomField[], name: string) => custom.find((one) => `ticket.${one.name}` === name);

function optionsOf(custom: readonly CustomField[], name: string) {
  const field = fieldOf(custom, name);
  return field ? choicesOf(field.data_type, field.data_option.options) : [];
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
