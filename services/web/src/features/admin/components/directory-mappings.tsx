import { useLingui } from '@lingui/react/macro';
import { Button, Select, Text, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { type AccessLevel, accessLevels } from '../group-access.ts';
import { levelLabels } from '../labels.ts';
import { type Directory, groupsQuery, type Role } from '../queries.ts';
import classes from './admin-page.module.css';

type Mapping = Directory['mappings'][number];

interface Props {
  value: readonly Mapping[];
  onChange: (value: Mapping[]) => void;
  roles: readonly Role[];
}

/** All mappings at once: the server takes the list as a whole. */
export function DirectoryMappings({ value, onChange, roles }: Props) {
  const { t, i18n } = useLingui();
  const { data: groups = [] } = useQuery(groupsQuery);
  const added = useRef<HTMLInputElement>(null);
  const [focusAt, setFocusAt] = useState(-1);
  useEffect(() => {
    // The keyboard goes to what was added.
    if (focusAt >= 0) added.current?.focus();
  }, [focusAt]);
  const set = (at: number, part: Partial<Mapping>) =>
    onChange(value.map((mapping, index) => (index === at ? { ...mapping, ...part } : mapping)));
  const options = (rows: readonly { id: number; name: string }[]) =>
    rows.map(({ id, name }) => ({ value: String(id), label: name }));
  return (
    <>
      {value.length === 0 && <Text size="sm">{t`There are none.`}</Text>}
      {value.map((mapping, index) => {
        const number = index + 1;
        return (
          <fieldset
            // A row has no name of its own: the place is what it is known by.
            // biome-ignore lint/suspicious/noArrayIndexKey: as said above
            key={index}
            className={classes.mapping}
            aria-label={t`Mapping ${number}`}
          >
            <div className={classes.columns}>
              <TextInput
                ref={index === focusAt ? added : null}
                label={t`Group of the directory`}
                required
                withAsterisk={false}
                maxLength={255}
                autoComplete="off"
                value={mapping.directory_group}
                onChange={(event) => set(index, { directory_group: event.currentTarget.value })}
              />
              <Select
                label={t`Role`}
                placeholder={t`None`}
                data={options(roles)}
                value={mapping.role_id === null ? null : String(mapping.role_id)}
                onChange={(role) => set(index, { role_id: role === null ? null : Number(role) })}
                clearable
                clearButtonProps={{ 'aria-label': t`No role` }}
              />
              <Select
                label={t`Group`}
                placeholder={t`None`}
                data={options(groups)}
                value={mapping.group_id === null ? null : String(mapping.group_id)}
                onChange={(group) =>
                  set(index, {
                    group_id: group === null ? null : Number(group),
                    access: group === null ? null : (mapping.access ?? 'read'),
                  })
                }
                searchable
                clearable
                clearButtonProps={{ 'aria-label': t`No group` }}
                nothingFoundMessage={t`No such group`}
              />
              {mapping.group_id !== null && (
                <Select
                  label={t`Access`}
                  data={accessLevels.map((level) => ({ value: level, label: i18n._(levelLabels[level]) }))}
                  value={mapping.access}
                  onChange={(level) => level && set(index, { access: level as AccessLevel })}
                />
              )}
            </div>
            <Button
              variant="default"
              size="compact-sm"
              mt="xs"
              aria-label={t`Remove mapping ${number}`}
              onClick={() => {
                setFocusAt(-1);
                onChange(value.filter((_, at) => at !== index));
              }}
            >
              {t`Remove`}
            </Button>
          </fieldset>
        );
      })}
      <Button
        variant="default"
        mt="sm"
        leftSection={<IconPlus size={16} aria-hidden />}
        onClick={() => {
          setFocusAt(value.length);
          onChange([...value, { directory_group: '', role_id: null, group_id: null, access: null }]);
        }}
      >
        {t`Add a mapping`}
      </Button>
    </>
  );
}
