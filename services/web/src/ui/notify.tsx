import type { I18n } from '@lingui/core';
import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertCircle, IconCheck } from '@tabler/icons-react';
import { problemText } from './problem.ts';

export function notifyProblem(i18n: I18n, title: string, error: unknown): void {
  notifications.show({
    color: 'red',
    icon: <IconAlertCircle size={18} aria-hidden />,
    title,
    message: problemText(i18n, error),
    autoClose: 8000,
    role: 'alert',
  });
}

/** Says what was done; with `undo` for as long as it is on screen. */
export function notifyDone(message: string, undo?: { label: string; run: () => void }): void {
  const id = `done-${message}`;
  notifications.hide(id);
  notifications.show({
    id,
    color: 'mesh',
    icon: <IconCheck size={18} aria-hidden />,
    message: undo ? (
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <span>{message}</span>
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => {
            notifications.hide(id);
            undo.run();
          }}
        >
          {undo.label}
        </Button>
      </Group>
    ) : (
      message
    ),
    autoClose: undo ? 10_000 : 5000,
  });
}
