import { useLingui } from '@lingui/react/macro';
import { Anchor, Center, Loader } from '@mantine/core';
import { IconMapOff } from '@tabler/icons-react';
import { type ErrorComponentProps, Link } from '@tanstack/react-router';
import { Empty, Failed } from '../../ui/state-messages.tsx';

export function Starting() {
  const { t } = useLingui();
  return (
    <Center mih="40dvh">
      <Loader aria-label={t`Loading`} />
    </Center>
  );
}

export function NotFound() {
  const { t } = useLingui();
  return (
    <Empty icon={IconMapOff} title={t`There is nothing at this address`}>
      <Anchor component={Link} to="/tickets">
        {t`To the tickets`}
      </Anchor>
    </Empty>
  );
}

/** Also reached when a new release replaced the chunk a page needs: loading anew brings the new one. */
export function Crashed({ error }: ErrorComponentProps) {
  return <Failed error={error} onRetry={() => window.location.reload()} />;
}
