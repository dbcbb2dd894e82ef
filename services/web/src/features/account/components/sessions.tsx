import { Trans, useLingui } from '@lingui/react/macro';
import { Badge, Button, Skeleton } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../../../app/api.ts';
import { Ago } from '../../../ui/ago.tsx';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { useMe } from '../../session/use-me.ts';
import { deviceOf } from '../device.ts';
import { type Session, sessionsQuery } from '../queries.ts';

/** Where one is signed in, and the way to end it there. */
export function Sessions() {
  const { t, i18n } = useLingui();
  const { me } = useMe();
  const cache = useQueryClient();
  const query = sessionsQuery(me.id);
  const { data: sessions } = useQuery(query);
  const again = () => cache.invalidateQueries({ queryKey: query.queryKey });
  const onError = (error: Error) => notifyProblem(i18n, t`The session was not ended`, error);
  const end = useMutation({
    mutationFn: (id: number) => call('deleteSession', { params: { id } }),
    onSuccess: () => notifyDone(t`The session has ended.`),
    onError,
    onSettled: again,
  });
  const endOthers = useMutation({
    mutationFn: () => call('deleteSessions'),
    onSuccess: () => notifyDone(t`You are signed out everywhere else.`),
    onError,
    onSettled: again,
  });
  const others = sessions?.some(({ current }) => !current);
  return (
    <Section
      title={t`Sessions`}
      lead={t`Where you are signed in. End what you do not recognise, then change your password.`}
      action={
        others && (
          <Button variant="default" loading={endOthers.isPending} onClick={() => endOthers.mutate()}>
            {t`Sign out everywhere else`}
          </Button>
        )
      }
    >
      {!sessions && <Skeleton height={64} />}
      <ItemList label={t`Sessions`}>
        {sessions?.map((session) => (
          <Row
            key={session.id}
            session={session}
            ending={end.isPending && end.variables === session.id}
            onEnd={() => end.mutate(session.id)}
          />
        ))}
      </ItemList>
    </Section>
  );
}

function Row({ session, ending, onEnd }: { session: Session; ending: boolean; onEnd: () => void }) {
  const { t } = useLingui();
  const { browser, system } = deviceOf(session.user_agent);
  const device = [browser, system].filter(Boolean).join(', ') || t`Unknown device`;
  const ip = session.ip ?? t`unknown address`;
  return (
    <Item
      what={
        <>
          {device}{' '}
          {session.current && (
            <Badge size="sm" variant="light">
              {t`This session`}
            </Badge>
          )}
        </>
      }
      facts={
        <>
          {ip} · <Trans>signed in</Trans> <Ago at={session.created_at} /> · <Trans>last used</Trans>{' '}
          <Ago at={session.last_seen_at} />
        </>
      }
    >
      {!session.current && (
        <Button
          variant="default"
          size="compact-sm"
          aria-label={t`End the session of ${device}, ${ip}`}
          loading={ending}
          onClick={onEnd}
        >
          {t`End`}
        </Button>
      )}
    </Item>
  );
}
