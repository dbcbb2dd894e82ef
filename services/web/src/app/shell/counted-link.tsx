import type { MessageDescriptor } from '@lingui/core';
import { useLingui } from '@lingui/react';
import type { Icon } from '@tabler/icons-react';
import { Link, useLocation, useNavigate } from '@tanstack/react-router';
import { useActions } from '../actions/use-actions.ts';
import classes from './navigation.module.css';

interface Props {
  to: '/calls' | '/chats';
  label: MessageDescriptor;
  icon: Icon;
  /** What waits there. */
  count: number;
}

/** A page of its own in the menu and the palette, with how much waits there. */
export function CountedLink({ to, label, icon: Picture, count }: Props) {
  const { i18n } = useLingui();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  useActions([{ id: `${to.slice(1)}.open`, label, section: 'general', run: () => void navigate({ to }) }]);
  const active = pathname === to || pathname.startsWith(`${to}/`);
  return (
    <div className={classes.section}>
      <ul className={classes.list}>
        <li>
          <Link
            to={to}
            className={classes.link}
            aria-current={active ? 'page' : undefined}
            data-active={active || undefined}
          >
            <Picture size={17} stroke={1.7} aria-hidden />
            <span className={classes.label}>{i18n._(label)}</span>
            {count > 0 && <span className={classes.count}>{new Intl.NumberFormat(i18n.locale).format(count)}</span>}
          </Link>
        </li>
      </ul>
    </div>
  );
}
