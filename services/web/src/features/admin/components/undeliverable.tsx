import { useLingui } from '@lingui/react/macro';
import { Alert, Stack, Text } from '@mantine/core';
import { IconMailOff } from '@tabler/icons-react';
import { call } from '../../../app/api.ts';
import type { User } from '../queries.ts';
import { AskButton } from './ask-button.tsx';

/** Says that mail does not reach somebody, since when and why; nothing when it does. */
export function Undeliverable({ user: { id, preferences } }: { user: User }) {
  const { t, i18n } = useLingui();
  if (preferences?.mail_delivery_failed !== true) return null;
  const { mail_delivery_failed_data: since, mail_delivery_failed_reason: reason } = preferences;
  const at = typeof since === 'string' ? new Date(since) : null;
  const day = at && !Number.isNaN(at.getTime()) ? at.toLocaleDateString(i18n.locale, { dateStyle: 'medium' }) : null;
  return (
    <Alert
      color="yellow"
      variant="light"
      mb="md"
      icon={<IconMailOff aria-hidden />}
      title={day === null ? t`Mail does not reach this person` : t`Mail has not reached this person since ${day}`}
    >
      <Stack gap="xs" align="flex-start">
        {typeof reason === 'string' && reason !== '' && <Text size="sm">{reason}</Text>}
        <Text size="sm">{t`This goes by itself when a mail comes from their address.`}</Text>
        <AskButton
          label={t`It reaches them again`}
          variant="default"
          done={t`The user was saved.`}
          deed={() => call('updateUser', { params: { id }, body: { preferences: { mail_delivery_failed: false } } })}
          changes={['users']}
        />
      </Stack>
    </Alert>
  );
}
