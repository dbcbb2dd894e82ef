import { IconMessages } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { CountedLink } from '../../app/shell/counted-link.tsx';
import { useMe } from '../session/use-me.ts';
import { waitingFor } from './chat.ts';
import { chatsLabel } from './labels.ts';
import { chatsQuery, setAvailability } from './queries.ts';

/** The server takes who does not say so for 100 s for gone; a page in the background speaks once a minute. */
const everyMs = 25_000;

/** The way to the chats, with how many wait for an answer; where live chat is on. */
export function ChatLink() {
  const { me } = useMe();
  const { data } = useQuery(chatsQuery);
  // Who looks as somebody else is not there as that person.
  const takes = data?.enabled === true && data.agent.active && typeof me.viewing_until !== 'string';
  useEffect(() => {
    if (!takes) return;
    // A server that is away hears it the next time.
    const here = () => void setAvailability({ active: true }).catch(() => undefined);
    here();
    const timer = setInterval(here, everyMs);
    return () => clearInterval(timer);
  }, [takes]);
  if (!data?.enabled) return null;
  return <CountedLink to="/chats" label={chatsLabel} icon={IconMessages} count={waitingFor(data)} />;
}
