import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { AttributeScreens, attributeObjects } from '../events/attributes.ts';
import { boundedRecord, Flag, Page, Reading, Row, text } from './common.ts';

const tag = 'Custom attributes';
const path = '/api/v1/object_manager_attributes';

/** An id, or the object: then the body or the query names the attribute. */
const params = { id: text(100) };

const Rule = z.looseObject({ shown: Flag.optional(), required: Flag.optional() });

export const AttributeInput = z.object({
  object: text(50).optional(),
  name: text(200).optional(),
  display: text(200).optional(),
  data_type: text(60).optional(),
  data_option: boundedRecord(z.unknown(), 50).optional(),
  /** By screen and permission. Left out: agents see it when a ticket is made and when it is changed. */
  screens: boundedRecord(
    boundedRecord(Rule as z.ZodType<z.output<typeof Rule>, z.output<typeof Rule>>, 30),
    20,
  ).nullish(),
  active: Flag.optional(),
  position: z.coerce.number().int().min(0).max(1_000_000).optional(),
});
export type AttributeInput = z.output<typeof AttributeInput>;

export const ObjectAttribute = Row.extend({
  name: z.string(),
  display: z.string(),
  object: z.enum(attributeObjects),
  object_lookup_id: z.number().int(),
  data_type: z.string(),
  data_option: z.record(z.string(), z.unknown()),
  /** What `data_option` becomes when the changes are carried out; empty when nothing waits. */
  data_option_new: z.record(z.string(), z.unknown()),
  screens: AttributeScreens,
  active: z.boolean(),
  editable: z.boolean(),
  position: z.number().int(),
  to_create: z.boolean(),
  to_migrate: z.boolean(),
  to_delete: z.boolean(),
  to_config: z.boolean(),
  deletable: z.boolean(),
  not_deletable_reason: z.string().optional(),
});

/** Whoever names the attribute by its object does so here. */
const Named = Reading.extend({ name: text(200).optional(), object: text(50).optional() });

export const objectAttributes = {
  list: defineEndpoint({
    id: 'listObjectAttributes',
    method: 'GET',
    path,
    question: 'rpc.ticket.v1.list-attributes',
    tag,
    summary: 'The custom attributes of tickets, users, organizations and groups, with what waits to be carried out',
    query: Page,
    response: z.array(ObjectAttribute),
  }),
  get: defineEndpoint({
    id: 'getObjectAttribute',
    method: 'GET',
    path: `${path}/:id`,
    question: 'rpc.ticket.v1.get-attribute',
    tag,
    summary: 'One custom attribute',
    params,
    query: Named,
    response: ObjectAttribute,
  }),
  create: defineEndpoint({
    id: 'createObjectAttribute',
    method: 'POST',
    path,
    question: 'rpc.ticket.v1.create-attribute',
    tag,
    summary: 'Adds a custom attribute; it is there when the changes were carried out',
    status: 201,
    query: Reading,
    body: AttributeInput,
    response: ObjectAttribute,
  }),
  update: defineEndpoint({
    id: 'updateObjectAttribute',
    method: 'PUT',
    path: `${path}/:id`,
    question: 'rpc.ticket.v1.update-attribute',
    tag,
    summary: 'Changes a custom attribute; what values it takes changes when the changes are carried out',
    params,
    query: Named,
    body: AttributeInput,
    response: ObjectAttribute,
  }),
  delete: defineEndpoint({
    id: 'deleteObjectAttribute',
    method: 'DELETE',
    path: `${path}/:id`,
    question: 'rpc.ticket.v1.delete-attribute',
    tag,
    summary: 'Marks a custom attribute for deletion; it goes with its values when the changes are carried out',
    params,
    query: Named,
    body: z.object({ name: text(200).optional(), object: text(50).optional() }).optional(),
    response: z.object({}),
  }),
  execute: defineEndpoint({
    id: 'executeObjectAttributeChanges',
    method: 'POST',
    path: '/api/v1/object_manager_attributes_execute_migrations',
    question: 'rpc.ticket.v1.execute-attribute-changes',
    tag,
    summary: 'Carries out what waits: at once, without a restart and without a rewrite of tables',
    response: z.object({}),
  }),
  discard: defineEndpoint({
    id: 'discardObjectAttributeChanges',
    method: 'POST',
    path: '/api/v1/object_manager_attributes_discard_changes',
    question: 'rpc.ticket.v1.discard-attribute-changes',
    tag,
    summary: 'Forgets what waits to be carried out',
    response: z.object({}),
  }),
};

/** How a field is shown to the caller on the screens they have. */
const FieldOnScreen = z.object({ shown: z.boolean(), required: z.boolean() });

export const CustomField = z.object({
  name: z.string(),
  display: z.string(),
  data_type: z.string(),
  data_option: z.record(z.string(), z.unknown()),
  position: z.number().int(),
  create: FieldOnScreen,
  edit: FieldOnScreen,
  view: FieldOnScreen,
});
export type CustomField = z.output<typeof CustomField>;

export const customFields = defineEndpoint({
  id: 'customFields',
  method: 'GET',
  path: '/api/v1/custom_fields',
  question: 'rpc.ticket.v1.custom-fields',
  tag,
  summary: 'The custom attributes that the caller sees, by object, with what holds for them on each screen',
  response: z.object({
    Ticket: z.array(CustomField),
    User: z.array(CustomField),
    Organization: z.array(CustomField),
    Group: z.array(CustomField),
  }),
});
