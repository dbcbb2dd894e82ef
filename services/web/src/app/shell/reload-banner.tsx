import { Trans } from '@lingui/react/macro';
import { Button } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useShell } from './store.ts';
import classes from './view-banner.module.css';

/** An administrator wants all pages loaded anew; when, is up to whoever works on this one. */
export function ReloadBanner() {
  const outdated = useShell((shell) => shell.outdated);
  if (!outdated) return null;
  return (
    <aside className={classes.banner} aria-labelledby="reload-page" role="status">
      <IconRefresh size={18} aria-hidden />
      <span id="reload-page" className={classes.text}>
        <Trans>The administrators ask you to load this page anew. Replies that you are writing are kept.</Trans>
      </span>
      <Button size="compact-sm" variant="white" color="dark" onClick={() => window.location.reload()}>
        <Trans>Load anew</Trans>
      </Button>
    </aside>
  );
}
