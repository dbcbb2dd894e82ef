import { useLingui } from '@lingui/react/macro';
import { Anchor, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { priorityLabel } from '../tickets/labels.ts';
import { prioritiesQuery, type Ticket } from '../tickets/queries.ts';
import type { UpdateTicket } from '../tickets/use-update-ticket.ts';
import classes from './impact.module.css';
import { levelLabels } from './labels.ts';
import { type Level, levels } from './levels.ts';

interface Props {
  ticket: Ticket;
  update: UpdateTicket;
  /** Takes the priority that follows. */
  onPriority: (id: number) => void;
  /** Of a field beside them. */
  fieldClass: string | undefined;
}

/** Impact and urgency of a ticket, and whether its priority is the one that follows. */
export function ImpactFields({ ticket, update, onPriority, fieldClass }: Props) {
  const { t, i18n } = useLingui();
  const { data: priorities = [] } = useQuery(prioritiesQuery);
  const labels = { impact: t`Impact`, urgency: t`Urgency` };
  const set = (field: 'impact' | 'urgency', level: Level | null) => {
    const before = ticket[field] ?? null;
    if (level === before) return;
    const [name, value] = [labels[field], level ? i18n._(levelLabels[level]) : '–'];
    update({
      fields: { [field]: level },
      shown: { [field]: level },
      back: { fields: { [field]: before }, shown: { [field]: before } },
      done: t`${name}: ${value}`,
    });
  };
  const select = (field: 'impact' | 'urgency') => (
    <Select
      size="xs"
      className={fieldClass}
      comboboxProps={{ width: 'max-content' }}
      label={labels[field]}
      placeholder={t`Not known`}
      clearable
      clearButtonProps={{ 'aria-label': t`Not known` }}
      data={levels.map((level) => ({ value: level, label: i18n._(levelLabels[level]) }))}
      value={ticket[field] ?? null}
      onChange={(level) => set(field, level as Level | null)}
    />
  );
  const original = priorities.find(({ id }) => id === ticket.original_priority_id);
  const reckoned = ticket.impact && ticket.urgency && original;
  const label = original ? priorityLabel(i18n, original.name) : '';
  return (
    <>
      {select('impact')}
      {select('urgency')}
      {reckoned && (
        <p className={classes.says} role="status">
          {ticket.priority_overridden ? (
            <>
              {t`The priority was set by hand. From impact and urgency follows: ${label}.`}{' '}
              <Anchor component="button" type="button" inherit onClick={() => onPriority(original.id)}>
                {t`Take that`}
              </Anchor>
            </>
          ) : (
            t`The priority follows from impact and urgency.`
          )}
        </p>
      )}
    </>
  );
}
