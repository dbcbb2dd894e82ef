import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';

/** What each kind of mail is called; one that a later release has is named as the server names it. */
export const mailKindLabels: Record<string, MessageDescriptor> = {
  'auto-reply-new-ticket': msg`Confirmation of a mail or a form`,
  'call-received': msg`Confirmation of a call that came in`,
  'call-made': msg`Confirmation of a call that was made`,
  'rating-request': msg`Question how it went`,
  'notice-create': msg`Notification: a new ticket`,
  'notice-update': msg`Notification: a ticket was changed`,
  'notice-reminder_reached': msg`Notification: a reminder`,
  'notice-escalation': msg`Notification: overdue`,
  'notice-escalation_warning': msg`Notification: due soon`,
  'notice-digest': msg`Notifications of some time together`,
  'webhook-disabled': msg`A webhook was switched off`,
  'password-reset': msg`A new password`,
  invitation: msg`Invitation`,
  'sign-up': msg`A new account`,
  'sign-up-known': msg`A new account for an address that has one`,
  'sign-in-link': msg`Sign-in by a link`,
  'account-changed': msg`Something about an account was changed`,
  'data-export-ready': msg`An archive of personal data is ready`,
  redirect: msg`A request handed to a mailing list`,
  footer: msg`Footer of every mail of the system`,
};

export const audienceLabels = {
  everybody: msg`Below all of them`,
  customers: msg`To customers`,
  agents: msg`To agents and administrators`,
  accounts: msg`To anybody, about their account`,
  lists: msg`To mailing lists`,
};

/** What stands behind each value that a mail may name. */
export const mailValueLabels: Record<string, MessageDescriptor> = {
  number: msg`Number of the ticket`,
  title: msg`Title of the ticket`,
  link: msg`Address of the button`,
  name: msg`Name of who gets it`,
  group: msg`Group`,
  reason: msg`Why they get it`,
  by: msg`Who did it`,
  said: msg`What was written`,
  internal: msg`Filled where it is an internal note`,
  encrypted: msg`Filled where the message is encrypted`,
  changes: msg`What was changed`,
  lines: msg`Tickets, a line each`,
  at: msg`When`,
  brand: msg`Name of the desk or community`,
  page: msg`Address of the desk or community`,
  validity: msg`How long the link works`,
  inviter: msg`Who invites`,
  change: msg`What was changed`,
  webhook: msg`Name of the webhook`,
  error: msg`What went wrong`,
  requester: msg`Who asked`,
  body: msg`Text of the request`,
};
