import type { OnlineNotification } from '@helpmesh/contracts';
import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { Anchor, Container, Skeleton, Title } from '@mantine/core';
import {
  IconAt,
  IconBell,
  IconCircleCheck,
  IconFlame,
  IconInbox,
  IconMailX,
  IconMessageReply,
  IconPencil,
  IconUser,
  type TablerIcon,
} from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useRef } from 'react';
import { useActions } from '../../app/actions/use-actions.ts';
import { call } from '../../app/api.ts';
import { Ago } from '../../ui/ago.tsx';
import { Section } from '../../ui/section.tsx';
import { Empty, Failed } from '../../ui/state-messages.tsx';
import { kindLabels, reasonLabels } from '../notifications/labels.ts';
import { noticeKeys, noticesQuery, noticeTicketsQuery } from '../notifications/queries.ts';
import lines from '../tickets/components/ticket-lines.module.css';
import { TicketLines } from '../tickets/components/ticket-lines.tsx';
import { viewLabels } from '../tickets/labels.ts';
import type { BuiltInSort, View } from '../tickets/list-state.ts';
import { ticketCountsQuery } from '../tickets/queries.ts';
import classes from './home-page.module.css';
import { firstOfQuery, waitingQuery } from './queries.ts';

/** In the order in which they should be looked at. */
const cards: readonly { view: View; icon: TablerIcon; sort?: BuiltInSort; urgent?: boolean }[] = [
  { view: 'my-overdue', icon: IconFlame, sort: 'escalation_at', urgent: true },
  { view: 'my-waiting', icon: IconMessageReply, sort: 'last_contact_customer_at' },
  { view: 'my-reminders', icon: IconBell, sort: 'pending_time' },
  { view: 'my-bounced', icon: IconMailX, urgent: true },
  { view: 'my-drafts', icon: IconPencil },
  { view: 'my-open', icon: IconUser },
  { view: 'unassigned', icon: IconInbox },
];

const newsShown = 6;

