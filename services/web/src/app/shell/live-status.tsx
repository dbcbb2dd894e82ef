import { useLingui } from '@lingui/react/macro';
import { useDebouncedValue } from '@mantine/hooks';
import { IconPlugConnectedX } from '@tabler/icons-react';
import classes from './live-status.module.css';
import { useShell } from './store.ts';

/** Silent while all is well. A short hiccup of the network is not worth a word. */
export function LiveStatus() {
  const { t } = useLingui();
  const live = useShell((shell) => shell.live);
  const [settled] = useDebouncedValue(live, 1500);
  const offline = settled === 'offline' && live === 'offline';
  return (
    <span role="status" aria-live="polite">
      {offline && (
        <span className={classes.offline} title={t`Live updates are interrupted; reconnecting`}>
          <IconPlugConnectedX size={16} aria-hidden />
          <span className={classes.text}>{t`Offline, reconnecting…`}</span>
        </span>
      )}
    </span>
  );
}
