import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { ActionIcon, Anchor, Button, Drawer, Title, Tooltip } from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import {
  IconArrowLeft,
  IconArrowsMaximize,
  IconChevronDown,
  IconChevronUp,
  IconInfoCircle,
  IconTicketOff,
} from '@tabler/icons-react';
import { type InfiniteData, usePrefetchQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useDeferredValue, useEffect, useState } from 'react';
import { registry } from '../../../app/actions/registry.ts';
import { useActions } from '../../../app/actions/use-actions.ts';
import { ApiError } from '../../../app/api.ts';
import { asksPreview } from '../../../app/shell/list-looks.ts';
import { useShell } from '../../../app/shell/store.ts';
import { Empty, Failed } from '../../../ui/state-messages.tsx';
import { nameOf, userQuery } from '../../people/queries.ts';
import { useAnnounce } from '../../presence/use-announce.ts';
import { useMe } from '../../session/use-me.ts';
import { parseListState, standardView } from '../list-state.ts';
import {
  articlesQuery,
  type TicketPage as ListPage,
  statesQuery,
  type Ticket,
  ticketListQuery,
  ticketQuery,
} from '../queries.ts';
import { useSeen } from '../seen.ts';
import { stateTypeOf } from '../state-type.ts';
import { useAutoAssign } from '../use-auto-assign.ts';
import { useSharesDrafts } from '../use-shares-drafts.ts';
import { StateBadge } from './badges.tsx';
import { Composer } from './composer.tsx';
import { HeldArticles } from './held-articles.tsx';
import { PaneSkeleton } from './list-skeleton.tsx';
import { MacroMenu } from './macro-menu.tsx';
import { Merging } from './merging.tsx';
import { PresentPeople } from './present-people.tsx';
import { SharedDraft } from './shared-draft.tsx';
import { SidePanel } from './side-panel.tsx';
import { Thread } from './thread.tsx';
import { TicketFields } from './ticket-fields.tsx';
import classes from './ticket-page.module.css';
import { TicketTags } from './ticket-tags.tsx';

const HelpdeskAway = lazy(() => import('./helpdesk-away.tsx').then((file) => ({ default: file.HelpdeskAway })));
const TicketRating = lazy(() => import('./ticket-rating.tsx').then((file) => ({ default: file.TicketRating })));

export function TicketPage() {
  const { id } = useParams({ from: '/app/tickets/$id' });
  return <TicketView id={Number(id)} />;
}

/** A ticket beside the list it stands in: read, answered and changed without leaving the list. */
export function TicketPane({ id }: { id: number }) {
  return <TicketView id={id} beside />;
}

interface Place {
  /** In the pane of a list, which is narrow and has its own way to the next ticket. */
  beside?: boolean;
}

function TicketView({ id, beside = false }: Place & { id: number }) {
  const { t } = useLingui();
  // Together with the ticket, and before all that stands around them: a browser asks six things at a time.
  usePrefetchQuery(articlesQuery(id));
  const { data: ticket, error, refetch } = useQuery(ticketQuery(id));
  if (error && !ticket) {
    // 404 also stands for "not yours": whether it exists is nobody else's business.
    const hidden = error instanceof ApiError && (error.status === 404 || error.status === 403);
    return hidden ? (
      <Empty icon={IconTicketOff} title={t`There is no such ticket`}>
        {t`It was deleted, or you are not allowed to see it.`}
        <div>
          <Anchor component={Link} to="/tickets">
            {t`Back to the list`}
          </Anchor>
        </div>
      </Empty>
    ) : (
      <Failed error={error} onRetry={() => void refetch()} />
    );
  }
  return ticket ? <LoadedTicket key={id} ticket={ticket} beside={beside} /> : <PaneSkeleton />;
}

