import { useLingui } from '@lingui/react/macro';
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  opened: boolean;
  title: string;
  /** The button that does it. */
  label: string;
  cancelLabel?: string;
  busy?: boolean;
  onConfirm: () => void;
  onCancel: () => void;
  children: ReactNode;
}

/** Asks before what cannot be taken back. The keyboard is on the harmless button. White on red.9 is 5.5:1. */
export function Confirm({ opened, title, label, cancelLabel, busy = false, onConfirm, onCancel, children }: Props) {
  const { t } = useLingui();
  return (
    <Modal opened={opened} onClose={onCancel} title={title} closeButtonProps={{ 'aria-label': t`Close` }}>
      <Stack>
        <Text component="div">{children}</Text>
        <Group justify="flex-end">
          <Button variant="default" data-autofocus onClick={onCancel}>
            {cancelLabel ?? t`Cancel`}
          </Button>
          <Button color="red.9" loading={busy} onClick={onConfirm}>
            {label}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
