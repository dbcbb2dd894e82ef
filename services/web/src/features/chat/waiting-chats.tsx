import { useLingui } from '@lingui/react/macro';
import { Button } from '@mantine/core';
import { IconMessages } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import classes from '../calls/ringing-calls.module.css';
import { chatsQuery } from './queries.ts';

/** That a visitor waits, above the page of whoever takes chats; on the page of the chats it is in sight anyway. */
export function WaitingChats() {
  const { t } = useLingui();
  const { data } = useQuery(chatsQuery);
  const { pathname } = useLocation();
  const first = data?.waiting.find(({ may_take }) => may_take);
  if (!data?.enabled || !data.agent.active || !first || pathname.startsWith('/chats')) return null;
  return (
    <div role="alert" className={classes.bar}>
      <IconMessages size={18} aria-hidden />
      <span className={classes.text}>
        <strong>{t`${first.name} waits in the chat`}</strong> <span className={classes.facts}>{first.last_words}</span>
      </span>
      <Button
        size="compact-sm"
        renderRoot={(props) => <Link {...props} to="/chats/$id" params={{ id: String(first.id) }} />}
      >
        {t`Open the chat`}
      </Button>
    </div>
  );
}
