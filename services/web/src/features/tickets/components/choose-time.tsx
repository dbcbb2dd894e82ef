import { useLingui } from '@lingui/react/macro';
import { Button, Group, Modal, TextInput } from '@mantine/core';
import { useState } from 'react';
import { localTime, proposals } from '../send-later.ts';

interface Props {
  opened: boolean;
  title: string;
  /** What the button says that takes the time as it stands in the field. */
  action: string;
  /** ISO-8601; what is chosen so far. */
  start?: string;
  onClose: () => void;
  /** @param time  ISO-8601 UTC */
  onChosen: (time: string) => void;
}

/** A time to come, from those that people mostly want or any other. */
export function ChooseTime({ opened, title, onClose, ...form }: Props) {
  const { t } = useLingui();
  return (
    <Modal opened={opened} onClose={onClose} title={title} size="sm" closeButtonProps={{ 'aria-label': t`Close` }}>
      {opened && <Form {...form} />}
    </Modal>
  );
}

function Form({ action, start, onChosen }: Pick<Props, 'action' | 'start' | 'onChosen'>) {
  const { t, i18n } = useLingui();
  const [offered] = useState(() => proposals(new Date()));
  const [time, setTime] = useState(() => localTime(start ? new Date(start) : (offered[1]?.at ?? new Date())));
  const instant = Date.parse(time);
  const past = Number.isNaN(instant) || instant <= Date.now();
  const shown = (at: Date) =>
    new Intl.DateTimeFormat(i18n.locale, { weekday: 'short', hour: 'numeric', minute: '2-digit' }).format(at);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!past) onChosen(new Date(instant).toISOString());
      }}
    >
      <Group gap="xs" mb="md">
        {offered.map(({ id, at }) => (
          <Button key={id} size="compact-sm" variant="default" onClick={() => setTime(localTime(at))}>
            {shown(at)}
          </Button>
        ))}
      </Group>
      <TextInput
        type="datetime-local"
        label={t`Time`}
        data-autofocus
        required
        withAsterisk={false}
        value={time}
        onChange={(event) => setTime(event.currentTarget.value)}
        error={past && t`Choose a time in the future.`}
      />
      <Group justify="flex-end" mt="md">
        <Button type="submit">{action}</Button>
      </Group>
    </form>
  );
}
