import { useLingui } from '@lingui/react/macro';
import { useSyncExternalStore } from 'react';
import { absoluteTime, relativeTime } from './time.ts';

const tickMs = 30_000;
let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One clock for all times on screen; it stands still while none is shown. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, tickMs);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time now, epoch ms, as exact as the times on screen are. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

/** A relative time that keeps itself up to date; the exact one is its title. */
export function Ago({ at }: { at: string }) {
  const { i18n } = useLingui();
  const current = useNow();
  const instant = Date.parse(at);
  return (
    <time dateTime={at} title={absoluteTime(i18n.locale, instant)}>
      {relativeTime(i18n.locale, instant, Math.max(current, Math.min(instant, Date.now())))}
    </time>
  );
}
