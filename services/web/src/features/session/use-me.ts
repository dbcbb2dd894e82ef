import { createContext, useContext } from 'react';
import { type AccessFacts, type Capabilities, capabilitiesOf } from './access.ts';
import type { Me } from './queries.ts';

/**
 * Who is signed in, as the layout that is on screen knows it. Not read from the cache: that one is emptied by signing out
 * before the layout is gone, and whatever is drawn in between would be there for nobody.
 */
export const MeContext = createContext<Me | null>(null);

/** Only inside the signed-in layout, which redirects when there is no session. */
export function useMe(): { me: Me } & Capabilities {
  const me = useContext(MeContext);
  if (!me) throw new Error('useMe needs a session');
  return { me, ...capabilitiesOf(me as AccessFacts) };
}
