import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { bounded, Flag, Id, Reading, Row, text } from './common.ts';
import { objects } from './tickets.ts';

const tag = 'Checklists';
const params = { id: Id };
const Nothing = z.object({});

/** What a checklist may have at most. */
export const MAX_CHECKLIST_ITEMS = 100;
const ItemText = text(1_000);

const assets = z.record(z.string(), z.unknown());

/** `assets`: the checklist, its items, and the tickets that they name, as far as those may be seen. */
export const ChecklistAnswer = z.object({ id: z.number().int(), assets });
export type ChecklistAnswer = z.output<typeof ChecklistAnswer>;

/** How it stands in the assets. */
export const Checklist = Row.extend({
  name: z.string(),
  ticket_id: z.number().int(),
  /** Digits: existing clients compare them as strings. */
  sorted_item_ids: z.array(z.string()),
});

export const ChecklistItem = Row.extend({
  checklist_id: z.number().int(),
  text: z.string(),
  /** Ticked, or the ticket it names is closed. */
  checked: z.boolean(),
  /** The ticket that it names by its number; null as well when the reader may not see that one. */
  ticket_id: z.number().int().nullable(),
});

const get = defineEndpoint({
  id: 'getChecklist',
  method: 'GET',
  path: '/api/v1/checklists/:id',
  question: 'rpc.ticket.v1.get-checklist',
  tag,
  summary: 'The checklist of a ticket; for its agents',
  params,
  query: Reading,
  response: ChecklistAnswer,
});

const ChecklistChange = z.object({
  name: text(250).optional(),
  /** All items, in the order they shall have. */
  sorted_item_ids: bounded(Id, MAX_CHECKLIST_ITEMS).optional(),
});

const changing = <const M extends 'PATCH' | 'PUT'>(method: M, id: string) =>
  defineEndpoint({
    id,
    method,
    path: '/api/v1/checklists/:id',
    question: 'rpc.ticket.v1.update-checklist',
    tag,
    summary: 'Renames a checklist, or puts its items into another order',
    params,
    body: ChecklistChange,
    response: ChecklistAnswer,
  });

export const checklists = {
  get,
  create: defineEndpoint({
    id: 'createChecklist',
    method: 'POST',
    path: '/api/v1/checklists',
    question: 'rpc.ticket.v1.create-checklist',
    tag,
    summary: 'Gives a ticket its checklist, empty or as a template has it',
    status: 201,
    body: z.object({ ticket_id: Id, template_id: Id.nullish(), name: text(250).optional() }),
    response: ChecklistAnswer,
  }),
  update: changing('PATCH', 'updateChecklist'),
  replace: changing('PUT', 'replaceChecklist'),
  delete: defineEndpoint({
    id: 'deleteChecklist',
    method: 'DELETE',
    path: '/api/v1/checklists/:id',
    question: 'rpc.ticket.v1.delete-checklist',
    tag,
    summary: 'Deletes the checklist of a ticket',
    params,
    response: Nothing,
  }),
};

const ItemChange = z.object({ text: ItemText.optional(), checked: Flag.optional() });
const changingItem = <const M extends 'PATCH' | 'PUT'>(method: M, id: string) =>
  defineEndpoint({
    id,
    method,
    path: '/api/v1/checklist_items/:id',
    question: 'rpc.ticket.v1.update-checklist-item',
    tag,
    summary: 'Ticks an item, or says it in other words; words like `Ticket#10001` make it stand for that ticket',
    params,
    body: ItemChange,
    response: ChecklistItem,
  });

export const checklistItems = {
  create: defineEndpoint({
    id: 'createChecklistItem',
    method: 'POST',
    path: '/api/v1/checklist_items',
    question: 'rpc.ticket.v1.create-checklist-item',
    tag,
    summary: 'Adds an item at the end of a checklist',
    status: 201,
    body: z.object({ checklist_id: Id, text: ItemText, checked: Flag.optional() }),
    response: ChecklistItem,
  }),
  update: changingItem('PATCH', 'updateChecklistItem'),
  replace: changingItem('PUT', 'replaceChecklistItem'),
  delete: defineEndpoint({
    id: 'deleteChecklistItem',
    method: 'DELETE',
    path: '/api/v1/checklist_items/:id',
    question: 'rpc.ticket.v1.delete-checklist-item',
    tag,
    summary: 'Takes an item off its checklist',
    params,
    response: Nothing,
  }),
};

export const ChecklistTemplate = Row.extend({ name: z.string(), active: z.boolean(), items: z.array(z.string()) });

export const checklistTemplates = objects(
  'checklist template',
  'checklist templates',
  '/api/v1/checklist_templates',
  ChecklistTemplate,
  z.object({
    name: text(250).optional(),
    active: Flag.optional(),
    items: bounded(ItemText, MAX_CHECKLIST_ITEMS).optional(),
  }),
  tag,
);
