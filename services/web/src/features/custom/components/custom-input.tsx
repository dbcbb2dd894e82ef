import { useLingui } from '@lingui/react/macro';
import { Anchor, MultiSelect, NumberInput, Select, Textarea, TextInput } from '@mantine/core';
import { choicesOf } from '../choices.ts';
import type { CustomField } from '../queries.ts';
import { instantOf, linkOf, localTime } from '../values.ts';

interface Props {
  field: CustomField;
  value: unknown;
  onChange: (value: unknown) => void;
  required?: boolean;
  /** Said by what stands around it; here for screen readers alone. */
  labelHidden?: boolean;
  disabled?: boolean;
  error?: React.ReactNode;
  size?: 'xs' | 'sm';
}

/** One custom field, with the input that its type has. Nothing is null. */
export function CustomInput(props: Props) {
  const { t } = useLingui();
  const { field, value, onChange, required = false, disabled = false, labelHidden = false, error, size = 'sm' } = props;
  const { data_type: type, data_option: option } = field;
  const choices = choicesOf(type, option.options);
  const link = error ? null : linkOf(field, value);
  const note = typeof option.note === 'string' && option.note !== '' ? option.note : undefined;
  const common = {
    ...(labelHidden ? { 'aria-label': field.display } : { label: field.display }),
    description: note,
    required,
    disabled,
    error,
    size,
    'data-field': `custom-${field.name}`,
  };
  const text = (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value || null);
  const shown = value === null || value === undefined ? '' : String(value);
  const list = { data: choices, comboboxProps: { width: 'max-content' as const } };
  switch (type) {
    case 'textarea':
      return (
        <Textarea {...common} autosize minRows={2} maxLength={Number(option.maxlength)} value={shown} onChange={text} />
      );
    case 'integer':
      return (
        <NumberInput
          {...common}
          allowDecimal={false}
          clampBehavior="none"
          value={typeof value === 'number' ? value : shown}
          onChange={(number) => onChange(number === '' ? null : number)}
        />
      );
    case 'boolean':
      return (
        <Select
          {...common}
          {...list}
          clearable={!required}
          placeholder="–"
          value={value === null || value === undefined ? null : shown}
          onChange={(chosen) => onChange(chosen === null ? null : chosen === 'true')}
        />
      );
    case 'date':
      return <TextInput {...common} type="date" value={shown} onChange={text} />;
    case 'datetime':
      return (
        <TextInput
          {...common}
          type="datetime-local"
          value={localTime(value)}
          onChange={(event) => onChange(instantOf(event.currentTarget.value))}
        />
      );
    case 'select':
    case 'tree_select':
      return (
        <Select
          {...common}
          {...list}
          searchable={choices.length > 8}
          clearable={!required}
          placeholder="–"
          nothingFoundMessage={t`No such option`}
          value={shown === '' ? null : shown}
          // An option that is offered no more stays until another one is chosen.
          data={
            shown === '' || list.data.some((one) => one.value === shown)
              ? list.data
              : [...list.data, { value: shown, label: shown }]
          }
          onChange={(chosen) => onChange(chosen)}
        />
      );
    case 'multiselect':
    case 'multi_tree_select': {
      const chosen = Array.isArray(value) ? value.map(String) : [];
      const former = chosen.filter((one) => !list.data.some((each) => each.value === one));
      return (
        <MultiSelect
          {...common}
          {...list}
          searchable
          clearable
          nothingFoundMessage={t`No such option`}
          value={chosen}
          data={[...list.data, ...former.map((one) => ({ value: one, label: one }))]}
          onChange={(values) => onChange(values.length === 0 ? null : values)}
        />
      );
    }
    default:
      return (
        <TextInput
          {...common}
          type={['email', 'tel', 'url'].includes(String(option.type)) ? String(option.type) : 'text'}
          maxLength={Number(option.maxlength)}
          value={shown}
          onChange={text}
          {...(link && {
            inputContainer: (input: React.ReactNode) => (
              <>
                {input}
                <Anchor href={link} target="_blank" rel="noreferrer noopener" size="xs">
                  {t`Open the link`}
                </Anchor>
              </>
            ),
          })}
        />
      );
  }
}
