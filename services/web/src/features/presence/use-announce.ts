import { useDocumentVisibility } from '@mantine/hooks';
import { useEffect } from 'react';
import { ApiError, request, requestOnLeaving } from '../../app/api.ts';
import { useShell } from '../../app/shell/store.ts';
import { useMe } from '../session/use-me.ts';
import { type Doing, pageName, useWriting } from './present.ts';

/** The server forgets who has not said so for 35 s. */
const everyMs = 15_000;
/** Who only passes by is not announced. */
const stayMs = 400;

/**
 * Says to other agents that one is on this ticket and what one does, while the page is in sight. A page that writes
 * stays there while one looks something up elsewhere.
 */
export function useAnnounce(ticketId: number): void {
  const { me, agent } = useMe();
  const live = useShell((shell) => shell.live);
  const kind = useWriting(({ writing }) => (writing?.ticketId === ticketId ? writing.kind : null));
  const doing: Doing = kind === null ? 'viewing' : kind === 'note' ? 'noting' : 'replying';
  const visible = useDocumentVisibility() !== 'hidden';
  // Who looks as somebody else is not there as that person.
  const shown = agent && typeof me.viewing_until !== 'string' && (visible || doing !== 'viewing');
  const url = `/api/v1/tickets/${ticketId}/presence`;

  useEffect(() => {
    if (!shown || live === 'offline') return;
    const say = () =>
      void request('PUT', url, { page: pageName, doing }).catch((error: unknown) => {
        // A server that is away hears it the next time; who sees the ticket as its customer is not announced.
        if (error instanceof ApiError && (error.status === 403 || error.status === 404)) clearInterval(again);
      });
    const first = setTimeout(say, stayMs);
    const again = setInterval(say, everyMs);
    return () => {
      clearTimeout(first);
      clearInterval(again);
    };
  }, [shown, live, url, doing]);

  useEffect(() => {
    if (!shown) return;
    const leave = () => requestOnLeaving('DELETE', `${url}?page=${pageName}`);
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      leave();
    };
  }, [shown, url]);
}
