import type { I18n, MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { BuiltInColumn } from './list-columns.ts';
import type { BuiltInSort, View } from './list-state.ts';

export const viewLabels: Record<View, MessageDescriptor> = {
  'my-open': msg`My open`,
  unassigned: msg`Unassigned`,
  open: msg`All open`,
  escalated: msg`Escalated`,
  pending: msg`Pending`,
  closed: msg`Closed`,
  all: msg`All tickets`,
  'my-overdue': msg`My overdue`,
  'my-waiting': msg`Waiting for my answer`,
  'my-reminders': msg`My reminders`,
  'my-drafts': msg`My drafts`,
  'my-bounced': msg`Undelivered mails`,
  'my-tickets': msg`My tickets`,
  'my-organization': msg`My organization`,
};

export const columnLabels: Record<BuiltInColumn, MessageDescriptor> = {
  state: msg`State`,
  priority: msg`Priority`,
  group: msg`Group`,
  owner: msg`Owner`,
  created_at: msg`Created`,
  updated_at: msg`Last change`,
  pending_time: msg`Pending until`,
  escalation_at: msg`Due`,
  last_contact_customer_at: msg`Last words of the customer`,
  last_contact_agent_at: msg`Last words of an agent`,
};

export const sortLabels: Record<BuiltInSort, MessageDescriptor> = {
  ...columnLabels,
  number: msg`Number`,
  title: msg`Title`,
  customer: msg`Customer`,
  organization: msg`Organization`,
};

/** The seeded names; a state that an administrator made is shown as it was named. */
const stateLabels: Record<string, MessageDescriptor> = {
  new: msg({ message: 'New', context: 'ticket state' }),
  open: msg({ message: 'Open', context: 'ticket state' }),
  'pending reminder': msg`Pending reminder`,
  'pending close': msg`Pending close`,
  closed: msg({ message: 'Closed', context: 'ticket state' }),
  merged: msg({ message: 'Merged', context: 'ticket state' }),
  redirected: msg({ message: 'Redirected', context: 'ticket state' }),
};

const priorityLabels: Record<string, MessageDescriptor> = {
  '1 low': msg({ message: 'Low', context: 'priority' }),
  '2 normal': msg({ message: 'Normal', context: 'priority' }),
  '3 high': msg({ message: 'High', context: 'priority' }),
};

const articleTypeLabels: Record<string, MessageDescriptor> = {
  email: msg`E-mail`,
  phone: msg`Phone`,
  note: msg`Note`,
  web: msg`Web`,
  chat: msg`Chat`,
};

const named = (labels: Record<string, MessageDescriptor>) => (i18n: I18n, name: string) => {
  const label = labels[name];
  return label ? i18n._(label) : name;
};

export const stateLabel = named(stateLabels);
export const priorityLabel = named(priorityLabels);
export const articleTypeLabel = named(articleTypeLabels);
