import { useLingui } from '@lingui/react/macro';
import { ActionIcon, Indicator, Popover } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useActions } from '../../app/actions/use-actions.ts';
import { notifyProblem } from '../../ui/notify.tsx';
import { openLabel } from './labels.ts';
import type { NotificationList } from './notification-list.tsx';
import { noticesQuery } from './queries.ts';

/** What one was told of and has not seen, as a number, and all of it as a list. */
export function NotificationCentre() {
  const { t, i18n } = useLingui();
  const [opened, setOpened] = useState(false);
  const [parts, setParts] = useState<{ NotificationList: typeof NotificationList }>();
  const bell = useRef<HTMLButtonElement>(null);
  const { data: notices = [] } = useQuery(noticesQuery);
  const unseen = notices.filter(({ seen }) => !seen).length;
  const open = async () => {
    // Where Escape leads back to.
    bell.current?.focus();
    try {
      // Before it opens: the keyboard goes to what is in it then.
      setParts(await import('./notification-list.tsx'));
      setOpened(true);
    } catch (problem) {
      notifyProblem(i18n, t`The notifications could not be loaded`, problem);
    }
  };
  useActions([{ id: 'notifications.open', label: openLabel, section: 'general', key: 'g n', run: () => void open() }]);
  const label = unseen === 0 ? t`Notifications` : t`Notifications, ${unseen} not seen`;

  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      width="min(430px, calc(100vw - 16px))"
      position="bottom-end"
      trapFocus
      returnFocus
      withinPortal
    >
      <Indicator label={unseen > 99 ? '99+' : unseen} disabled={unseen === 0} size={16} offset={5} color="red.9">
        <Popover.Target>
          <ActionIcon
            ref={bell}
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={label}
            onClick={() => (opened ? setOpened(false) : void open())}
          >
            <IconBell size={19} aria-hidden />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown p="sm" aria-label={t`Notifications`}>
        {parts && <parts.NotificationList onLeave={() => setOpened(false)} />}
      </Popover.Dropdown>
    </Popover>
  );
}
