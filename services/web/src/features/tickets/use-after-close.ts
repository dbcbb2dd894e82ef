import { useNavigate } from '@tanstack/react-router';
import { registry } from '../../app/actions/registry.ts';
import { preferencesOf } from '../../app/preferences.ts';
import { useShell } from '../../app/shell/store.ts';
import { useMe } from '../session/use-me.ts';

/** Leads on from a ticket that was just closed, as somebody chose. */
export function useAfterClose(): () => void {
  const { me } = useMe();
  const navigate = useNavigate();
  return () => {
    const { after_close: wished = 'stay' } = preferencesOf(me);
    if (wished === 'stay') return;
    if (wished === 'next' && registry.run('ticket.next')) return;
    // The last one of a list leads back to it. Beside a list one is there already.
    if (!useShell.getState().split || window.location.pathname !== '/tickets')
      void navigate({ to: '/tickets', search: useShell.getState().lastList });
  };
}
