import { useLingui } from '@lingui/react/macro';
import { Badge } from '@mantine/core';
import type { Peer } from './queries.ts';

/** How a helpdesk stands, in a word or two. */
export function PeerBadges({ peer }: { peer: Peer }) {
  const { t } = useLingui();
  const { paused, failing_since, failing, waiting, tokens, has_token } = peer;
  const look = { size: 'sm', variant: 'light' } as const;
  if (paused) {
    return (
      <Badge {...look} color="gray">
        {t`Paused`}
      </Badge>
    );
  }
  if (failing_since) {
    return (
      <Badge {...look} color="red">
        {t`Does not answer`}
      </Badge>
    );
  }
  if (failing > 0) {
    return (
      <Badge {...look} color="red">
        {t`${failing} in trouble`}
      </Badge>
    );
  }
  if (!has_token && tokens.length === 0) {
    return (
      <Badge {...look} color="gray">
        {t`Not connected yet`}
      </Badge>
    );
  }
  return (
    <Badge {...look} color={waiting > 0 ? 'gray' : 'mesh'}>
      {waiting > 0 ? t`${waiting} waiting` : t`In step`}
    </Badge>
  );
}
