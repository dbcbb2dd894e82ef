import { useLingui } from '@lingui/react/macro';
import { Button } from '@mantine/core';
import { IconAlertTriangle, IconClockShare } from '@tabler/icons-react';
import { type QueryClient, type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { readHtml } from '../../../app/trusted-types.ts';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import { absoluteTime } from '../../../ui/time.ts';
import { ChooseTime } from './choose-time.tsx';
import classes from './waiting-item.module.css';

const NEAR_MS = 90_000;

interface Props {
  held: { state: string; scheduled: boolean; send_at: string; error: string | null };
  /** Whom it goes to. */
  to: string;
  /** Null: oneself. */
  author: string | null;
  /** The text. */
  html: string;
  /** What has changed with whatever is done. */
  queryKey: QueryKey;
  /** Null: not for this person to do. */
  takeBack: ((cache: QueryClient) => Promise<void>) | null;
  send: (() => Promise<unknown>) | null;
  move: ((at: string) => Promise<unknown>) | null;
}

/** Something that waits to be sent, or could not be. */
export function WaitingItem({ held, to, author, html, queryKey, takeBack, send, move }: Props) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [moving, setMoving] = useState(false);
  const seconds = useSecondsUntil(held.send_at);
  const { mutate, isPending } = useMutation({
    mutationFn: (deed: () => Promise<unknown>) => deed(),
    onSettled: () => cache.invalidateQueries({ queryKey }),
    onError: (error) => notifyProblem(i18n, t`The change was not saved`, error),
  });
  const failed = held.state === 'failed';
  const time = absoluteTime(i18n.locale, Date.parse(held.send_at));
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
          {author !== null && ` · ${author}`}
        </div>
        {failed && <div className={classes.error}>{held.error}</div>}
        <div className={classes.excerpt}>{excerptOf(html)}</div>
      </div>
      <div className={classes.buttons}>
        {takeBack && (
          <Button
            size="compact-sm"
            variant="default"
            loading={isPending}
            onClick={() => mutate(() => takeBack(cache).then(() => notifyDone(t`It is a draft again`)))}
          >
            {held.scheduled ? t`Back to the draft` : t`Take back`}
          </Button>
        )}
        {move && (
          <Button size="compact-sm" variant="default" disabled={isPending} onClick={() => setMoving(true)}>
            {t`Change the time`}
          </Button>
        )}
        {send && (
          <Button
            size="compact-sm"
            variant="default"
            disabled={isPending}
            onClick={() =>
              // In place of the offer to take it back, which is over.
              mutate(() => send().then(() => notifyDone(t`Sent`)))
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
        onChosen={(at) => {
          setMoving(false);
          if (move) mutate(() => move(at));
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
  return (readHtml(html).body.textContent ?? '').replace(/\s+/g, ' ').trim().slice(0, 200);
}
