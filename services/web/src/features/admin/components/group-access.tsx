import { Trans, useLingui } from '@lingui/react/macro';
import { Checkbox, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { accessLevels, type GroupAccess, hasLevel, withLevel } from '../group-access.ts';
import { levelLabels } from '../labels.ts';
import { groupsQuery } from '../queries.ts';
import classes from './admin-page.module.css';

/** So many fit on a screen; above that a field narrows them down. */
const MANY = 12;

interface Props {
  value: GroupAccess;
  onChange: (value: GroupAccess) => void;
  /** Ids of the groups that it is about; absent: all. */
  only?: readonly number[];
}

/** What may be done in which group: a line a group, a box a level. */
export function GroupAccessField({ value, onChange, only }: Props) {
  const { t, i18n } = useLingui();
  const { data: all = [] } = useQuery(groupsQuery);
  const groups = only ? all.filter(({ id }) => only.includes(id)) : all;
  const [words, setWords] = useState('');
  const shown = groups.filter(
    ({ id, name, active }) =>
      (active || value[String(id)] !== undefined) &&
      name.toLocaleLowerCase().includes(words.trim().toLocaleLowerCase()),
  );
  return (
    <fieldset className={classes.plain} aria-label={t`Access to groups`}>
      {groups.length > MANY && (
        <TextInput
          aria-label={t`Find a group`}
          placeholder={t`Find a group`}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
          mb="xs"
          maw={320}
        />
      )}
      {shown.map(({ id, name }) => (
        <fieldset key={id} aria-label={name} className={classes.levels}>
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {name}
          </Text>
          <div className={classes.levelBoxes}>
            {accessLevels.map((level) => (
              <Checkbox
                key={level}
                size="xs"
                label={i18n._(levelLabels[level])}
                aria-label={`${name}: ${i18n._(levelLabels[level])}`}
                checked={hasLevel(value, id, level)}
                onChange={(event) => onChange(withLevel(value, id, level, event.currentTarget.checked))}
              />
            ))}
          </div>
        </fieldset>
      ))}
      {shown.length === 0 && (
        <Text size="sm" c="dimmed">
          <Trans>No such group</Trans>
        </Text>
      )}
    </fieldset>
  );
}
