import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { FieldName, Operator, Range } from './selector.ts';

export const fieldLabels: Record<FieldName, MessageDescriptor> = {
  'ticket.state_id': msg`State`,
  'ticket.priority_id': msg`Priority`,
  'ticket.group_id': msg`Group`,
  'ticket.owner_id': msg`Owner`,
  'ticket.customer_id': msg`Customer`,
  'ticket.mention_user_ids': msg`Subscribed`,
  'ticket.tags': msg`Tags`,
  'ticket.title': msg`Title`,
  'ticket.number': msg`Number`,
  'customer.email': msg`Address of the customer`,
  'organization.name': msg`Name of the organization`,
  'ticket.created_at': msg`Created`,
  'ticket.updated_at': msg`Last change`,
  'ticket.pending_time': msg`Pending until`,
  'ticket.escalation_at': msg`Due`,
  'ticket.last_contact_customer_at': msg`Last words of the customer`,
};

export const operatorLabels: Record<Operator, MessageDescriptor> = {
  is: msg`is`,
  'is not': msg`is not`,
  contains: msg`contains`,
  'contains not': msg`does not contain`,
  'starts with one of': msg`starts with`,
  'ends with one of': msg`ends with`,
  'is any of': msg`is one of`,
  'is none of': msg`is none of`,
  'contains one': msg`has one of`,
  'contains all': msg`has all of`,
  'contains one not': msg`has none of`,
  'contains all not': msg`has not all of`,
  'before (relative)': msg`longer ago than`,
  'after (relative)': msg`further ahead than`,
  'within last (relative)': msg`within the last`,
  'within next (relative)': msg`within the next`,
};

export const rangeLabels: Record<Range, MessageDescriptor> = {
  minute: msg`minutes`,
  hour: msg`hours`,
  day: msg`days`,
  week: msg`weeks`,
  month: msg`months`,
  year: msg`years`,
};
