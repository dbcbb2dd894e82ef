import { useSuspenseQuery } from '@tanstack/react-query';
import { type AccessFacts, type Capabilities, capabilitiesOf } from './access.ts';
import { type Me, meQuery } from './queries.ts';

/** Only inside the signed-in layout, which redirects when there is no session. */
export function useMe(): { me: Me } & Capabilities {
  const { data } = useSuspenseQuery(meQuery);
  if (!data) throw new Error('useMe needs a session');
  return { me: data, ...capabilitiesOf(data as AccessFacts) };
}
