import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlarm, IconFlame } from '@tabler/icons-react';
import { Ago, useNow } from '../../../ui/ago.tsx';
import { dueTone } from '../due.ts';
import classes from './due-mark.module.css';

/** When something promised is due. Words and icon say whether it is late; the colour only helps. */
export function DueMark({ at }: { at: string }) {
  const { t } = useLingui();
  const tone = dueTone(at, useNow());
  const Icon = tone === 'late' ? IconFlame : IconAlarm;
  return (
    <span className={classes.due} data-tone={tone}>
      <Icon
        size={13}
        stroke={2.2}
        aria-label={tone === 'late' ? t`Too late` : undefined}
        aria-hidden={tone !== 'late'}
      />
      <span>
        {tone === 'late' ? (
          <Trans>
            Was due <Ago at={at} />
          </Trans>
        ) : (
          <Trans>
            Due <Ago at={at} />
          </Trans>
        )}
      </span>
    </span>
  );
}
