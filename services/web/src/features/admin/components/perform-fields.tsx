import { useLingui } from '@lingui/react/macro';
import { Select, TagsInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { agentsQuery, nameOf } from '../../people/queries.ts';
import { priorityLabel, stateLabel } from '../../tickets/labels.ts';
import { groupsQuery, prioritiesQuery, statesQuery } from '../../tickets/queries.ts';
import { isPendingState, isResultState } from '../../tickets/state-type.ts';
import type { PerformValues } from '../perform.ts';
import { HtmlField } from './html-field.tsx';

interface Props {
  values: PerformValues;
  set: (part: Partial<PerformValues>) => void;
  /** What the text becomes. */
  textLabel: string;
  /** A new ticket has no tags that could be removed. */
  removesTags: boolean;
}

interface Choice {
  value: string;
  label: string;
}

/** The fields that a macro sets, or that a new ticket begins with. */
export function PerformFields({ values, set, textLabel, removesTags }: Props) {
  const { t, i18n } = useLingui();
  const { data: states = [] } = useQuery(statesQuery);
  const { data: priorities = [] } = useQuery(prioritiesQuery);
  const { data: groups = [] } = useQuery(groupsQuery);
  const { data: agents = [] } = useQuery(agentsQuery);
  const fields: { field: 'state' | 'priority' | 'group' | 'owner'; label: string; data: Choice[] }[] = [
    {
      field: 'state',
      label: t`State`,
      data: states
        .filter((state) => !(isResultState(state) || isPendingState(state)))
        .map(({ id, name }) => ({ value: String(id), label: stateLabel(i18n, name) })),
    },
    {
      field: 'priority',
      label: t`Priority`,
      data: priorities.map(({ id, name }) => ({ value: String(id), label: priorityLabel(i18n, name) })),
    },
    {
      field: 'group',
      label: t`Group`,
      data: groups.map(({ id, name }) => ({ value: String(id), label: name })),
    },
    {
      field: 'owner',
      label: t`Owner`,
      data: [
        { value: 'me', label: t`Whoever runs it` },
        { value: 'nobody', label: t`Nobody` },
        ...agents.map((agent) => ({ value: String(agent.id), label: nameOf(agent) })),
      ],
    },
  ];
  return (
    <>
      {fields.map(({ field, label, data }) => (
        <Select
          key={field}
          label={label}
          placeholder={t`Stays as it is`}
          clearable
          clearButtonProps={{ 'aria-label': t`Leave ${label} as it is` }}
          searchable
          data={data}
          value={values[field] || null}
          onChange={(value) => set({ [field]: value ?? '' })}
        />
      ))}
      <TagsInput
        label={t`Tags to add`}
        value={values.addTags}
        onChange={(addTags) => set({ addTags, removeTags: [] })}
        acceptValueOnBlur
      />
      {removesTags && (
        <TagsInput
          label={t`Tags to remove`}
          description={t`Instead of adding some.`}
          value={values.removeTags}
          onChange={(removeTags) => set({ removeTags, addTags: [] })}
          acceptValueOnBlur
        />
      )}
      <HtmlField label={textLabel} value={values.text} onChange={(text) => set({ text })} />
    </>
  );
}
