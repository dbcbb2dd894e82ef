import type { CanonicalPriority, CanonicalState } from '@helpmesh/contracts';
import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { AdapterKind, Agreement, Peer, PeerWebhook } from './queries.ts';

export const kindLabels: Record<Agreement['kind'], MessageDescriptor> = {
  full: msg`Full integration`,
  redirect: msg`Ticket redirection`,
  direct: msg`Direct usage`,
};

export const kindLeads: Record<Agreement['kind'], MessageDescriptor> = {
  full: msg`Tickets of the group are kept equal with another helpdesk. Whoever works on one decides its state; both sides write to it.`,
  redirect: msg`New requests go to a mailing list once, and end here. The list answers the requester, not this desk.`,
  direct: msg`The community works in this desk. Nothing is sent anywhere.`,
};

export const disclosureLabels: Record<Agreement['disclosure'], MessageDescriptor> = {
  none: msg`A pseudonym`,
  name: msg`The name`,
  'name+email': msg`The name and the mail address`,
};

/** Names of products are the same in every language. */
export const softwareNames: Record<AdapterKind['kind'], string> = {
  ...{ rt: 'Request Tracker 5', zammad: 'Zammad', freshdesk: 'Freshdesk', gitlab: 'GitLab' },
  ...{ jira: 'Jira Service Management', znuny: 'Znuny, OTOBO, OTRS', itop: 'iTop', ggus: 'GGUS (SOAP)' },
};

const group = msg`Name of the group.`;
export const queueHints: Record<AdapterKind['kind'], MessageDescriptor> = {
  rt: msg`Name of the queue.`,
  zammad: group,
  freshdesk: group,
  gitlab: msg`Path of the project, as in eosc/desk.`,
  jira: msg`Key of the project and type of request, as in SUP/Get IT help.`,
  znuny: msg`Name of the queue.`,
  itop: msg`Name of the team.`,
  ggus: msg`Name of the responsible unit.`,
};

/** States that helpdesks have in common. */
export const stateLabels: Record<CanonicalState, MessageDescriptor> = {
  new: msg`New`,
  assigned: msg`Assigned`,
  in_progress: msg`In progress`,
  waiting_requester: msg`Waiting for the requester`,
  on_hold: msg`On hold`,
  solved: msg`Solved`,
  unsolved: msg`Not solved`,
  verified: msg`Confirmed`,
  closed: msg`Closed`,
  reopened: msg`Opened again`,
  merged: msg`Merged`,
};

export const wordLabels: Record<CanonicalPriority, MessageDescriptor> = {
  low: msg`Low`,
  normal: msg`Normal`,
  high: msg`High`,
  critical: msg`Critical`,
};

export const keySourceLabels: Record<Peer['keys']['from'], MessageDescriptor> = {
  none: msg`None: it shows tokens`,
  published: msg`Those that it publishes, while it is called`,
  url: msg`Those at an address`,
  given: msg`Those given here`,
};

export const webhookStatusLabels: Record<PeerWebhook['status'], MessageDescriptor> = {
  pending: msg`Not confirmed`,
  active: msg`Active`,
  paused: msg`Paused by them`,
  disabled: msg`Off`,
};