/** What needs an agent now. Each number leads to the list that it counts. */
export function HomePage() {
  const { t, i18n } = useLingui();
  const page = useRef<HTMLDivElement>(null);
  const waiting = useQuery(waitingQuery);
  const { data: views } = useQuery(ticketCountsQuery);
  const { data: notices = [] } = useQuery(noticesQuery);
  const fresh = notices.filter(({ seen }) => !seen);
  const mentions = fresh.filter(({ reason }) => reason === 'mentioned');
  const countOf = (view: View) =>
    (waiting.data as ReadonlyMap<View, number> | undefined)?.get(view) ?? views?.get(view);
  const known = waiting.data !== undefined && views !== undefined;
  const calm = known && fresh.length === 0 && cards.every(({ view }) => countOf(view) === 0);
  const step = (by: 1 | -1) => {
    const items = [...(page.current?.querySelectorAll<HTMLElement>('[data-item]') ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    items[at < 0 ? 0 : Math.min(items.length - 1, Math.max(0, at + by))]?.focus();
  };
  useActions([
    { id: 'home.next', label: msg`Next item`, section: 'list', key: 'j', inPalette: false, run: () => step(1) },
    {
      id: 'home.previous',
      label: msg`Previous item`,
      section: 'list',
      key: 'k',
      inPalette: false,
      run: () => step(-1),
    },
  ]);
  const title = t`Home`;
  return (
    <Container size="lg" py="lg" ref={page} className={classes.page}>
      <title>{`${title} · Helpmesh`}</title>
      <Title order={1} mb="md">
        {title}
      </Title>
      {waiting.error && !waiting.data ? (
        <Failed error={waiting.error} onRetry={() => void waiting.refetch()} />
      ) : (
        <ul className={classes.cards} aria-label={t`What waits for you`}>
          {cards.map(({ view, icon, sort, urgent }) => (
            <Card key={view} icon={icon} label={i18n._(viewLabels[view])} count={countOf(view)} urgent={urgent}>
              {(inside) => (
                <Link
                  to="/tickets"
                  search={{ view, ...(sort && { sort, order: 'asc' }) }}
                  className={classes.link}
                  data-item
                >
                  {inside}
                </Link>
              )}
            </Card>
          ))}
          <Card icon={IconAt} label={t`Unread mentions`} count={mentions.length}>
            {(inside) => (
              <a href="#news" className={classes.link} data-item>
                {inside}
              </a>
            )}
          </Card>
        </ul>
      )}
      {calm ? (
        <Empty icon={IconCircleCheck} title={t`Nothing waits for you`}>
          {t`New tickets appear here by themselves as soon as they arrive.`}
          <div>
            <Anchor component={Link} to="/tickets" search={{ view: 'open' } as never}>
              {t`Look at all open tickets`}
            </Anchor>
          </div>
        </Empty>
      ) : (
        <div className={classes.columns}>
          <First
            view="my-open"
            sort="escalation_at"
            title={t`My open tickets, due first`}
            none={t`You own no open ticket.`}
          />
          <News notices={[...mentions, ...fresh.filter(({ reason }) => reason !== 'mentioned')]} />
          <First
            view="unassigned"
            sort="created_at"
            title={t`Unassigned, oldest first`}
            none={t`Every ticket has an owner.`}
          />
        </div>
      )}
    </Container>
  );
}

interface CardProps {
  icon: TablerIcon;
  label: string;
  /** Undefined while it is not known. */
  count: number | undefined;
  urgent?: boolean | undefined;
  children: (inside: ReactNode) => ReactNode;
}

function Card({ icon: Icon, label, count, urgent = false, children }: CardProps) {
  const { i18n } = useLingui();
  return (
    <li className={classes.card} data-some={(count ?? 0) > 0 || undefined} data-urgent={urgent || undefined}>
      {children(
        <>
          <span className={classes.number}>
            {count === undefined ? (
              <Skeleton height={24} width={32} />
            ) : (
              new Intl.NumberFormat(i18n.locale).format(count)
            )}
          </span>{' '}
          <span className={classes.label}>
            <Icon size={16} stroke={1.8} aria-hidden />
            {label}
          </span>
        </>,
      )}
    </li>
  );
}

/** The first tickets of a list, and the way to all of it. */
function First({ view, sort, title, none }: { view: View; sort: BuiltInSort; title: string; none: string }) {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(firstOfQuery(view, sort));
  const more = data && data.total > data.tickets.length;
  return (
    <Section
      title={title}
      action={
        more && (
          <Link
            to="/tickets"
            search={{ view, sort, order: 'asc' }}
            className={classes.all}
            aria-label={t`All ${data.total}: ${title}`}
          >
            {t`All ${data.total}`}
          </Link>
        )
      }
    >
      {error && !data ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Skeleton height={120} />
      ) : data.tickets.length === 0 ? (
        <p className={classes.none}>{none}</p>
      ) : (
        <TicketLines
          label={title}
          tickets={data.tickets}
          time={sort === 'created_at' ? 'created_at' : 'updated_at'}
          shows="customer"
        />
      )}
    </Section>
  );
}

/** What one was told of and has not seen: mentions first. */
function News({ notices }: { notices: readonly OnlineNotification[] }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const first = notices.slice(0, newsShown);
  const { data: tickets } = useQuery(noticeTicketsQuery(first));
  const see = useMutation({
    mutationFn: (id: number) => call('updateOnlineNotification', { params: { id }, body: { seen: true } }),
    onSettled: () => cache.invalidateQueries({ queryKey: noticeKeys.all }),
  });
  const title = t`News`;
  return (
    <div id="news" tabIndex={-1} className={classes.news}>
      <Section title={title}>
        {first.length === 0 ? (
          <p className={classes.none}>{t`You have seen everything.`}</p>
        ) : (
          <ul className={lines.list} aria-label={title}>
            {first.map(({ id, o_id, type, reason, created_at }) => {
              const ticket = tickets?.get(o_id);
              return (
                <li key={id} className={lines.item}>
                  <Link
                    to="/tickets/$id"
                    params={{ id: String(o_id) }}
                    className={lines.title}
                    data-item
                    onClick={() => see.mutate(id)}
                  >
                    {ticket
                      ? `#${ticket.number} ${ticket.title}`
                      : tickets
                        ? t`A ticket that you cannot see any more`
                        : '…'}
                  </Link>
                  <span className={lines.facts}>
                    <span>{i18n._(reasonLabels[reason])}</span>
                    <span>{i18n._(kindLabels[type])}</span>
                    <Ago at={created_at} />
                  </span>
                </li>
              );
            })}
          </ul>
        )}
      </Section>
    </div>
  );
}
