import type { I18n, MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';

/** Overviews that every desk begins with speak the language of the reader, as long as nobody gave them another name. */
const firstNames: Record<string, MessageDescriptor> = {
  'My Assigned Tickets': msg`My assigned`,
  'My Pending Reached Tickets': msg`My reminders`,
  'My Subscribed Tickets': msg`My subscribed`,
  'Pending Reached Tickets': msg`Reminders`,
  'Unassigned & Open Tickets': msg`Unassigned and open`,
  'Open Tickets': msg`Open tickets`,
  'Escalated Tickets': msg`Escalated tickets`,
  'My Tickets': msg`My tickets`,
  'My Organization Tickets': msg`Tickets of my organization`,
};

export function overviewLabel(i18n: I18n, overview: { name: string } | undefined): string {
  if (!overview) return '';
  const label = Object.hasOwn(firstNames, overview.name) ? firstNames[overview.name] : undefined;
  return label ? i18n._(label) : overview.name;
}
