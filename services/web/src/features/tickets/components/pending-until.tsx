import { useLingui } from '@lingui/react/macro';
import { Button, Group, Modal, TextInput } from '@mantine/core';
import { useState } from 'react';
import { stateLabel } from '../labels.ts';

interface Props {
  state: { id: number; name: string } | null;
  onCancel: () => void;
  /** @param time  ISO-8601 UTC */
  onChosen: (time: string) => void;
}

/** A pending ticket needs the time at which somebody should look again. */
export function PendingUntil({ state, onCancel, onChosen }: Props) {
  const { t, i18n } = useLingui();
  return (
    <Modal
      opened={state !== null}
      onClose={onCancel}
      title={state && stateLabel(i18n, state.name)}
      size="sm"
      closeButtonProps={{ 'aria-label': t`Close` }}
    >
      {state && <Form onCancel={onCancel} onChosen={onChosen} />}
    </Modal>
  );
}

function Form({ onCancel, onChosen }: Omit<Props, 'state'>) {
  const { t } = useLingui();
  const [time, setTime] = useState(tomorrowMorning);
  const instant = Date.parse(time);
  const past = Number.isNaN(instant) || instant <= Date.now();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!past) onChosen(new Date(instant).toISOString());
      }}
    >
      <TextInput
        type="datetime-local"
        label={t`Pending until`}
        data-autofocus
        required
        withAsterisk={false}
        value={time}
        onChange={(event) => setTime(event.currentTarget.value)}
        error={past && t`Choose a time in the future.`}
      />
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onCancel}>
          {t`Cancel`}
        </Button>
        <Button type="submit">{t`Set pending`}</Button>
      </Group>
    </form>
  );
}

/** Nine o'clock tomorrow in the person's own zone, as a datetime-local field wants it. */
function tomorrowMorning(): string {
  const day = new Date();
  day.setDate(day.getDate() + 1);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}T09:00`;
}
