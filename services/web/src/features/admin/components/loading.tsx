import { useLingui } from '@lingui/react/macro';
import { Center, Loader } from '@mantine/core';

export function Loading() {
  const { t } = useLingui();
  return (
    <Center mih="40dvh">
      <Loader aria-label={t`Loading`} />
    </Center>
  );
}
