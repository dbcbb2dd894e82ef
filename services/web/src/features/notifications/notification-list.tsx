import type { OnlineNotification } from '@helpmesh/contracts';
import { useLingui } from '@lingui/react/macro';
import { ActionIcon, Button, Group, Loader, Text, Title, Tooltip } from '@mantine/core';
import { IconCheck, IconSettings, IconX } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../app/api.ts';
import { Ago } from '../../ui/ago.tsx';
import { notifyProblem } from '../../ui/notify.tsx';
import { problemText } from '../../ui/problem.ts';
import { kindLabels, reasonLabels } from './labels.ts';
import classes from './notification-centre.module.css';
import { noticeKeys, noticesQuery, noticeTicketsQuery } from './queries.ts';

/** All that one was told of; loaded when somebody looks for the first time. */
export function NotificationList({ onLeave }: { onLeave: () => void }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const { data: notices = [], error, isPending } = useQuery(noticesQuery);
  const { data: tickets } = useQuery({ ...noticeTicketsQuery(notices), enabled: notices.length > 0 });
  const settle = {
    onSettled: () => cache.invalidateQueries({ queryKey: noticeKeys.all }),
    onError: (problem: Error) => notifyProblem(i18n, t`The change was not saved`, problem),
  };
  const see = useMutation({
    mutationFn: (id: number) => call('updateOnlineNotification', { params: { id }, body: { seen: true } }),
    ...settle,
  });
  const remove = useMutation({
    mutationFn: (id: number) => call('deleteOnlineNotification', { params: { id } }),
    ...settle,
  });
  const seeAll = useMutation({ mutationFn: () => call('markAllOnlineNotificationsAsRead'), ...settle });
  const clear = useMutation({
    // What came since is not gone unread.
    mutationFn: () => call('clearOnlineNotifications', { query: { up_to: Math.max(...notices.map(({ id }) => id)) } }),
    ...settle,
  });
  const unseen = notices.filter(({ seen }) => !seen).length;
  const [sure, setSure] = useState(false);
  const clearLabel = sure && unseen > 0 ? t`Clear all, ${unseen} not seen` : t`Clear all`;

  return (
    <>
      <Group justify="space-between" mb={6} gap={4}>
        <Title order={2} size="h4">
          {t`Notifications`}
        </Title>
        <Group gap={4}>
          <Button
            size="compact-sm"
            variant="subtle"
            disabled={unseen === 0}
            loading={seeAll.isPending}
            onClick={() => seeAll.mutate()}
          >
            {t`Mark all as read`}
          </Button>
          <Button
            size="compact-sm"
            variant="subtle"
            color={sure && unseen > 0 ? 'red' : 'gray'}
            disabled={notices.length === 0}
            loading={clear.isPending}
            onBlur={() => setSure(false)}
            // What nobody has looked at yet is asked for once more.
            onClick={() => (unseen > 0 && !sure ? setSure(true) : clear.mutate())}
          >
            {clearLabel}
          </Button>
          <Tooltip label={t`Choose what you are told of`}>
            <ActionIcon
              component={Link}
              to="/profile"
              hash="notifications"
              variant="subtle"
              color="gray"
              aria-label={t`Choose what you are told of`}
              onClick={onLeave}
            >
              <IconSettings size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Group>
      </Group>
      {isPending && <Loader size="sm" aria-label={t`Loading`} />}
      {error && <Text role="alert">{problemText(i18n, error)}</Text>}
      {!isPending && !error && notices.length === 0 && (
        <Text c="dimmed" size="sm">{t`You have not been told of anything.`}</Text>
      )}
      {notices.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reachable by keyboard
        <ul className={classes.list} aria-label={t`Notifications`} tabIndex={0}>
          {notices.map((notice) => (
            <Notice
              key={notice.id}
              notice={notice}
              ticket={tickets?.get(notice.o_id)}
              isKnown={tickets !== undefined}
              onOpen={() => {
                if (!notice.seen) see.mutate(notice.id);
                onLeave();
              }}
              onSee={() => see.mutate(notice.id)}
              onRemove={() => remove.mutate(notice.id)}
            />
          ))}
        </ul>
      )}
    </>
  );
}

interface NoticeProps {
  notice: OnlineNotification;
  /** Undefined while it is not known, and for one that is out of sight. */
  ticket: { number: string; title: string } | undefined;
  isKnown: boolean;
  onOpen: () => void;
  onSee: () => void;
  onRemove: () => void;
}

function Notice({ notice, ticket, isKnown, onOpen, onSee, onRemove }: NoticeProps) {
  const { t, i18n } = useLingui();
  const { o_id, type, reason, seen, created_at } = notice;
  const what = i18n._(kindLabels[type]);
  const name = ticket ? `#${ticket.number} ${ticket.title}` : isKnown ? t`A ticket that you cannot see any more` : '…';
  const facts = (
    <span className={classes.facts}>
      {what} · {i18n._(reasonLabels[reason])} · <Ago at={created_at} />
    </span>
  );
  return (
    <li className={classes.item} data-unseen={!seen || undefined}>
      <span className={classes.dot} aria-hidden />
      {ticket ? (
        <Link to="/tickets/$id" params={{ id: String(o_id) }} className={classes.text} onClick={onOpen}>
          <span className={classes.title}>{name}</span>
          {facts}
        </Link>
      ) : (
        <div className={classes.text}>
          <span className={classes.title}>{name}</span>
          {facts}
        </div>
      )}
      {!seen && (
        <Tooltip label={t`Mark as read`}>
          <ActionIcon variant="subtle" color="gray" aria-label={t`Mark as read: ${name}`} onClick={onSee}>
            <IconCheck size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
      <Tooltip label={t`Remove`}>
        <ActionIcon variant="subtle" color="gray" aria-label={t`Remove: ${name}`} onClick={onRemove}>
          <IconX size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </li>
  );
}
