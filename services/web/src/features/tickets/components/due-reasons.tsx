import { Trans, useLingui } from '@lingui/react/macro';
import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useId } from 'react';
import { absoluteTime } from '../../../ui/time.ts';
import type { TicketSla } from '../queries.ts';
import classes from './due-reasons.module.css';

type Clock = TicketSla['clocks'][number];

/** Why a ticket is due when it is: since when each clock runs, how long it may, and what did not count. */
export function DueReasons({ sla, names }: { sla: TicketSla; names: Record<Clock['clock'], string> }) {
  const { t } = useLingui();
  const [opened, { toggle }] = useDisclosure(false);
  const id = useId();
  return (
    <>
      <Button variant="subtle" size="compact-xs" aria-expanded={opened} aria-controls={id} onClick={toggle}>
        {opened ? t`Hide the reasons` : t`Why is this due then?`}
      </Button>
      <div id={id} hidden={!opened}>
        {!sla.up_to_date && (
          <p className={classes.reason}>{t`The rules have just changed; these times are being reckoned anew.`}</p>
        )}
        {sla.clocks.map((clock) => (
          <Reason key={clock.clock} clock={clock} name={names[clock.clock]} zone={sla.calendar?.timezone} />
        ))}
      </div>
    </>
  );
}

function Reason({ clock, name, zone }: { clock: Clock; name: string; zone: string | undefined }) {
  const { t, i18n } = useLingui();
  const { target_in_min: target, since, since_what: what, due_at: due, paused, paused_in_min: waited } = clock;
  const at = (instant: string) => absoluteTime(i18n.locale, Date.parse(instant));
  const begun: Record<NonNullable<Clock['since_what']>, string> = {
    created: t`The ticket came in`,
    reopened: t`The ticket was opened again`,
    'customer-contact': t`The customer wrote`,
    'agent-contact': t`An agent wrote`,
  };
  const promised = hoursAndMinutes(target);
  const place = zone ?? 'UTC';
  return (
    <div className={classes.reason}>
      <strong>{name}</strong>
      <ul className={classes.steps}>
        <li>
          {since === null || what === null
            ? t`The clock waits for something to begin with.`
            : `${begun[what]}: ${at(since)}`}
        </li>
        <li>{t`Promised: ${promised} of open time (${place})`}</li>
        {paused.map(({ from, to, in_min: minutes }) => {
          const length = hoursAndMinutes(minutes);
          const [began, ended] = [at(from), to === null ? '' : at(to)];
          return (
            <li key={from}>
              {to === null ? (
                <Trans>The clock stands still since {began}, because of the state.</Trans>
              ) : (
                <Trans>
                  {began} to {ended} it stood still: {length} of open time do not count.
                </Trans>
              )}
            </li>
          );
        })}
        {due !== null && (
          <li>
            {t`Due`}: {at(due)}
            {waited > 0 && ` (+ ${hoursAndMinutes(waited)})`}
          </li>
        )}
      </ul>
    </div>
  );
}

const hoursAndMinutes = (minutes: number) => `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')} h`;
