import { useLingui } from '@lingui/react/macro';
import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { problemText } from '../../../ui/problem.ts';
import { customerSearchQuery, nameOf, nobody, userQuery } from '../../people/queries.ts';

interface Props {
  label: string;
  value: number | null;
  onChange: (id: number | null) => void;
}

/** Finds one person by words. */
export function PersonField({ label, value, onChange }: Props) {
  const { t, i18n } = useLingui();
  const [words, setWords] = useState('');
  const [settled] = useDebouncedValue(words.trim(), 180);
  const { data: chosen } = useQuery({ ...userQuery(value ?? 0), enabled: value !== null, retry: false });
  const chosenLabel = chosen && optionLabel(chosen);
  const searching = settled.length >= 2 && settled !== chosenLabel;
  const { data: people = [], error } = useQuery({ ...customerSearchQuery(settled), enabled: searching });
  const found = people.filter(({ id }) => id !== nobody && id !== value);
  const options = found.map((user) => ({ value: String(user.id), label: optionLabel(user) }));
  if (value !== null) options.unshift({ value: String(value), label: chosenLabel ?? `#${value}` });
  return (
    <Select
      label={label}
      placeholder={t`Name or e-mail address`}
      data={options}
      // The server searched; what it found is shown as it is.
      filter={({ options: all }) => all}
      value={value === null ? null : String(value)}
      onChange={(id) => onChange(id === null ? null : Number(id))}
      searchable
      onSearchChange={setWords}
      clearable
      clearButtonProps={{ 'aria-label': t`Nobody` }}
      nothingFoundMessage={searching ? t`Nobody matches` : undefined}
      error={error && problemText(i18n, error)}
    />
  );
}

const optionLabel = (user: Parameters<typeof nameOf>[0] & { organization?: unknown }): string =>
  [...new Set([nameOf(user), user.email, user.organization])].filter(Boolean).join(' · ');
