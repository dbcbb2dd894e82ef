import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { call } from '../../app/api.ts';
import { useMe } from '../session/use-me.ts';
import { deskSettingsQuery, type Ticket, ticketKeys } from './queries.ts';

/** Opening a ticket that nobody owns makes one its owner, where the desk wants that. Asked for once a visit. */
export function useAutoAssign({ id, owner_id }: Pick<Ticket, 'id' | 'owner_id'>, opened: boolean): void {
  const { agent } = useMe();
  const cache = useQueryClient();
  const { data: settings } = useQuery({ ...deskSettingsQuery, enabled: agent });
  const asked = useRef(false);
  const wanted = opened && agent && settings?.auto_assign === true && owner_id === 1;
  useEffect(() => {
    if (!wanted || asked.current) return;
    asked.current = true;
    call('autoAssignTicket', { params: { id } }).then(
      ({ assigned }) => {
        if (assigned) void cache.invalidateQueries({ queryKey: ticketKeys.one(id) });
      },
      // Who may only read the ticket has not asked for anything, and is told nothing.
      () => undefined,
    );
  }, [wanted, id, cache]);
}
