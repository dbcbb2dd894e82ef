import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { Agreement } from './queries.ts';

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
