import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { bounded, Flag, Id, Page, Reading, Row, text } from './common.ts';

const params = { id: Id };
const Nothing = z.object({});
const assets = z.record(z.string(), z.unknown());

/** `full` answers with other objects than the plain form; the type stays that of the plain one. */
const one = <R extends z.ZodType>(row: R) => z.union([row, z.object({ id: z.number().int(), assets })]) as unknown as R;
const many = <R extends z.ZodType>(row: R) =>
  z.union([z.array(row), z.object({ record_ids: z.array(z.number().int()), assets })]) as unknown as z.ZodArray<R>;

/** What is to be done, a line each: `{ "ticket.state_id": { "value": 4 } }`. */
const Perform = z.record(z.string().max(250), z.unknown());

/** Groups for whose tickets it is; none: for all. Names count where there are no ids. */
const groupsOfIt = {
  group_ids: bounded(Id, 1_000).optional(),
  groups: bounded(text(500), 1_000).optional(),
};

export const nextSteps = ['none', 'next_task', 'next_from_overview', 'next_task_on_close'] as const;

const MacroInput = z.object({
  name: text(250).optional(),
  perform: Perform.optional(),
  /** Where the agent goes when it is done. */
  ux_flow_next_up: z.enum(nextSteps).optional(),
  note: text(5_000).nullish(),
  active: Flag.optional(),
  ...groupsOfIt,
});
export type MacroInput = z.output<typeof MacroInput>;

export const Macro = Row.extend({
  name: z.string(),
  perform: z.record(z.string(), z.unknown()),
  ux_flow_next_up: z.string(),
  note: z.string().nullable(),
  active: z.boolean(),
  group_ids: z.array(z.number().int()),
  groups: z.array(z.string()).optional(),
});

const TextModuleInput = z.object({
  name: text(250).optional(),
  /** What it is found by, beside its name. */
  keywords: text(1_000).nullish(),
  /** HTML; variables as `#{ticket.title}` or, in mustache, `{{customer.firstname}}` are filled in when it is used. */
  content: text(100_000).optional(),
  note: text(5_000).nullish(),
  active: Flag.optional(),
  foreign_id: text(250).nullish(),
  /** Null: shared by all. Agents make modules of their own only. */
  user_id: Id.nullish(),
  ...groupsOfIt,
});
export type TextModuleInput = z.output<typeof TextModuleInput>;

export const TextModule = Row.extend({
  user_id: z.number().int().nullable(),
  name: z.string(),
  keywords: z.string().nullable(),
  content: z.string(),
  note: z.string().nullable(),
  active: z.boolean(),
  foreign_id: z.string().nullable(),
  group_ids: z.array(z.number().int()),
  groups: z.array(z.string()).optional(),
});

const TemplateInput = z.object({
  name: text(250).optional(),
  /** What the form of a new ticket begins with: `{ "ticket.title": { "value": … }, "article.body": { "value": … } }`. */
  options: Perform.optional(),
  active: Flag.optional(),
});
export type TemplateInput = z.output<typeof TemplateInput>;

export const Template = Row.extend({
  name: z.string(),
  options: z.record(z.string(), z.unknown()),
  active: z.boolean(),
});

/** The five routes of a list that administrators keep and agents read. */
function crud<I extends z.ZodType, R extends z.ZodType>(of: {
  /** `Macro`, `TextModule` */
  name: string;
  path: string;
  /** `macro`, `text-module`; its plural has an s. */
  subject: string;
  words: string;
  tag: string;
  input: I;
  row: R;
}) {
  const { name, path, subject, words, tag, input: body, row } = of;
  const common = { tag } as const;
  return {
    list: defineEndpoint({
      ...{ ...common, id: `list${name}s`, method: 'GET', path: `/api/v1/${path}` },
      question: `rpc.ticket.v1.list-${subject}s`,
      summary: `All ${words}s that the caller may use; administrators get all`,
      query: Page,
      response: many(row),
    }),
    get: defineEndpoint({
      ...{ ...common, id: `get${name}`, method: 'GET', path: `/api/v1/${path}/:id` },
      question: `rpc.ticket.v1.get-${subject}`,
      summary: `One ${words}`,
      params,
      query: Reading,
      response: one(row),
    }),
    create: defineEndpoint({
      ...{ ...common, id: `create${name}`, method: 'POST', path: `/api/v1/${path}` },
      question: `rpc.ticket.v1.create-${subject}`,
      summary: `Adds a ${words}`,
      status: 201,
      query: Reading,
      body,
      response: one(row),
    }),
    update: defineEndpoint({
      ...{ ...common, id: `update${name}`, method: 'PUT', path: `/api/v1/${path}/:id` },
      question: `rpc.ticket.v1.update-${subject}`,
      summary: `Changes a ${words}`,
      params,
      query: Reading,
      body,
      response: one(row),
    }),
    delete: defineEndpoint({
      ...{ ...common, id: `delete${name}`, method: 'DELETE', path: `/api/v1/${path}/:id` },
      question: `rpc.ticket.v1.delete-${subject}`,
      summary: `Deletes a ${words}`,
      params,
      response: Nothing,
    }),
  };
}

export const macros = crud({
  ...{ name: 'Macro', path: 'macros', subject: 'macro', words: 'macro', tag: 'Macros' },
  input: MacroInput,
  row: Macro,
});

const textModuleRoutes = crud({
  ...{ name: 'TextModule', path: 'text_modules', subject: 'text-module', words: 'text module', tag: 'Text modules' },
  input: TextModuleInput,
  row: TextModule,
});

export const textModules = {
  ...textModuleRoutes,
  preview: defineEndpoint({
    id: 'previewTextModule',
    method: 'POST',
    path: '/api/v1/text_modules/preview',
    question: 'rpc.ticket.v1.preview-text-module',
    tag: 'Text modules',
    summary: 'A text module, or a text that may become one, as it reads in a ticket',
    body: z.object({ id: Id.optional(), content: text(100_000).optional(), ticket_id: Id.optional() }),
    response: z.object({
      content: z.string(),
      /** What keeps the text from being saved: sections that do not close. */
      errors: z.array(z.string()),
    }),
  }),
  import: defineEndpoint({
    id: 'importTextModules',
    method: 'POST',
    path: '/api/v1/text_modules/import',
    question: 'rpc.ticket.v1.import-text-modules',
    tag: 'Text modules',
    summary:
      'Adds and changes shared text modules from CSV; with `try=true` it says what would happen and does nothing',
    query: z.object({ try: Flag.optional() }),
    body: z.object({ data: text(5_000_000), try: Flag.optional() }),
    response: z.object({
      result: z.enum(['success', 'failed']),
      try: z.boolean(),
      stats: z.object({ created: z.number().int(), updated: z.number().int() }),
      /** Names, in the order of the file. */
      records: z.array(z.object({ line: z.number().int(), name: z.string(), what: z.enum(['created', 'updated']) })),
      errors: z.array(z.string()),
    }),
  }),
};

export const templates = crud({
  ...{ name: 'Template', path: 'templates', subject: 'template', words: 'template', tag: 'Templates' },
  input: TemplateInput,
  row: Template,
});
