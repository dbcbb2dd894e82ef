import { useLingui } from '@lingui/react/macro';
import {
  IconArrowDown,
  IconArrowForwardUp,
  IconArrowMerge,
  IconArrowUp,
  IconCircleCheck,
  IconCircleDot,
  IconClock,
  IconMinus,
  IconSparkles,
  type TablerIcon,
} from '@tabler/icons-react';
import { priorityLabel, stateLabel } from '../labels.ts';
import classes from './badges.module.css';

type Tone = 'info' | 'accent' | 'warn' | 'ok' | 'quiet';

const byStateType: Record<string, { icon: TablerIcon; tone: Tone }> = {
  new: { icon: IconSparkles, tone: 'info' },
  open: { icon: IconCircleDot, tone: 'accent' },
  'pending reminder': { icon: IconClock, tone: 'warn' },
  'pending action': { icon: IconClock, tone: 'warn' },
  closed: { icon: IconCircleCheck, tone: 'quiet' },
  merged: { icon: IconArrowMerge, tone: 'quiet' },
  redirected: { icon: IconArrowForwardUp, tone: 'quiet' },
};

/** Text and icon say it; the colour only helps. */
export function StateBadge({ state, type }: { state: string; type: string }) {
  const { i18n } = useLingui();
  const { icon: Icon, tone } = byStateType[state === 'redirected' ? state : type] ?? {
    icon: IconCircleDot,
    tone: 'quiet',
  };
  return (
    <span className={classes.badge} data-tone={tone}>
      <Icon size={13} stroke={2.2} aria-hidden />
      {stateLabel(i18n, state)}
    </span>
  );
}

/** Priorities sort by their leading digit, as the seeded names do; 2 is the middle. */
const rankOf = (priority: string): number => Number.parseInt(priority, 10) || 2;

/** Whether a priority says something where there is little room to say it. */
export const isUnusual = (priority: string): boolean => rankOf(priority) !== 2;

export function PriorityMark({ priority }: { priority: string }) {
  const { i18n } = useLingui();
  const rank = rankOf(priority);
  const Icon = rank > 2 ? IconArrowUp : rank < 2 ? IconArrowDown : IconMinus;
  return (
    <span className={classes.priority} data-high={rank > 2 || undefined}>
      <Icon size={14} stroke={2.2} aria-hidden />
      {priorityLabel(i18n, priority)}
    </span>
  );
}
