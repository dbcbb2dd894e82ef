import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { Flag, Id, Page, Row, text } from './common.ts';

/** How a community is integrated (docs/glossary.md). Only `redirect` agreements can be made so far. */
export const Agreement = Row.extend({
  kind: z.enum(['redirect']),
  name: z.string(),
  group_id: z.number().int(),
  list_address: z.string(),
  active: z.boolean(),
});

const tag = 'Agreements';
const path = '/api/v1/agreements';
const body = z.object({
  kind: z.literal('redirect').default('redirect'),
  name: text(200),
  group_id: Id,
  list_address: z.email().max(254),
  active: Flag.optional(),
});

export const agreements = {
  list: defineEndpoint({
    id: 'listAgreements',
    paging: { standard: 100, max: 500 },
    method: 'GET',
    path,
    question: 'rpc.federation.v1.list-agreements',
    tag,
    summary: 'All agreements',
    query: Page,
    response: z.array(Agreement),
  }),
  create: defineEndpoint({
    id: 'createAgreement',
    method: 'POST',
    path,
    question: 'rpc.federation.v1.create-agreement',
    tag,
    summary: 'Redirects new tickets of a group to a mailing list',
    status: 201,
    body,
    response: Agreement,
  }),
  update: defineEndpoint({
    id: 'updateAgreement',
    method: 'PUT',
    path: `${path}/:id`,
    question: 'rpc.federation.v1.update-agreement',
    tag,
    summary: 'Changes an agreement',
    params: { id: Id },
    body: body.partial(),
    response: Agreement,
  }),
  delete: defineEndpoint({
    id: 'deleteAgreement',
    method: 'DELETE',
    path: `${path}/:id`,
    question: 'rpc.federation.v1.delete-agreement',
    tag,
    summary: 'Ends an agreement; tickets already redirected stay so',
    params: { id: Id },
  }),
};
