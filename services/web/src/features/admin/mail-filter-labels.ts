import type { PostmasterAction } from '@helpmesh/contracts';
import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { operators } from './mail-filter.ts';

export const operatorLabels: Record<(typeof operators)[number], MessageDescriptor> = {
  contains: msg`contains`,
  'contains not': msg`does not contain`,
  is: msg`is`,
  'is not': msg`is not`,
  'starts with': msg`starts with`,
  'ends with': msg`ends with`,
  'matches regex': msg`matches the expression`,
  'does not match regex': msg`does not match the expression`,
};

export const mailActionLabels: Record<PostmasterAction, MessageDescriptor> = {
  'x-zammad-ticket-group_id': msg`Group`,
  'x-zammad-ticket-priority_id': msg`Priority`,
  'x-zammad-ticket-state_id': msg`State`,
  'x-zammad-ticket-owner_id': msg`Owner`,
  'x-zammad-ticket-customer_id': msg`Customer`,
  'x-zammad-ticket-tags': msg`Tags`,
  'x-zammad-ticket-type': msg`Type`,
  'x-zammad-article-internal': msg`Show it to agents only`,
  'x-zammad-out-of-office': msg`Take it for an automatic answer`,
  'x-zammad-ignore': msg`Ignore the mail`,
};
