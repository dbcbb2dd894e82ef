import { Link } from '@tanstack/react-router';
import { Ago } from '../../../ui/ago.tsx';
import { RowPresence } from '../../presence/row-presence.tsx';
import type { TicketRow } from '../queries.ts';
import { PriorityMark, StateBadge } from './badges.tsx';
import { DueMark } from './due-mark.tsx';
import classes from './ticket-lines.module.css';

interface Props {
  label: string;
  tickets: readonly TicketRow[];
  /** Which time is told of what is not due. */
  time?: 'created_at' | 'updated_at';
  /** What is not said by the page around it. */
  shows: 'customer' | 'state';
}

/** A few tickets beside other things; whole lists are grids. */
export function TicketLines({ label, tickets, time = 'updated_at', shows }: Props) {
  return (
    <ul className={classes.list} aria-label={label}>
      {tickets.map((ticket) => (
        <li key={ticket.id} className={classes.item}>
          <Link
            to="/tickets/$id"
            params={{ id: String(ticket.id) }}
            className={classes.title}
            data-item
            preload="intent"
          >
            {ticket.title}
          </Link>
          <span className={classes.facts}>
            <span>#{ticket.number}</span>
            {shows === 'state' && <StateBadge state={ticket.state} type={ticket.state_type} />}
            {shows === 'customer' && <span className={classes.who}>{ticket.customer}</span>}
            <PriorityMark priority={ticket.priority} />
            {ticket.escalation_at ? <DueMark at={ticket.escalation_at} /> : <Ago at={ticket[time]} />}
            <RowPresence ticketId={ticket.id} />
          </span>
        </li>
      ))}
    </ul>
  );
}
