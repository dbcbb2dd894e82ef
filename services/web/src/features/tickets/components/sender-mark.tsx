import { useLingui } from '@lingui/react/macro';
import { IconHelpCircle, IconShieldCheck, IconShieldX, type TablerIcon } from '@tabler/icons-react';
import type { SenderProof } from '../article.ts';
import classes from './delivery-mark.module.css';

/** Whether the domain that a mail names as its sender stands behind it. */
export function SenderMark({ proof: { result, domain, by, released } }: { proof: SenderProof }) {
  const { t } = useLingui();
  const looks: Record<SenderProof['result'], { icon: TablerIcon; state: string; text: string }> = {
    pass: { icon: IconShieldCheck, state: 'sent', text: t`The mail comes from ${domain}` },
    fail: {
      icon: IconShieldX,
      state: 'failed',
      text: t`The checks of ${domain} say that the mail is not theirs. It may be in a false name.`,
    },
    none: { icon: IconHelpCircle, state: 'queued', text: t`Nothing proves that the mail comes from ${domain}` },
    unknown: { icon: IconHelpCircle, state: 'queued', text: t`It could not be checked who sent the mail` },
  };
  const { icon: Icon, state, text } = looks[result];
  return (
    <div className={classes.mark} data-state={state}>
      <Icon size={14} stroke={2} aria-hidden />
      <span>
        {text}
        {by && <span className={classes.reason}> · {t`says ${by}`}</span>}
        {released && <span className={classes.reason}> · {t`let in by hand`}</span>}
      </span>
    </div>
  );
}
