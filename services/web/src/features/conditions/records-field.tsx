import { useLingui } from '@lingui/react/macro';
import { MultiSelect } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../app/api.ts';
import { customerSearchQuery, nameOf, nobody } from '../people/queries.ts';

interface Props {
  label: string;
  /** Said above the field; else the label is for screen readers alone. */
  visibleLabel?: boolean;
  /** Something has to be chosen before the form may be sent. */
  required?: boolean;
  value: readonly string[];
  onChange: (ids: string[]) => void;
}

const MOST = 200;

const organizationSearchQuery = (words: string) =>
  queryOptions({
    queryKey: ['people', 'organizations', words],
    queryFn: ({ signal }) =>
      call('searchOrganizations', {
        query: { query: words || '*', per_page: 8, sort_by: 'name', order_by: 'asc' },
        signal,
      }),
    staleTime: 30_000,
  });

/** Names of those that are chosen already. */
const peopleNamedQuery = (ids: readonly string[]) =>
  queryOptions({
    queryKey: ['people', 'named', ids],
    queryFn: ({ signal }) => call('searchUsers', { query: { query: '*', ids: ids.join(','), per_page: MOST }, signal }),
    placeholderData: keepPreviousData,
  });

const organizationsNamedQuery = (ids: readonly string[]) =>
  queryOptions({
    queryKey: ['people', 'organizations', 'named', ids],
    queryFn: ({ signal }) =>
      call('searchOrganizations', { query: { query: '*', ids: ids.join(','), per_page: MOST }, signal }),
    placeholderData: keepPreviousData,
  });

interface Choosing extends Props {
  placeholder: string;
  /** By words: what the server found, and the names of what is chosen. */
  found: readonly { id: number; name: string }[];
  known: ReadonlyMap<string, string>;
  onWords: (words: string) => void;
}

function Choose({ label, visibleLabel, required, value, onChange, placeholder, found, known, onWords }: Choosing) {
  const { t } = useLingui();
  const options = new Map(value.map((id) => [id, known.get(id) ?? `#${id}`]));
  for (const { id, name } of found) options.set(String(id), name);
  return (
    <MultiSelect
      {...(visibleLabel ? { label } : { 'aria-label': label })}
      {...(value.length === 0 && { placeholder, ...(required && { required, withAsterisk: false }) })}
      data={Array.from(options, ([id, name]) => ({ value: id, label: name }))}
      // The server searched; what it found is shown as it is.
      filter={({ options: all }) => all}
      value={[...value]}
      onChange={onChange}
      searchable
      onSearchChange={onWords}
      hidePickedOptions
      nothingFoundMessage={t`Nobody matches`}
    />
  );
}

/** People, found by name or address. */
export function PeopleField(props: Props) {
  const { t } = useLingui();
  const [words, setWords] = useState('');
  const [settled] = useDebouncedValue(words.trim(), 180);
  const { data: found = [] } = useQuery({
    ...customerSearchQuery(settled || '*'),
    placeholderData: keepPreviousData,
  });
  const named = useQuery({ ...peopleNamedQuery(props.value), enabled: props.value.length > 0 });
  const known = new Map(named.data?.map((user) => [String(user.id), nameOf(user)]));
  return (
    <Choose
      {...props}
      placeholder={t`Name or e-mail address`}
      found={found.filter(({ id }) => id !== nobody).map((user) => ({ id: user.id, name: nameOf(user) }))}
      known={known}
      onWords={setWords}
    />
  );
}

/** Organizations, found by name. */
export function OrganizationsField(props: Props) {
  const { t } = useLingui();
  const [words, setWords] = useState('');
  const [settled] = useDebouncedValue(words.trim(), 180);
  const { data: found = [] } = useQuery({ ...organizationSearchQuery(settled), placeholderData: keepPreviousData });
  const named = useQuery({ ...organizationsNamedQuery(props.value), enabled: props.value.length > 0 });
  const known = new Map(named.data?.map(({ id, name }) => [String(id), name]));
  return <Choose {...props} placeholder={t`Name`} found={found} known={known} onWords={setWords} />;
}
