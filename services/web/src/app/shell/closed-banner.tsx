import { Trans } from '@lingui/react/macro';
import { IconBarrierBlock } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { signUpQuery } from '../../features/session/queries.ts';
import classes from './view-banner.module.css';

/** Whoever has closed the desk is not to forget it. */
export function ClosedBanner() {
  const { data } = useQuery(signUpQuery);
  if (!data?.maintenance_mode) return null;
  return (
    <aside className={classes.banner} aria-labelledby="desk-closed">
      <IconBarrierBlock size={18} aria-hidden />
      <span id="desk-closed" className={classes.text}>
        <Trans>The desk is closed for maintenance: nobody else can work.</Trans>
      </span>
      <Link to="/admin/maintenance" className={classes.link}>
        <Trans>Open it again</Trans>
      </Link>
    </aside>
  );
}
