import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { ActionName } from './perform.ts';

export const actionLabels: Record<ActionName, MessageDescriptor> = {
  'ticket.state_id': msg`State`,
  'ticket.priority_id': msg`Priority`,
  'ticket.impact': msg`Impact`,
  'ticket.urgency': msg`Urgency`,
  'ticket.group_id': msg`Group`,
  'ticket.owner_id': msg`Owner`,
  'ticket.customer_id': msg`Customer`,
  'ticket.organization_id': msg`Organization`,
  'ticket.tags': msg`Tags`,
  'ticket.title': msg`Title`,
  'ticket.pending_time': msg`Pending until`,
  'ticket.note': msg`Note on the ticket`,
  'article.note': msg`Write a note`,
  'article.body': msg`Text of the first message`,
  'ticket.formSenderType': msg`Kind of ticket`,
  'notification.email': msg`Send an e-mail`,
  'notification.webhook': msg`Call a webhook`,
  'ticket.subscribe': msg`Subscribe somebody`,
  'ticket.unsubscribe': msg`End a subscription`,
  'ticket.action': msg`Delete the ticket`,
  'user.active': msg`Account is active`,
  'user.vip': msg`VIP`,
  'user.verified': msg`Address is verified`,
  'user.department': msg`Department`,
  'user.city': msg`City`,
  'user.country': msg`Country`,
  'user.note': msg`Note`,
  'user.action': msg`Erase the person`,
  'organization.active': msg`Organization: active`,
  'organization.vip': msg`Organization: VIP`,
  'organization.shared': msg`Organization: members see each other’s tickets`,
  'organization.note': msg`Organization: note`,
};

/** What starts a run, as the log names it. */
export const causeLabels: Record<string, MessageDescriptor> = {
  create: msg`Ticket created`,
  update: msg`Ticket changed`,
  'update.merged_into': msg`Merged into another ticket`,
  'update.received_merge': msg`Took in another ticket`,
  reminder_reached: msg`Pending time came`,
  escalation: msg`Due time came`,
  escalation_warning: msg`Due time is near`,
  schedule: msg`By the clock`,
  asked: msg`Somebody asked for it`,
};

export const outcomeLabels: Record<'done' | 'partly' | 'held-back' | 'failed', MessageDescriptor> = {
  done: msg`Done`,
  partly: msg`Partly done`,
  'held-back': msg`Held back`,
  failed: msg`Failed`,
};

/** Whom a mail goes to, by their part in the ticket. */
export const recipientLabels: Record<string, MessageDescriptor> = {
  ticket_customer: msg`Customer`,
  ticket_owner: msg`Owner`,
  ticket_agents: msg`All agents of the group`,
  article_last_sender: msg`Whoever wrote last`,
};
