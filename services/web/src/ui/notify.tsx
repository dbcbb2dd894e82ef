import type { I18n } from '@lingui/core';
import { t } from '@lingui/core/macro';
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
    closeButtonProps: { 'aria-label': t`Close` },
    autoClose: 8000,
    role: 'alert',
  });
}

let counter = 0;

/** Says what was done, in place of what was said before; with `undo` for as long as it is on screen. */
export function notifyDone(message: string, undo?: { label: string; run: () => void; ms?: number }): void {
  notifications.hide(`done-${counter}`);
  counter += 1;
  const id = `done-${counter}`;
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
          flex="none"
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
    closeButtonProps: { 'aria-label': t`Close` },
    autoClose: undo ? (undo.ms ?? 10_000) : 5000,
  });
}
