import { useLingui } from '@lingui/react/macro';
import { Alert } from '@mantine/core';
import { IconBarrierBlock } from '@tabler/icons-react';

/** Why somebody may not get in, or soon will not. The words are those of whoever looks after the desk. */
export function MaintenanceNote(state: { maintenance_mode: boolean; maintenance_message: string | null }) {
  const { t } = useLingui();
  const { maintenance_mode: closed, maintenance_message: message } = state;
  if (!closed && message === null) return null;
  return (
    <Alert
      color="mesh"
      variant="light"
      icon={<IconBarrierBlock aria-hidden />}
      title={closed ? t`The desk is closed for maintenance` : t`Maintenance`}
      mb="md"
      styles={{ message: { whiteSpace: 'pre-line' } }}
    >
      {message ?? t`It opens again soon. Mails that you send meanwhile arrive.`}
    </Alert>
  );
}
