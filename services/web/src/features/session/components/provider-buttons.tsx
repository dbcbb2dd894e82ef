import { Trans } from '@lingui/react/macro';
import { Button, Divider, Stack } from '@mantine/core';
import { IconUsersGroup } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { providersQuery } from '../queries.ts';

/** A button for each provider that people may sign in by; nothing at all where there is none. */
export function ProviderButtons({ next }: { next: string | undefined }) {
  const { data: providers = [] } = useQuery(providersQuery);
  if (providers.length === 0) return null;
  const wish = next === undefined ? '' : `?${new URLSearchParams({ return_to: next })}`;
  return (
    <Stack mb="lg">
      {providers.map(({ name, title }) => (
        <Button
          key={name}
          // A whole page, not a route of this app: the way leads to another site.
          component="a"
          href={`/auth/openid/${encodeURIComponent(name)}${wish}`}
          variant="default"
          leftSection={<IconUsersGroup size={18} aria-hidden />}
          fullWidth
        >
          <Trans>Sign in with {title}</Trans>
        </Button>
      ))}
      <Divider label={<Trans>or with a password</Trans>} />
    </Stack>
  );
}
