import { useLingui } from '@lingui/react';
import { IconMessages } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useActions } from '../../app/actions/use-actions.ts';
import classes from '../../app/shell/navigation.module.css';
import { useMe } from '../session/use-me.ts';
import { waitingFor } from './chat.ts';
import { chatsLabel } from './labels.ts';
import { chatsQuery, setAvailability } from './queries.ts';

/** The server takes who does not say so for 100 s for gone; a page in the background speaks once a minute. */
const everyMs = 25_000;

/** The way to the chats, with how many wait for an answer; where live chat is on. */
export function ChatLink() {
  const { i18n } = useLingui();
  const { me } = useMe();
  const { data } = useQuery(chatsQuery);
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const enabled = data?.enabled ?? false;
  // Who looks as somebody else is not there as that person.
  const takes = enabled && data?.agent.active === true && typeof me.viewing_until !== 'string';
  useEffect(() => {
    if (!takes) return;
    // A server that is away hears it the next time.
    const here = () => void setAvailability({ active: true }).catch(() => undefined);
    here();
    const timer = setInterval(here, everyMs);
    return () => clearInterval(timer);
  }, [takes]);
  useActions([
    {
      id: 'chats.open',
      label: chatsLabel,
      section: 'general',
      can: () => enabled,
      run: () => void navigate({ to: '/chats' }),
    },
  ]);
  if (!data || !enabled) return null;
  const waiting = waitingFor(data);
  const active = pathname === '/chats' || pathname.startsWith('/chats/');
  return (
    <div className={classes.section}>
      <ul className={classes.list}>
        <li>
          <Link
            to="/chats"
            className={classes.link}
            aria-current={active ? 'page' : undefined}
            data-active={active || undefined}
          >
            <IconMessages size={17} stroke={1.7} aria-hidden />
            <span className={classes.label}>{i18n._(chatsLabel)}</span>
            {waiting > 0 && <span className={classes.count}>{new Intl.NumberFormat(i18n.locale).format(waiting)}</span>}
          </Link>
        </li>
      </ul>
    </div>
  );
}
