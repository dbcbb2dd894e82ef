import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../../app/api.ts';
import { useMe } from '../../session/use-me.ts';
import { type HeldArticle, heldQuery, recall } from '../held.ts';
import { ticketKeys } from '../queries.ts';
import classes from './waiting-item.module.css';
import { WaitingItem } from './waiting-item.tsx';

/** What waits to be sent on this ticket, and what could not be sent. */
export function HeldArticles({ ticketId }: { ticketId: number }) {
  const { t } = useLingui();
  const { data: held = [] } = useQuery(heldQuery(ticketId));
  if (held.length === 0) return null;
  return (
    <ul className={classes.list} aria-label={t`Waiting to be sent`}>
      {held.map((one) => (
        <Held key={one.id} held={one} />
      ))}
    </ul>
  );
}

function Held({ held }: { held: HeldArticle }) {
  const { t } = useLingui();
  const { me } = useMe();
  const { id } = held;
  const mine = held.created_by_id === me.id;
  const failed = held.state === 'failed';
  return (
    <WaitingItem
      held={held}
      to={held.article.internal ? t`Internal note` : (held.article.to ?? t`the ticket page`)}
      author={mine ? null : held.created_by}
      html={held.article.body ?? ''}
      queryKey={ticketKeys.held(held.ticket_id)}
      takeBack={mine || failed ? (cache) => recall(cache, id) : null}
      send={mine ? () => call('sendHeldArticle', { params: { id } }) : null}
      move={
        mine && held.scheduled ? (send_at) => call('updateHeldArticle', { params: { id }, body: { send_at } }) : null
      }
    />
  );
}
