import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { IconFilterPlus, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Fragment, useRef } from 'react';
import { useActions } from '../../../app/actions/use-actions.ts';
import { columnLabels, priorityLabel, sortLabels, stateLabel } from '../labels.ts';
import { groupsQuery, prioritiesQuery, statesQuery } from '../queries.ts';
import { changed, kindOf, type SearchTerm, type TermKind, termsOf, withTerm } from '../search-terms.ts';
import classes from './search-terms.module.css';

interface Props {
  /** What is searched for, as it is typed. */
  q: string;
  onChange: (q: string) => void;
}

const kindLabels = {
  ...{ state: columnLabels.state, priority: columnLabels.priority, group: columnLabels.group },
  ...{ owner: columnLabels.owner, customer: sortLabels.customer, organization: sortLabels.organization },
  ...{ tags: msg`Tag`, has: msg`Has`, created: columnLabels.created_at, updated: columnLabels.updated_at },
} as const satisfies Record<TermKind, unknown>;

/** In the order of the menu. */
const offered = ['state', 'priority', 'group', 'owner', 'updated', 'created', 'has'] as const satisfies TermKind[];

interface Choice {
  value: string;
  label: string;
}

/** What can be chosen without typing. */
function useChoices(): (kind: TermKind) => readonly Choice[] {
  const { t, i18n } = useLingui();
  const { data: states = [] } = useQuery(statesQuery);
  const { data: priorities = [] } = useQuery(prioritiesQuery);
  const { data: groups = [] } = useQuery(groupsQuery);
  const times: readonly Choice[] = [
    { value: 'today', label: t`Today` },
    { value: '>now-7d', label: t`In the last 7 days` },
    { value: '>now-30d', label: t`In the last 30 days` },
    { value: '<now-30d', label: t`Longer ago than 30 days` },
  ];
  return (kind) => {
    switch (kind) {
      case 'state':
        return states.map(({ name }) => ({ value: name, label: stateLabel(i18n, name) }));
      case 'priority':
        return priorities.map(({ name }) => ({ value: name, label: priorityLabel(i18n, name) }));
      case 'group':
        return groups.map(({ name }) => ({ value: name, label: name }));
      case 'owner':
        return [
          { value: 'me', label: t`Me` },
          { value: 'none', label: t`Nobody` },
        ];
      case 'has':
        return [{ value: 'attachment', label: t`Attachment` }];
      case 'created':
      case 'updated':
        return times;
      default:
        return [];
    }
  };
}

/** Conditions to choose from, for whoever does not know how they are typed. */
export function SearchFilter({ q, onChange }: Props) {
  const { t, i18n } = useLingui();
  const choicesOf = useChoices();
  const button = useRef<HTMLButtonElement>(null);
  useActions([
    {
      id: 'list.filter',
      label: msg`Add a filter`,
      section: 'list',
      key: 'Shift+F',
      run: () => button.current?.click(),
    },
  ]);
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Tooltip label={t`Add a filter`}>
          <ActionIcon ref={button} size={36} variant="default" aria-label={t`Add a filter`}>
            <IconFilterPlus size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown mah={420} miw={200} style={{ overflowY: 'auto' }}>
        {offered.map((kind) => {
          const choices = choicesOf(kind);
          return (
            choices.length > 1 - Number(kind === 'has') && (
              <Fragment key={kind}>
                <Menu.Label>{i18n._(kindLabels[kind])}</Menu.Label>
                {choices.map(({ value, label }) => (
                  <Menu.Item key={value} onClick={() => onChange(withTerm(q, kind, value))}>
                    {label}
                  </Menu.Item>
                ))}
              </Fragment>
            )
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}

/** The conditions within what is searched for; each is changed, turned round and taken away where it stands. */
export function SearchTerms({ q, onChange }: Props) {
  const { t } = useLingui();
  const choicesOf = useChoices();
  const terms = termsOf(q);
  if (terms.length === 0) return null;
  return (
    <ul className={classes.terms} aria-label={t`Filters`}>
      {terms.map((term) => (
        <Term key={term.from} term={term} choicesOf={choicesOf} onChange={(next) => onChange(changed(q, term, next))} />
      ))}
    </ul>
  );
}

interface TermProps {
  term: SearchTerm;
  choicesOf: (kind: TermKind) => readonly Choice[];
  /** Undefined takes it away. */
  onChange: (next?: Pick<SearchTerm, 'name' | 'value' | 'without'>) => void;
}

function Term({ term, choicesOf, onChange }: TermProps) {
  const { t, i18n } = useLingui();
  const { name, value, without } = term;
  const kind = kindOf(term);
  if (!kind) return null;
  const choices = choicesOf(kind);
  const same = (one: Choice) => one.value.toLowerCase() === value.toLowerCase();
  const label = choices.find(same)?.label ?? value;
  const field = i18n._(kindLabels[kind]);
  const said = without ? t`not ${label}` : label;
  return (
    <li className={classes.term}>
      <Menu position="bottom-start" withinPortal>
        <Menu.Target>
          <button type="button" className={classes.what}>
            <span className={classes.name}>{field}:</span> {said}
          </button>
        </Menu.Target>
        <Menu.Dropdown mah={360} style={{ overflowY: 'auto' }}>
          {choices.map((one) => (
            <Menu.Item
              key={one.value}
              disabled={same(one)}
              onClick={() => onChange({ name, value: one.value, without })}
            >
              {one.label}
            </Menu.Item>
          ))}
          {choices.length > 0 && <Menu.Divider />}
          <Menu.Item onClick={() => onChange({ name, value, without: !without })}>
            {without ? t`Only these` : t`All but these`}
          </Menu.Item>
          <Menu.Item onClick={() => onChange()}>{t`Remove the filter`}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <button
        type="button"
        className={classes.away}
        aria-label={t`Remove the filter ${field}: ${said}`}
        onClick={() => onChange()}
      >
        <IconX size={13} aria-hidden />
      </button>
    </li>
  );
}
