import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { Level } from './levels.ts';

export const levelLabels: Record<Level, MessageDescriptor> = {
  low: msg({ message: 'Low', context: 'impact or urgency' }),
  medium: msg({ message: 'Medium', context: 'impact or urgency' }),
  high: msg({ message: 'High', context: 'impact or urgency' }),
};
