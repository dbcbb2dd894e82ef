import { useLingui } from '@lingui/react/macro';
import { MultiSelect, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { keyOf } from '../queries.ts';

const MOST = 20;

/** Organizations found by words, beside those that are chosen already (their names are known by `names`). */
function useOptions(words: string, chosen: readonly number[], names: ReadonlyMap<number, string>) {
  const [settled] = useDebouncedValue(words.trim(), 180);
  const { data = [] } = useQuery({
    queryKey: keyOf('organizations', 'options', settled),
    queryFn: ({ signal }) =>
      call('searchOrganizations', {
        query: { query: settled || '*', per_page: MOST, sort_by: 'name', order_by: 'asc' },
        signal,
      }),
    placeholderData: keepPreviousData,
  });
  const found = new Map(data.map(({ id, name }) => [id, name]));
  for (const id of chosen) if (!found.has(id)) found.set(id, names.get(id) ?? String(id));
  return Array.from(found, ([id, label]) => ({ value: String(id), label }));
}

interface Props<T> {
  label: string;
  description?: string;
  value: T;
  onChange: (value: T) => void;
  names: ReadonlyMap<number, string>;
}

export function OrganizationField({ label, description, value, onChange, names }: Props<number | null>) {
  const { t } = useLingui();
  const [words, setWords] = useState('');
  const data = useOptions(words, value === null ? [] : [value], names);
  return (
    <Select
      label={label}
      description={description}
      placeholder={t`None`}
      data={data}
      value={value === null ? null : String(value)}
      onChange={(id) => onChange(id === null ? null : Number(id))}
      searchable
      onSearchChange={setWords}
      clearable
      clearButtonProps={{ 'aria-label': t`None` }}
      nothingFoundMessage={t`No such organization`}
    />
  );
}

export function OrganizationsField({ label, value, onChange, names }: Props<readonly number[]>) {
  const { t } = useLingui();
  const [words, setWords] = useState('');
  const data = useOptions(words, value, names);
  return (
    <MultiSelect
      label={label}
      data={data}
      value={value.map(String)}
      onChange={(ids) => onChange(ids.map(Number))}
      searchable
      onSearchChange={setWords}
      hidePickedOptions
      nothingFoundMessage={t`No such organization`}
    />
  );
}
