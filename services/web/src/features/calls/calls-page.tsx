import { useLingui } from '@lingui/react/macro';
import { Badge, Button, Checkbox, Container, Group, Skeleton, Title } from '@mantine/core';
import { IconPhoneIncoming, IconPhoneOutgoing, IconPhoneX } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { call as request } from '../../app/api.ts';
import { NotFound } from '../../app/shell/fallbacks.tsx';
import { Ago } from '../../ui/ago.tsx';
import { notifyProblem } from '../../ui/notify.tsx';
import { Item, ItemList } from '../../ui/section.tsx';
import { Empty, Failed } from '../../ui/state-messages.tsx';
import { useMe } from '../session/use-me.ts';
import { asClock, courseOf, otherEnd } from './call.ts';
import { callsLabel, courseLabels } from './labels.ts';
import { type Call, callKeys, callsQuery } from './queries.ts';

/** The newest calls, and who still has to be called back. */
export function CallsPage() {
  const { t, i18n } = useLingui();
  const { may } = useMe();
  const cache = useQueryClient();
  const { data, error, refetch } = useQuery({ ...callsQuery, enabled: may('cti.agent') });
  const settled = {
    onError: (problem: unknown) => notifyProblem(i18n, t`Nothing was changed`, problem),
    onSettled: () => cache.invalidateQueries({ queryKey: callKeys.all }),
  };
  const mark = useMutation({
    mutationFn: ({ id, done }: { id: number; done: boolean }) =>
      request('markCallDone', { params: { id }, body: { done } }),
    ...settled,
  });
  const markAll = useMutation({
    mutationFn: (ids: number[]) => request('markCallsDone', { body: { ids } }),
    ...settled,
  });
  if (!may('cti.agent')) return <NotFound />;
  const title = i18n._(callsLabel);
  const open = (data?.calls ?? []).filter(({ done, state }) => !done && state === 'hangup').map(({ id }) => id);
  return (
    <Container size="md" py="lg" w="100%">
      <title>{`${title} · Helpmesh`}</title>
      <Group justify="space-between" mb="md">
        <Title order={1}>{title}</Title>
        {open.length > 0 && (
          <Button variant="default" loading={markAll.isPending} onClick={() => markAll.mutate(open)}>
            {t`All called back`}
          </Button>
        )}
      </Group>
      {error ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Skeleton height={240} />
      ) : data.calls.length === 0 ? (
        <Empty icon={IconPhoneX} title={t`No calls yet`}>
          {data.enabled
            ? t`They appear here by themselves as soon as the telephone rings.`
            : t`Telephony is switched off: an administrator switches it on under "Forms and machines".`}
        </Empty>
      ) : (
        <ItemList label={title}>
          {data.calls.map((one) => (
            <OneCall key={one.id} call={one} onDone={(done) => mark.mutate({ id: one.id, done })} />
          ))}
        </ItemList>
      )}
    </Container>
  );
}

function OneCall({ call, onDone }: { call: Call; onDone: (done: boolean) => void }) {
  const { t, i18n } = useLingui();
  const { number, people, dial } = otherEnd(call);
  const course = courseOf(call);
  const Direction = call.direction === 'in' ? IconPhoneIncoming : IconPhoneOutgoing;
  const who = people.map(({ name }) => name).join(', ');
  const [only] = people.length === 1 ? people : [];
  const shownNumber = dial ? <a href={dial}>{number}</a> : number;
  const took = call.direction === 'in' ? call.to_comment : call.from_comment;
  return (
    <Item
      what={
        <Group gap="xs">
          <Direction size={16} aria-label={call.direction === 'in' ? t`Incoming` : t`Outgoing`} />
          {who ? <strong>{who}</strong> : shownNumber}
          <Badge size="sm" variant="light" color={course === 'missed' ? 'red' : 'gray'}>
            {i18n._(courseLabels[course])}
          </Badge>
        </Group>
      }
      facts={
        <>
          {who && <>{shownNumber} · </>}
          <Ago at={call.initialized_at} />
          {call.duration_talking_time !== null && ` · ${asClock(call.duration_talking_time)}`}
          {took && ` · ${took}`}
          {call.queue && ` · ${call.queue}`}
        </>
      }
    >
      <Group gap="sm">
        {call.state === 'hangup' && (
          <Checkbox
            label={t`Called back`}
            aria-label={t`Called back: ${who || number}`}
            checked={call.done}
            onChange={(event) => onDone(event.currentTarget.checked)}
          />
        )}
        <Button
          size="compact-sm"
          variant="default"
          renderRoot={(props) => (
            <Link {...props} to="/tickets/new" search={only ? { customer: String(only.id) } : {}} />
          )}
          aria-label={t`New ticket: ${who || number}`}
        >
          {t`New ticket`}
        </Button>
      </Group>
    </Item>
  );
}
