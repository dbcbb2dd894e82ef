import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { FieldName, Joint, Operator, Range, Who } from './selector.ts';

export const fieldLabels: Record<FieldName, MessageDescriptor> = {
  'ticket.action': msg`What happened to the ticket`,
  'article.action': msg`What happened to the message`,
  'article.type_id': msg`Kind of message`,
  'article.sender_id': msg`Message comes from`,
  'article.internal': msg`Message is internal`,
  'article.from': msg`Message: from`,
  'article.to': msg`Message: to`,
  'article.subject': msg`Message: subject`,
  'article.body': msg`Message: text`,
  'ticket.state_id': msg`State`,
  'ticket.priority_id': msg`Priority`,
  'ticket.impact': msg`Impact`,
  'ticket.urgency': msg`Urgency`,
  'ticket.original_priority_id': msg`Priority from impact and urgency`,
  'ticket.priority_overridden': msg`Priority set by hand`,
  'ticket.group_id': msg`Group`,
  'ticket.owner_id': msg`Owner`,
  'ticket.customer_id': msg`Customer`,
  'ticket.organization_id': msg`Organization`,
  'ticket.mention_user_ids': msg`Subscribed`,
  'ticket.tags': msg`Tags`,
  'ticket.title': msg`Title`,
  'ticket.number': msg`Number`,
  'ticket.article_count': msg`Number of messages`,
  'ticket.rating': msg`Rating of the customer (1 to 5)`,
  'customer.email': msg`Address of the customer`,
  'organization.name': msg`Name of the organization`,
  'ticket.created_at': msg`Created`,
  'ticket.updated_at': msg`Last change`,
  'ticket.pending_time': msg`Pending until`,
  'ticket.escalation_at': msg`Due`,
  'ticket.close_at': msg`Closed`,
  'ticket.last_contact_at': msg`Last contact`,
  'ticket.last_contact_customer_at': msg`Last words of the customer`,
  'ticket.last_contact_agent_at': msg`Last words of an agent`,
  'execution_time.calendar_id': msg`Moment of running`,
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
  'matches regex': msg`matches the regular expression`,
  'does not match regex': msg`does not match the regular expression`,
  'is set': msg`is set`,
  'is not set': msg`is not set`,
  'contains one': msg`has one of`,
  'contains all': msg`has all of`,
  'contains one not': msg`has none of`,
  'contains all not': msg`has not all of`,
  'before (relative)': msg`longer ago than`,
  'after (relative)': msg`further ahead than`,
  'from (relative)': msg`no longer ago than`,
  'till (relative)': msg`no further ahead than`,
  'within last (relative)': msg`within the last`,
  'within next (relative)': msg`within the next`,
  'before (absolute)': msg`before`,
  'after (absolute)': msg`after`,
  'less than': msg`is less than`,
  'greater than': msg`is more than`,
  'is in working time': msg`is in the working time of`,
  'is not in working time': msg`is not in the working time of`,
  'has changed': msg`has changed`,
  'has reached': msg`has come`,
  'has reached warning': msg`comes soon`,
};

export const rangeLabels: Record<Range, MessageDescriptor> = {
  minute: msg`minutes`,
  hour: msg`hours`,
  day: msg`days`,
  week: msg`weeks`,
  month: msg`months`,
  year: msg`years`,
};

export const whoLabels: Record<Who, MessageDescriptor> = {
  'current_user.id': msg`me`,
  'current_user.organization_id': msg`my own`,
  not_set: msg`nobody`,
  specific: msg`certain ones`,
};

/** Of rules there is no reader: it is whoever does what they look at. */
export const actorLabels: Record<Who, MessageDescriptor> = {
  ...whoLabels,
  'current_user.id': msg`whoever does it`,
  'current_user.organization_id': msg`that of whoever does it`,
};

export const jointLabels: Record<Joint, MessageDescriptor> = {
  AND: msg`All of these hold`,
  OR: msg`At least one of these holds`,
  NOT: msg`None of these holds`,
};

/** What `ticket.action` and `article.action` may be. */
export const happeningLabels: Record<string, MessageDescriptor> = {
  create: msg`created`,
  update: msg`changed`,
  'update.merged_into': msg`merged into another one`,
  'update.received_merge': msg`took in another one`,
};
