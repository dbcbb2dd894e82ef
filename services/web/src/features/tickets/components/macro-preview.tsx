import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { Button, Group, Modal, Stack, Text, VisuallyHidden } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { absoluteTime } from '../../../ui/time.ts';
import { customFieldsQuery } from '../../custom/queries.ts';
import { levelLabels } from '../../impact/labels.ts';
import { type Level, levels } from '../../impact/levels.ts';
import { columnLabels, priorityLabel, sortLabels, stateLabel } from '../labels.ts';
import type { MacroOutcome } from '../library.ts';
import type { Macro } from './macro-menu.tsx';
import classes from './macro-preview.module.css';

/** By the REST names of fields. */
const fieldLabels: Readonly<Record<string, MessageDescriptor>> = {
  ...{ state_id: columnLabels.state, priority_id: columnLabels.priority, group_id: columnLabels.group },
  ...{ owner_id: columnLabels.owner, customer_id: sortLabels.customer, organization_id: sortLabels.organization },
  ...{ title: sortLabels.title, pending_time: columnLabels.pending_time, tags: msg`Tags`, note: msg`Note` },
  ...{ impact: msg`Impact`, urgency: msg`Urgency`, original_priority_id: msg`Priority from impact and urgency` },
  priority_overridden: msg`The priority was set by hand`,
};

interface Props {
  macro: Pick<Macro, 'name'>;
  would: MacroOutcome;
  onRun: () => void;
  onClose: () => void;
}

/** What a macro would change and say, before it does: Enter runs it, Escape leaves. */
export function MacroPreview({ macro, would, onRun, onClose }: Props) {
  const { t } = useLingui();
  const { name } = macro;
  return (
    <Modal
      opened
      onClose={onClose}
      title={t`What the macro "${name}" would do`}
      closeButtonProps={{ 'aria-label': t`Close` }}
    >
      <Stack gap="md">
        {would.changes.length > 0 && (
          <dl className={classes.changes}>
            {would.changes.map((change) => (
              <Change key={change.field} change={change} />
            ))}
          </dl>
        )}
        {would.articles.map(({ internal, subject, text }) => (
          <section key={text} className={classes.article} data-internal={internal || undefined}>
            <Text size="sm" fw={600}>
              {internal && <IconLock size={14} aria-hidden className={classes.lock} />}
              {internal ? t`Internal note` : t`Reply`}
            </Text>
            {subject && <Text size="sm">{subject}</Text>}
            <p className={classes.text}>{text}</p>
          </section>
        ))}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t`Cancel`}
          </Button>
          <Button data-autofocus onClick={onRun}>
            {t`Run the macro`}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Change({ change: { field, from, to } }: { change: MacroOutcome['changes'][number] }) {
  const { t, i18n } = useLingui();
  const { data: custom } = useQuery(customFieldsQuery);
  const label = Object.hasOwn(fieldLabels, field) ? fieldLabels[field] : undefined;
  const own = custom?.Ticket.find(({ name }) => name === field)?.display ?? field;
  const shown = (value: string | null) => {
    if (value === null || value === '') return '–';
    if (field === 'state_id') return stateLabel(i18n, value);
    if (field.endsWith('priority_id')) return priorityLabel(i18n, value);
    if (field === 'priority_overridden') return value === 'true' ? t`Yes` : t`No`;
    if ((field === 'impact' || field === 'urgency') && levels.includes(value as Level)) {
      return i18n._(levelLabels[value as Level]);
    }
    return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? absoluteTime(i18n.locale, Date.parse(value)) : value;
  };
  return (
    <div className={classes.change}>
      <dt>{label ? i18n._(label) : own}</dt>
      <dd>
        <VisuallyHidden>{t`Now:`}</VisuallyHidden> <del className={classes.from}>{shown(from)}</del>{' '}
        <span aria-hidden>→</span> <VisuallyHidden>{t`Then:`}</VisuallyHidden>{' '}
        <ins className={classes.to}>{shown(to)}</ins>
      </dd>
    </div>
  );
}
