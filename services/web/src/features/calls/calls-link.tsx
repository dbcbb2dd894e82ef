import { useLingui } from '@lingui/react';
import { IconPhone } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation, useNavigate } from '@tanstack/react-router';
import { useActions } from '../../app/actions/use-actions.ts';
import classes from '../../app/shell/navigation.module.css';
import { callsLabel } from './labels.ts';
import { callsQuery } from './queries.ts';

/** The way to the calls, with how many wait for somebody to call back; where telephony is on. */
export function CallsLink() {
  const { i18n } = useLingui();
  const { data } = useQuery(callsQuery);
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const enabled = data?.enabled ?? false;
  useActions([
    {
      id: 'calls.open',
      label: callsLabel,
      section: 'general',
      can: () => enabled,
      run: () => void navigate({ to: '/calls' }),
    },
  ]);
  if (!enabled) return null;
  const open = data?.calls.filter(({ done, state }) => !done && state === 'hangup').length ?? 0;
  const active = pathname === '/calls';
  return (
    <div className={classes.section}>
      <ul className={classes.list}>
        <li>
          <Link
            to="/calls"
            className={classes.link}
            aria-current={active ? 'page' : undefined}
            data-active={active || undefined}
          >
            <IconPhone size={17} stroke={1.7} aria-hidden />
            <span className={classes.label}>{i18n._(callsLabel)}</span>
            {open > 0 && <span className={classes.count}>{new Intl.NumberFormat(i18n.locale).format(open)}</span>}
          </Link>
        </li>
      </ul>
    </div>
  );
}
