import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Fragment } from 'react';
import { slaQuery, type Ticket } from '../queries.ts';
import { DueMark } from './due-mark.tsx';
import { DueReasons } from './due-reasons.tsx';
import classes from './side-panel.module.css';

/** What was promised about the ticket, and how it stands; nothing when nothing was. */
export function TicketDue({ ticket }: { ticket: Ticket }) {
  const { t } = useLingui();
  const { data } = useQuery(slaQuery(ticket.id, ticket.updated_at));
  if (!data?.sla || data.clocks.length === 0) return null;
  const names = { first_response: t`First response`, update: t`Update`, solution: t`Solution` };
  return (
    <>
      <dl className={classes.list}>
        {data.clocks.map(({ clock, due_at, in_min, diff_in_min }) => (
          <Fragment key={clock}>
            <dt>{names[clock]}</dt>
            <dd>
              {due_at ? (
                <DueMark at={due_at} />
              ) : data.paused_since && in_min === null ? (
                <Trans>Paused</Trans>
              ) : diff_in_min === null ? (
                '–'
              ) : diff_in_min < 0 ? (
                <Plural value={-diff_in_min} one="# minute too late" other="# minutes too late" />
              ) : (
                <Trans>In time</Trans>
              )}
            </dd>
          </Fragment>
        ))}
      </dl>
      <p className={classes.by}>
        <Trans>
          By {data.sla.name}, in the hours of {data.calendar?.name}
        </Trans>
      </p>
      <DueReasons sla={data} names={names} />
    </>
  );
}
