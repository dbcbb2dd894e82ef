import { Trans, useLingui } from '@lingui/react/macro';
import { Anchor, Badge, Button, Group, Skeleton, Text, Textarea, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { notifyProblem } from '../../ui/notify.tsx';
import { Failed } from '../../ui/state-messages.tsx';
import { absoluteTime } from '../../ui/time.ts';
import { useMe } from '../session/use-me.ts';
import { withMessage } from './chat.ts';
import classes from './chats-page.module.css';
import { type ChatConversation, chatKeys, chatQuery, closeChat, say, sayTyping, takeChat } from './queries.ts';
import { useTyping } from './typing.ts';

const typingEveryMs = 3_000;
const longest = 2_000;
/** What was begun in chats that are not in sight. */
const begun = new Map<number, string>();

const newId = () => crypto.getRandomValues(new Uint32Array(3)).join('-');

/** One chat: who it is, what was said, and a place to answer. */
export function Conversation({ id }: { id: number }) {
  const { t, i18n } = useLingui();
  const { me } = useMe();
  const cache = useQueryClient();
  const { data: chat, error, refetch } = useQuery(chatQuery(id));
  const settled = {
    onSuccess: (now: ChatConversation) => cache.setQueryData(chatKeys.one(id), now),
    onSettled: () => cache.invalidateQueries({ queryKey: chatKeys.all }),
  };
  const take = useMutation({
    mutationFn: () => takeChat(id),
    ...settled,
    onError: (problem) => notifyProblem(i18n, t`The chat was not taken`, problem),
  });
  const close = useMutation({
    mutationFn: () => closeChat(id),
    ...settled,
    onError: (problem) => notifyProblem(i18n, t`The chat was not ended`, problem),
  });
  if (error && !chat) return <Failed error={error} onRetry={() => void refetch()} />;
  if (!chat) return <Skeleton height={240} m="md" />;
  const mine = chat.agent_id === me.id;
  return (
    <section className={classes.talk} aria-label={t`Chat with ${chat.name}`}>
      <div className={classes.head}>
        <Group justify="space-between" gap="xs" align="flex-start">
          <div>
            <Title order={2} size="h4">
              <Anchor
                inherit
                renderRoot={(props) => <Link {...props} to="/people/$id" params={{ id: String(chat.customer_id) }} />}
              >
                {chat.name}
              </Anchor>
            </Title>
            <Text size="sm">{chat.email}</Text>
            {chat.page !== '' && (
              <Text size="sm">
                <Anchor href={chat.page} target="_blank" rel="noopener noreferrer" inherit>
                  {chat.page}
                </Anchor>
              </Text>
            )}
            <Group gap="xs" mt={4}>
              <Badge variant="light" size="sm">
                {chat.topic}
              </Badge>
              <Presence chat={chat} />
            </Group>
          </div>
          <Group gap="xs">
            <Button
              size="compact-sm"
              variant="subtle"
              hiddenFrom="sm"
              renderRoot={(props) => <Link {...props} to="/chats" />}
            >
              {t`All chats`}
            </Button>
            {chat.may_take && (
              <Button size="compact-md" loading={take.isPending} onClick={() => take.mutate()}>
                {t`Take the chat`}
              </Button>
            )}
            {chat.state === 'open' && mine && (
              <Button size="compact-md" variant="default" loading={close.isPending} onClick={() => close.mutate()}>
                {t`End the chat`}
              </Button>
            )}
          </Group>
        </Group>
      </div>
      <Log chat={chat} />
      {chat.state === 'open' && mine && <Answer chat={chat} />}
      {chat.state === 'waiting' && !chat.may_take && (
        <Text className={classes.write} c="dimmed">
          {t`It waits for an agent who may change tickets of its group.`}
        </Text>
      )}
      {chat.state === 'open' && !mine && (
        <Text className={classes.write} c="dimmed">
          {t`Another agent has this chat.`}
        </Text>
      )}
      {chat.state === 'closed' && <Ended chat={chat} />}
    </section>
  );
}

function Presence({ chat: { state, visitor_here } }: { chat: ChatConversation }) {
  const { t } = useLingui();
  if (state === 'closed') return <Badge size="sm" color="gray">{t`Ended`}</Badge>;
  return visitor_here ? (
    <Badge size="sm" variant="light">
      {t`On the page`}
    </Badge>
  ) : (
    <Badge size="sm" variant="light" color="gray">
      {t`Has left the page`}
    </Badge>
  );
}

function Log({ chat }: { chat: ChatConversation }) {
  const { t, i18n } = useLingui();
  const writes = useTyping(({ at }) => at[chat.id] !== undefined);
  const log = useRef<HTMLDivElement>(null);
  const { length } = chat.messages;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the newest is in sight when there is one more
  useEffect(() => {
    log.current?.scrollTo({ top: log.current.scrollHeight });
  }, [length, writes]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keys as well
    <div ref={log} className={classes.log} role="log" aria-label={t`What was said`} tabIndex={0}>
      {chat.messages.map(({ id, sender, body, created_at }) => (
        <div key={id} className={classes.said} data-mine={sender === 'agent' || undefined}>
          <Text size="xs" c="dimmed">
            {sender === 'visitor' ? chat.name : t`Agent`}{' '}
            <time dateTime={created_at}>{absoluteTime(i18n.locale, Date.parse(created_at))}</time>
          </Text>
          {body}
        </div>
      ))}
      {writes && chat.state === 'open' && (
        <Text size="sm" c="dimmed">
          <Trans>{chat.name} is writing…</Trans>
        </Text>
      )}
    </div>
  );
}

function Answer({ chat: { id } }: { chat: ChatConversation }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [text, setText] = useState(begun.get(id) ?? '');
  const typedAt = useRef(0);
  const write = (next: string) => {
    begun.set(id, next);
    setText(next);
  };
  const send = useMutation({
    // The same id with each try: what has arrived is not said again.
    mutationFn: (words: { body: string; client_id: string }) => say(id, words),
    retry: (tries, problem) =>
      tries < 3 && !('status' in problem && Number(problem.status) >= 400 && Number(problem.status) < 500),
    onSuccess: (message) => {
      cache.setQueryData(chatQuery(id).queryKey, (known) => known && withMessage(known, message));
      void cache.invalidateQueries({ queryKey: chatKeys.all });
    },
    onError: (problem, { body }) => {
      notifyProblem(i18n, t`The message was not sent`, problem);
      // Nothing of it is lost.
      write([body, begun.get(id)].filter(Boolean).join('\n'));
    },
  });
  const submit = () => {
    const body = text.trim();
    if (body === '' || send.isPending) return;
    write('');
    typedAt.current = 0;
    send.mutate({ body, client_id: newId() });
  };
  return (
    <form
      className={classes.write}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Textarea
        label={t`Answer`}
        description={t`Enter sends, Shift+Enter begins a new line.`}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={longest}
        value={text}
        onChange={(event) => {
          write(event.currentTarget.value);
          const now = Date.now();
          if (now - typedAt.current < typingEveryMs) return;
          typedAt.current = now;
          void sayTyping(id).catch(() => undefined);
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          submit();
        }}
      />
      <Group justify="flex-end" mt="xs">
        <Button type="submit" loading={send.isPending} disabled={text.trim() === ''}>
          {t`Send`}
        </Button>
      </Group>
    </form>
  );
}

function Ended({ chat: { ticket_id: id, ticket_number: number } }: { chat: ChatConversation }) {
  const { t } = useLingui();
  return (
    <div className={classes.write} role="status">
      <Text mb="xs">{t`The chat has ended. What was said goes on as a ticket; an answer there goes by mail.`}</Text>
      {id !== null && (
        <Button
          size="compact-md"
          renderRoot={(props) => <Link {...props} to="/tickets/$id" params={{ id: String(id) }} />}
        >
          {t`Open ticket #${number}`}
        </Button>
      )}
    </div>
  );
}
