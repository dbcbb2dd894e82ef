import { useLingui } from '@lingui/react/macro';
import { Button, SegmentedControl, Skeleton } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { type CustomObject, useCustomFields } from '../../custom/queries.ts';
import { shownText } from '../../custom/shown.ts';
import { TicketLines } from '../../tickets/components/ticket-lines.tsx';
import { type TicketsOf, ticketsOfQuery } from '../queries.ts';
import classes from './card.module.css';

/** Names and values, one under the other. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className={classes.facts}>{children}</dl>;
}

/** Nothing for what is not known. */
export function Fact({ name, children }: { name: string; children: ReactNode }) {
  if (children === null || children === undefined || children === '' || children === false) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** What administrators have asked about records of this kind. */
export function CustomFacts({ object, record }: { object: CustomObject; record: Readonly<Record<string, unknown>> }) {
  const { i18n } = useLingui();
  const fields = useCustomFields(object, 'view');
  return fields.map((field) => (
    <Fact key={field.name} name={field.display}>
      {shownText(field, record[field.name], i18n.locale)}
    </Fact>
  ));
}

/** Their tickets, as far as one may read them, newest change first. */
export function TicketsSection({ of }: { of: TicketsOf }) {
  const { t } = useLingui();
  const [view, setView] = useState<'open' | 'all'>('open');
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    ticketsOfQuery(of, view),
  );
  const tickets = data?.pages.flatMap((page) => page.tickets) ?? [];
  const total = data?.pages[0]?.total;
  const title = t`Tickets`;
  return (
    <Section
      title={title}
      lead={total === undefined ? undefined : view === 'open' ? t`Open: ${total}` : t`All: ${total}`}
      action={
        <SegmentedControl
          size="xs"
          aria-label={t`Which tickets`}
          value={view}
          onChange={(value) => setView(value as 'open' | 'all')}
          data={[
            { value: 'open', label: t`Open` },
            { value: 'all', label: t`All` },
          ]}
        />
      }
    >
      {error && !data ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : isPending ? (
        <Skeleton height={120} />
      ) : tickets.length === 0 ? (
        <p className={classes.none}>{view === 'open' ? t`No open tickets.` : t`No tickets.`}</p>
      ) : (
        <TicketLines label={title} tickets={tickets} shows="state" />
      )}
      {hasNextPage && (
        <Button mt="sm" variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t`Show more`}
        </Button>
      )}
    </Section>
  );
}
