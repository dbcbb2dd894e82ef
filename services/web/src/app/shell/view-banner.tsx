import { Trans, useLingui } from '@lingui/react/macro';
import { Button } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import type { Me } from '../../features/session/queries.ts';
import { call } from '../api.ts';
import classes from './view-banner.module.css';

/** Says all the time that this is the desk as somebody else sees it, and leads back. */
export function ViewBanner({ me, until }: { me: Me; until: string }) {
  const { i18n } = useLingui();
  const end = useMutation({
    mutationFn: () => call('endViewAs'),
    // Also when it was over already: everything that is remembered was read as somebody else.
    onSettled: () => window.location.assign(`/admin/users/${me.id}`),
  });
  const name = `${me.firstname} ${me.lastname}`.trim() || me.login;
  const time = i18n.date(new Date(until), { timeStyle: 'short' });
  return (
    <aside className={classes.banner} aria-labelledby="view-as">
      <IconEye size={18} aria-hidden />
      <span id="view-as" className={classes.text}>
        <Trans>
          You see the desk as {name} sees it, until {time}. Nothing can be changed.
        </Trans>
      </span>
      <Button size="compact-sm" variant="white" color="dark" loading={end.isPending} onClick={() => end.mutate()}>
        <Trans>End the view</Trans>
      </Button>
    </aside>
  );
}
