import { Trans } from '@lingui/react/macro';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Ago } from '../../../ui/ago.tsx';
import { federationQuery, ticketSharesQuery } from '../shares.ts';
import classes from './ticket-ties.module.css';

/** Says that a helpdesk which has the ticket too has not answered for an hour: what is written here waits. */
export function HelpdeskAway({ ticketId }: { ticketId: number }) {
  const { data: status } = useQuery(federationQuery);
  const { data } = useQuery({ ...ticketSharesQuery(ticketId), enabled: status?.active === true });
  return data?.shares.map(
    ({ peer_id, peer, away_since: since, works_on_it }) =>
      since && (
        <div key={peer_id} role="note" className={classes.notice}>
          <IconPlugConnectedX size={18} aria-hidden />
          <span>
            {works_on_it ? (
              <Trans>
                {peer} works on this ticket and does not answer; that began <Ago at={since} />. What is written here
                waits.
              </Trans>
            ) : (
              <Trans>
                {peer} has this ticket too and does not answer; that began <Ago at={since} />. What is written here
                waits.
              </Trans>
            )}
          </span>
        </div>
      ),
  );
}
