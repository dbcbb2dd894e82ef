import { useLingui } from '@lingui/react/macro';
import { notifications } from '@mantine/notifications';
import { IconPhone, IconPhoneIncoming } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useActions } from '../../app/actions/use-actions.ts';
import classes from '../../app/shell/navigation.module.css';
import { otherEnd, ringing } from './call.ts';
import { callsLabel } from './labels.ts';
import { callsQuery } from './queries.ts';
import { RingingCall } from './ringing-call.tsx';

const noticeOf = (id: number) => `call-${id}`;

/** The way to the calls, with how many wait for somebody to call back, and who rings now; where telephony is on. */
export function CallsLink() {
  const { t, i18n } = useLingui();
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
  const shown = useRef(new Set<number>());
  useEffect(() => {
    const now = new Set(ringing(data?.calls ?? [], Date.now()).map(({ id }) => id));
    for (const call of data?.calls ?? []) {
      if (!now.has(call.id) || shown.current.has(call.id)) continue;
      const { people, number } = otherEnd(call);
      notifications.show({
        id: noticeOf(call.id),
        icon: <IconPhoneIncoming size={18} aria-hidden />,
        title: people.map(({ name }) => name).join(', ') || number,
        message: (
          <RingingCall
            call={call}
            onNewTicket={(customerId) => {
              notifications.hide(noticeOf(call.id));
              const search = customerId === undefined ? {} : { customer: String(customerId) };
              void navigate({ to: '/tickets/new', search });
            }}
            onAll={() => {
              notifications.hide(noticeOf(call.id));
              void navigate({ to: '/calls' });
            }}
          />
        ),
        closeButtonProps: { 'aria-label': t`Close` },
        autoClose: 60_000,
        role: 'alert',
      });
    }
    for (const id of shown.current) if (!now.has(id)) notifications.hide(noticeOf(id));
    shown.current = now;
  }, [data, t, navigate]);
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
