import { useLingui } from '@lingui/react/macro';
import { Badge, Group, NumberInput, Skeleton, Switch, Text, Title } from '@mantine/core';
import { IconMessages } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { NotFound } from '../../app/shell/fallbacks.tsx';
import { Ago } from '../../ui/ago.tsx';
import { notifyProblem } from '../../ui/notify.tsx';
import { Empty, Failed } from '../../ui/state-messages.tsx';
import { useMe } from '../session/use-me.ts';
import classes from './chats-page.module.css';
import { Conversation } from './conversation.tsx';
import { chatsLabel } from './labels.ts';
import { type Chat, type Chats, chatKeys, chatsQuery, setAvailability } from './queries.ts';

/** Visitors who wait, the own chats, and the one that is open. */
export function ChatsPage() {
  const { t, i18n } = useLingui();
  const { may } = useMe();
  const { id } = useParams({ strict: false });
  const { data, error, refetch } = useQuery({ ...chatsQuery, enabled: may('chat.agent') });
  if (!may('chat.agent')) return <NotFound />;
  const title = i18n._(chatsLabel);
  const shown = id === undefined ? undefined : Number(id);
  return (
    <div className={classes.page}>
      <title>{`${title} · Helpmesh`}</title>
      <div className={classes.lists} data-behind={shown !== undefined || undefined}>
        <Title order={1} mb="sm">
          {title}
        </Title>
        {error ? (
          <Failed error={error} onRetry={() => void refetch()} />
        ) : !data ? (
          <Skeleton height={200} />
        ) : !data.enabled ? (
          <Empty icon={IconMessages} title={t`Live chat is switched off`}>
            {t`An administrator switches it on under "Live chat".`}
          </Empty>
        ) : (
          <>
            <Availability agent={data.agent} />
            <ChatList label={t`Waiting`} chats={data.waiting} shown={shown} none={t`Nobody waits.`} />
            <ChatList label={t`My chats`} chats={data.own} shown={shown} none={t`You have no chat.`} />
          </>
        )}
      </div>
      {shown === undefined || !Number.isSafeInteger(shown) ? (
        <div className={classes.nothing}>
          <Text c="dimmed">{t`Open a chat to read it.`}</Text>
        </div>
      ) : (
        <Conversation key={shown} id={shown} />
      )}
    </div>
  );
}

function Availability({ agent }: { agent: Chats['agent'] }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const change = useMutation({
    mutationFn: setAvailability,
    onSuccess: (now) => cache.setQueryData(chatsQuery.queryKey, (known) => known && { ...known, agent: now }),
    onError: (problem) => {
      notifyProblem(i18n, t`Nothing was changed`, problem);
      void cache.invalidateQueries({ queryKey: chatKeys.list });
    },
  });
  const { active, slots } = { ...agent, ...(change.isPending && change.variables) };
  return (
    <Group align="flex-end" mb="md" gap="md">
      <Switch
        label={t`I take chats`}
        checked={active}
        onChange={(event) => change.mutate({ active: event.currentTarget.checked })}
        mb={8}
      />
      <NumberInput
        label={t`At once`}
        w={90}
        min={1}
        max={50}
        allowDecimal={false}
        clampBehavior="strict"
        value={slots}
        onChange={(value) => typeof value === 'number' && value >= 1 && change.mutate({ active, slots: value })}
      />
    </Group>
  );
}

interface ListProps {
  label: string;
  chats: readonly Chat[];
  shown: number | undefined;
  none: string;
}

function ChatList({ label, chats, shown, none }: ListProps) {
  const { t } = useLingui();
  return (
    <section aria-label={label}>
      <Title order={2} size="h5" mb={6}>
        {label}
      </Title>
      {chats.length === 0 ? (
        <Text c="dimmed" size="sm" mb="md">
          {none}
        </Text>
      ) : (
        <ul className={classes.list}>
          {chats.map((chat) => (
            <li key={chat.id}>
              <Link
                to="/chats/$id"
                params={{ id: String(chat.id) }}
                className={classes.chat}
                aria-current={chat.id === shown ? 'true' : undefined}
                data-active={chat.id === shown || undefined}
              >
                <Group justify="space-between" gap="xs" wrap="nowrap">
                  <strong>{chat.name}</strong>
                  {chat.state === 'open' && chat.unanswered > 0 && (
                    <Badge size="sm" variant="filled">
                      {t`Not answered: ${chat.unanswered}`}
                    </Badge>
                  )}
                </Group>
                <Text size="sm" lineClamp={2}>
                  {chat.last_words}
                </Text>
                <Text size="xs" c="dimmed">
                  {chat.topic} · <Ago at={chat.created_at} />
                </Text>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
