import { useLingui } from '@lingui/react/macro';
import { Button } from '@mantine/core';
import { IconAlertTriangle, IconClockShare } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { call } from '../../../app/api.ts';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import { absoluteTime } from '../../../ui/time.ts';
import { useMe } from '../../session/use-me.ts';
import { type HeldArticle, heldQuery, recall } from '../held.ts';
import { ticketKeys } from '../queries.ts';
import { ChooseTime } from './choose-time.tsx';
import classes from './held-articles.module.css';

const NEAR_MS = 90_000;

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
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const { me } = useMe();
  const [moving, setMoving] = useState(false);
  const seconds = useSecondsUntil(held.send_at);
  const { mutate, isPending } = useMutation({
    mutationFn: (deed: () => Promise<unknown>) => deed(),
    onSettled: () => cache.invalidateQueries({ queryKey: ticketKeys.held(held.ticket_id) }),
    onError: (error) => notifyProblem(i18n, t`The change was not saved`, error),
  });
  const failed = held.state === 'failed';
  const mine = held.created_by_id === me.id;
  const to = held.article.internal ? t`Internal note` : (held.article.to ?? t`the ticket page`);
  const time = absoluteTime(i18n.locale, Date.parse(held.send_at));
  const author = held.created_by;
  const Icon = failed ? IconAlertTriangle : IconClockShare;
  return (
    <li className={classes.item} data-state={held.state}>
      <Icon size={18} aria-hidden />
      <div className={classes.what}>
        <div>
          {failed
            ? t`Could not be sent to ${to}`
            : seconds <= NEAR_MS / 1000 && !held.scheduled
              ? t`Goes to ${to} in ${seconds} s`
              : t`Goes to ${to} at ${time}`}
          {!mine && ` · ${author}`}
        </div>
        {failed && <div className={classes.error}>{held.error}</div>}
        <div className={classes.excerpt}>{excerptOf(held.article.body ?? '')}</div>
      </div>
      <div className={classes.buttons}>
        {(mine || failed) && (
          <Button
            size="compact-sm"
            variant="default"
            loading={isPending}
            onClick={() => mutate(() => recall(cache, held.id).then(() => notifyDone(t`It is a draft again`)))}
          >
            {held.scheduled ? t`Back to the draft` : t`Take back`}
          </Button>
        )}
        {mine && held.scheduled && (
          <Button size="compact-sm" variant="default" disabled={isPending} onClick={() => setMoving(true)}>
            {t`Change the time`}
          </Button>
        )}
        {mine && (
          <Button
            size="compact-sm"
            variant="default"
            disabled={isPending}
            onClick={() =>
              // In place of the offer to take it back, which is over.
              mutate(() => call('sendHeldArticle', { params: { id: held.id } }).then(() => notifyDone(t`Sent`)))
            }
          >
            {t`Send now`}
          </Button>
        )}
      </div>
      <ChooseTime
        opened={moving}
        title={t`Change the time`}
        action={t`Send then`}
        start={held.send_at}
        onClose={() => setMoving(false)}
        onChosen={(send_at) => {
          setMoving(false);
          mutate(() => call('updateHeldArticle', { params: { id: held.id }, body: { send_at } }));
        }}
      />
    </li>
  );
}

/** Counts down every second as long as it is near. */
function useSecondsUntil(at: string): number {
  const [now, setNow] = useState(Date.now);
  const left = Math.max(0, Math.ceil((Date.parse(at) - now) / 1000));
  const near = left > 0 && left * 1000 <= NEAR_MS;
  useEffect(() => {
    if (!near) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [near]);
  return left;
}

/** The beginning of a text, without its markup. */
export function excerptOf(html: string): string {
  const page = new DOMParser().parseFromString(html, 'text/html');
  return (page.body.textContent ?? '').replace(/\s+/g, ' ').trim().slice(0, 200);
}
