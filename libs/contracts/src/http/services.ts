import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { Flag, Id, Page, Row, text } from './common.ts';

const tag = 'Service catalogue';
const path = '/api/v1/services';
const params = { id: Id };
const body = z.object({
  name: text(100),
  /** What it is for, in a sentence. */
  summary: text(500).optional(),
  /** How a request for it is dealt with: it opens in the group of this agreement. */
  agreement_id: Id,
  /** Lower ones come first. */
  position: z.coerce.number().int().min(0).max(1_000_000).optional(),
  active: Flag.optional(),
});

const row = Row.extend({
  name: z.string(),
  summary: z.string(),
  agreement_id: z.number().int(),
  /** Of the agreement. */
  agreement: z.string(),
  group_id: z.number().int(),
  position: z.number().int(),
  active: z.boolean(),
  /** It can be asked for now: it is active, and so is its agreement. */
  offered: z.boolean(),
});

/** What communities offer (docs/how-to/service-catalogue.md). */
export const services = {
  list: defineEndpoint({
    id: 'listServices',
    paging: { standard: 100, max: 500 },
    method: 'GET',
    path,
    question: 'rpc.federation.v1.list-services',
    tag,
    summary: 'What can be asked for; whoever looks after the catalogue also sees what cannot now',
    query: Page,
    response: z.array(row),
  }),
  get: defineEndpoint({
    id: 'getService',
    method: 'GET',
    path: `${path}/:id`,
    question: 'rpc.federation.v1.get-service',
    tag,
    summary: 'One service',
    params,
    response: row,
  }),
  create: defineEndpoint({
    id: 'createService',
    method: 'POST',
    path,
    question: 'rpc.federation.v1.create-service',
    tag,
    summary: 'Adds a service; for `admin.integration`, and for who administers the community of its agreement',
    status: 201,
    body,
    response: row,
  }),
  update: defineEndpoint({
    id: 'updateService',
    method: 'PUT',
    path: `${path}/:id`,
    question: 'rpc.federation.v1.update-service',
    tag,
    summary: 'Changes a service; another agreement is for new tickets only',
    params,
    body: body.partial(),
    response: row,
  }),
  delete: defineEndpoint({
    id: 'deleteService',
    method: 'DELETE',
    path: `${path}/:id`,
    question: 'rpc.federation.v1.delete-service',
    tag,
    summary: 'Deletes a service; tickets keep its name',
    params,
  }),
};
