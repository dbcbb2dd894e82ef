import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { RetentionRule, RetentionRun } from './queries.ts';

export const actionLabels: Record<RetentionRule['action'], MessageDescriptor> = {
  pseudonymise: msg`Take the people out`,
  delete: msg`Delete the tickets`,
};

export const actionTexts: typeof actionLabels = {
  pseudonymise: msg`Customer, addresses, mail headers and files go, and names in texts; statistics stay.`,
  delete: msg`They go with their messages, files and mails.`,
};

export const stateTypeLabels: Record<RetentionRule['state_types'][number], MessageDescriptor> = {
  closed: msg`Closed tickets`,
  merged: msg`Merged tickets`,
};

export const runLabels: Record<RetentionRun['state'], MessageDescriptor> = {
  waiting: msg`Waiting`,
  running: msg`Under way`,
  finished: msg`Finished`,
  stopped: msg`Stopped`,
};
