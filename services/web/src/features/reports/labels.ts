import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { Range } from './period.ts';

export const rangeLabels: Record<Range, MessageDescriptor> = {
  realtime: msg`Last hour`,
  day: msg`Day`,
  week: msg`Week`,
  month: msg`Month`,
  year: msg`Year`,
};

/** Of what the server can count; it may know more by now, and has names of its own for that. */
export const countLabels: Record<string, MessageDescriptor> = {
  count: msg`Tickets`,
  create_channels: msg`How they began`,
  communication: msg`Messages`,
  created: msg`Created`,
  closed: msg`Closed`,
  backlog: msg`Backlog`,
  first_solution: msg`First solution`,
  reopened: msg`Reopened`,
  movedin: msg`Moved in`,
  movedout: msg`Moved out`,
  merged: msg`Merged`,
  phone_in: msg`Phone, in`,
  phone_out: msg`Phone, out`,
  email_in: msg`E-mail, in`,
  email_out: msg`E-mail, out`,
  web_in: msg`Web, in`,
  work: msg`Work`,
  answered: msg`First answers`,
  still_open: msg`Still open`,
  promises: msg`Promises (SLA)`,
  response_kept: msg`Answered in time`,
  response_late: msg`Answered late`,
  solution_kept: msg`Solved in time`,
  solution_late: msg`Solved late`,
  satisfaction: msg`Satisfaction`,
  rating_asked: msg`Asked how it went`,
  rated: msg`Rated`,
  satisfied: msg`Satisfied (4 or 5)`,
  dissatisfied: msg`Dissatisfied (1 or 2)`,
};
