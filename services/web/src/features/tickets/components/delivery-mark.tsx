import { useLingui } from '@lingui/react/macro';
import {
  IconAlertTriangle,
  IconCheck,
  IconClockPause,
  IconLock,
  IconSend2,
  type TablerIcon,
} from '@tabler/icons-react';
import { Ago } from '../../../ui/ago.tsx';
import { fileSize } from '../../../ui/time.ts';
import type { Delivery } from '../article.ts';
import classes from './delivery-mark.module.css';

/** How far an outgoing mail got, with the reason when something is in the way. */
export function DeliveryMark({ delivery }: { delivery: Delivery }) {
  const { t, i18n } = useLingui();
  const looks: Record<Delivery['state'], { icon: TablerIcon; text: string }> = {
    queued: { icon: IconSend2, text: t`Waiting to be sent` },
    sent: { icon: IconCheck, text: t`Sent` },
    deferred: { icon: IconClockPause, text: t`Delayed, will be tried again` },
    failed: { icon: IconAlertTriangle, text: t`Could not be delivered` },
    discarded: { icon: IconLock, text: t`Not sent, as its rule wants it without keys` },
    returned: { icon: IconAlertTriangle, text: t`Came back: it did not arrive` },
    slow: { icon: IconClockPause, text: t`On its way, a mail server reports a delay` },
  };
  const { icon: Icon, text } = looks[delivery.state];
  return (
    <div className={classes.mark} data-state={delivery.state}>
      <Icon size={14} stroke={2} aria-hidden />
      <span>
        {text}
        {delivery.nextAttemptAt && delivery.state === 'deferred' && Date.parse(delivery.nextAttemptAt) > Date.now() && (
          <>
            {' '}
            <Ago at={delivery.nextAttemptAt} />
          </>
        )}
        {delivery.reason && delivery.state !== 'sent' && <span className={classes.reason}> · {delivery.reason}</span>}
        {delivery.links.map(({ filename, size, until }) => (
          <span key={filename} className={classes.link}>
            {t`${filename} (${fileSize(i18n.locale, size)}) went as a link that opens until ${i18n.date(until, { dateStyle: 'medium' })}`}
          </span>
        ))}
      </span>
    </div>
  );
}
