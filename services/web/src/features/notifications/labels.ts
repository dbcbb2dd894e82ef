import type { NoticeKind, NoticeReason } from '@helpmesh/contracts';
import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';

export const kindLabels: Record<NoticeKind, MessageDescriptor> = {
  create: msg`New ticket`,
  update: msg`News on a ticket`,
  reminder_reached: msg`Reminder`,
  escalation: msg`Overdue`,
  escalation_warning: msg`Due soon`,
};

export const reasonLabels: Record<NoticeReason, MessageDescriptor> = {
  mentioned: msg`You were mentioned`,
  owner: msg`Your ticket`,
  replacement: msg`You stand in for the owner`,
  subscribed: msg`You subscribed`,
  unassigned: msg`Nobody owns it`,
  group: msg`In one of your groups`,
};

export const openLabel = msg`Notifications`;
