import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { ErasureTask } from './queries.ts';

/** What becomes of the tickets of a person. */
export type ErasedTickets = NonNullable<ErasureTask['preferences']['tickets']>;

export const ticketsLabels: Record<ErasedTickets, MessageDescriptor> = {
  pseudonymise: msg`Keep their requests, without their names`,
  redact: msg`Keep their requests, without what they wrote`,
  delete: msg`Delete their requests`,
};

export const ticketsTexts: typeof ticketsLabels = {
  pseudonymise: msg`Names, addresses and telephone numbers become a pseudonym. Everything else can still be read.`,
  redact: msg`Titles, texts and files of what the person wrote go; what agents wrote stays, with the pseudonym.`,
  delete: msg`Their requests go with all that is in them. In requests of others goes what the person wrote.`,
};

const services: Record<string, MessageDescriptor> = {
  identity: msg`Accounts`,
  ticket: msg`Tickets`,
  'mail-ingest': msg`Incoming mail`,
  notification: msg`Outgoing mail`,
  reporting: msg`Reports`,
  federation: msg`Other desks`,
};

const kinds: Record<string, MessageDescriptor> = {
  users: msg`Accounts`,
  notes: msg`Notes about others`,
  history: msg`Entries of histories`,
  traces: msg`Traces of sign-ins`,
  audit_entries: msg`Entries of the audit log`,
  tickets: msg`Tickets`,
  tickets_of_others: msg`Tickets of others`,
  articles: msg`Messages`,
  files: msg`Files`,
  leftovers: msg`Things not sent yet`,
  mails: msg`Mails`,
  notices: msg`Notifications`,
  kept_answers: msg`Answers kept for repeated requests`,
  logged_messages: msg`Copies in the event log`,
  dead_letters: msg`Dead letters`,
  stream_messages: msg`Copies on the broker`,
};

const known = (labels: Record<string, MessageDescriptor>, name: string): MessageDescriptor =>
  Object.hasOwn(labels, name) ? (labels[name] as MessageDescriptor) : { id: name, message: name };

/** What a service is called by people; one that is not known by its own name. */
export const serviceLabel = (name: string): MessageDescriptor => known(services, name);

/** What was counted; a kind that is not known by its own name. */
export const kindLabel = (name: string): MessageDescriptor => known(kinds, name);