function LoadedTicket({ ticket, beside = false }: Place & { ticket: Ticket }) {
  const { t } = useLingui();
  const { agent } = useMe();
  const articles = useQuery(articlesQuery(ticket.id));
  const { data: customer } = useQuery(userQuery(ticket.customer_id));
  const roomy = useMediaQuery('(min-width: 1180px)', true, { getInitialValueInEffect: false });
  const wide = roomy && !beside;
  const [details, detailsDrawer] = useDisclosure(false);
  const [since] = useState(() => useSeen.getState().tickets[ticket.id]);
  const markSeen = useSeen((seen) => seen.markSeen);
  useEffect(() => markSeen(ticket.id, ticket.updated_at), [ticket.id, ticket.updated_at, markSeen]);
  const lastList = useShell((shell) => shell.lastList);
  const customerName = customer ? nameOf(customer) : String(ticket.customer ?? '');
  // What was said is read first.
  const rest = useDeferredValue(true, false);
  const { data: states } = useQuery(statesQuery);
  const sharing = useSharesDrafts(ticket);
  // Looking at a ticket while going through a list is not taking it.
  useAutoAssign(ticket, !beside);
  useAnnounce(ticket.id);
  const state = states?.find(({ id }) => id === ticket.state_id);
  const panel = <SidePanel ticket={ticket} customer={customer} tags={!beside} />;

  return (
    <div className={classes.page} data-beside={beside || undefined}>
      {!beside && <title>{`#${ticket.number} ${ticket.title} · Helpmesh`}</title>}
      <div className={classes.column}>
        <header className={classes.head}>
          <div className={classes.crumbs}>
            {beside ? (
              <Link to="/tickets/$id" params={{ id: String(ticket.id) }} className={classes.back}>
                <IconArrowsMaximize size={14} aria-hidden /> {t`Open the ticket`}
              </Link>
            ) : (
              <Link to="/tickets" search={lastList} className={classes.back}>
                <IconArrowLeft size={15} aria-hidden /> {t`Back to the list`}
              </Link>
            )}
            <span className={classes.crumbsEnd}>
              {beside ? <StepsOfList /> : <Steps id={ticket.id} />}
              {agent && <MacroMenu ticket={ticket} />}
              {!wide && (
                <Button
                  size="compact-sm"
                  variant="default"
                  ml={6}
                  leftSection={<IconInfoCircle size={15} aria-hidden />}
                  onClick={detailsDrawer.open}
                >
                  {t`Details`}
                </Button>
              )}
            </span>
          </div>
          <Title order={beside ? 2 : 1} className={classes.title}>
            {ticket.title}
          </Title>
          <div className={classes.sub}>
            <span className={classes.number}>#{ticket.number}</span>
            <StateBadge state={String(ticket.state ?? state?.name ?? '')} type={stateTypeOf(state)} />
            {agent && <span>{customerName}</span>}
            {agent && <PresentPeople ticketId={ticket.id} />}
          </div>
          {agent && <TicketFields ticket={ticket} />}
          {agent && beside && (
            <div className={classes.tags}>
              <TicketTags ticketId={ticket.id} />
            </div>
          )}
        </header>
        {agent && rest && (
          <Suspense>
            <HelpdeskAway ticketId={ticket.id} />
          </Suspense>
        )}
        {agent && <Merging ticket={ticket} merged={stateTypeOf(state) === 'merged'} />}
        {articles.error && !articles.data ? (
          <Failed error={articles.error} onRetry={() => void articles.refetch()} />
        ) : (
          <Thread articles={articles.data} since={since} />
        )}
        {ticket.close_at && (
          <Suspense>
            <TicketRating ticket={ticket} />
          </Suspense>
        )}
        {agent && <HeldArticles ticketId={ticket.id} />}
        {sharing && <SharedDraft ticketId={ticket.id} />}
        {articles.data && <Composer ticket={ticket} articles={articles.data} customer={customer} />}
      </div>
      {wide ? (
        <aside className={classes.side} aria-label={t`Details`}>
          {panel}
        </aside>
      ) : (
        <Drawer
          opened={details}
          onClose={detailsDrawer.close}
          position="right"
          size={340}
          title={t`Details`}
          padding={0}
          closeButtonProps={{ 'aria-label': t`Close` }}
          styles={{ header: { padding: '10px 16px' } }}
        >
          {panel}
        </Drawer>
      )}
    </div>
  );
}

/** To the tickets before and after this one in the list it was opened from, as far as that list is loaded. */
function Steps({ id }: { id: number }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const { agent } = useMe();
  const lastList = useShell((shell) => shell.lastList);
  const { queryKey } = ticketListQuery(parseListState(lastList, standardView(agent)), useShell(asksPreview));
  const ids = cache
    .getQueryData<InfiniteData<ListPage>>(queryKey)
    ?.pages.flatMap((page) => page.tickets.map((ticket) => ticket.id));
  const index = ids?.indexOf(id) ?? -1;
  const previous = index > 0 ? (ids?.[index - 1] ?? null) : null;
  const next = index >= 0 ? (ids?.[index + 1] ?? null) : null;
  const go = (target: number | null) =>
    target !== null && void navigate({ to: '/tickets/$id', params: { id: String(target) } });
  useActions([
    { ...toPrevious, can: () => previous !== null, run: () => void go(previous) },
    { ...toNext, can: () => next !== null, run: () => void go(next) },
    {
      id: 'ticket.back',
      label: msg`Back to the list`,
      section: 'ticket',
      key: 'g l',
      run: () => void navigate({ to: '/tickets', search: lastList }),
    },
  ]);
  if (previous === null && next === null) return null;
  return (
    <>
      <Tooltip label={t`Previous ticket in the list`}>
        <ActionIcon
          size={28}
          className={classes.step}
          aria-label={t`Previous ticket in the list`}
          disabled={previous === null}
          onClick={() => registry.run(toPrevious.id)}
        >
          <IconChevronUp size={17} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={t`Next ticket in the list`}>
        <ActionIcon
          size={28}
          className={classes.step}
          aria-label={t`Next ticket in the list`}
          disabled={next === null}
          onClick={() => registry.run(toNext.id)}
        >
          <IconChevronDown size={17} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </>
  );
}

/** Beside a list the next ticket is the next row. */
function StepsOfList() {
  useActions([
    { ...toPrevious, run: () => void registry.run('list.previous') },
    { ...toNext, run: () => void registry.run('list.next') },
  ]);
  return null;
}

const toPrevious = {
  id: 'ticket.previous',
  label: msg`Previous ticket in the list`,
  section: 'ticket',
  key: '[',
} as const;
const toNext = { id: 'ticket.next', label: msg`Next ticket in the list`, section: 'ticket', key: ']' } as const;
