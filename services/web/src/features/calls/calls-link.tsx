import { IconPhone } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { CountedLink } from '../../app/shell/counted-link.tsx';
import { callsLabel } from './labels.ts';
import { callsQuery } from './queries.ts';

/** The way to the calls, with how many wait for somebody to call back; where telephony is on. */
export function CallsLink() {
  const { data } = useQuery(callsQuery);
  if (!data?.enabled) return null;
  const open = data.calls.filter(({ done, state }) => !done && state === 'hangup').length;
  return <CountedLink to="/calls" label={callsLabel} icon={IconPhone} count={open} />;
}
