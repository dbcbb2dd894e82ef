import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../../app/api.ts';
import { heldTicketsQuery, recallTicket } from '../held-ticket.ts';
import { ticketKeys } from '../queries.ts';
import classes from './waiting-item.module.css';
import { WaitingItem } from './waiting-item.tsx';

/** One's own new tickets that wait to be opened, and those that could not be. */
export function HeldTickets() {
  const { t } = useLingui();
  const { data = [] } = useQuery(heldTicketsQuery);
  const held = data.filter(({ state }) => state !== 'sent');
  if (held.length === 0) return null;
  return (
    <ul className={classes.above} aria-label={t`Waiting to be sent`}>
      {held.map((one) => (
        <WaitingItem
          key={one.id}
          held={one}
          to={one.ticket.article?.to || t`the ticket page`}
          author={null}
          html={`${one.ticket.title ?? ''} ${one.ticket.article?.body ?? ''}`}
          queryKey={ticketKeys.heldTickets}
          takeBack={(cache) => recallTicket(cache, one.id)}
          send={() => call('sendHeldTicket', { params: { id: one.id } })}
          move={null}
        />
      ))}
    </ul>
  );
}
