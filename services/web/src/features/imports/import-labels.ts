import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { DeskImport, ImportProblem } from './queries.ts';

export const kindNames: Record<DeskImport['kind'], string> = { zammad: 'Zammad', freshdesk: 'Freshdesk' };

export const thingLabels: Record<keyof DeskImport['counts'], MessageDescriptor> = {
  organizations: msg`Organizations`,
  people: msg`People`,
  tickets: msg`Tickets`,
  articles: msg`Messages`,
  files: msg`Files`,
};

export const objectLabels: Record<ImportProblem['object'], MessageDescriptor> = {
  organization: msg`Organization`,
  person: msg`Person`,
  ticket: msg`Ticket`,
  article: msg`Message`,
  file: msg`File`,
};

export const stateLabels: Record<DeskImport['state'], MessageDescriptor> = {
  ready: msg`Not started`,
  running: msg`Running`,
  waiting: msg`Waiting`,
  stopped: msg`Stopped`,
  done: msg`Finished`,
  failed: msg`Broken off`,
};

export const stateColours: Record<DeskImport['state'], string> = {
  ...{ ready: 'gray', running: 'mesh', waiting: 'gray', stopped: 'gray', done: 'mesh', failed: 'red' },
};
