import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { boundedRecord, Id, Instant, Page, Row, text } from './common.ts';

/** Helpdesks whose past can be brought here. */
export const importKinds = ['zammad', 'freshdesk'] as const;

const count = z.number().int();
const Share = z.object({
  /** Added here; in a dry run: would be. */
  made: count,
  /** Here already. */
  known: count,
  /** Left out, with a reason in the list of problems. */
  left_out: count,
});
/** What an import has done so far, by what it brings. */
export const ImportCounts = z.object({
  organizations: Share,
  people: Share,
  tickets: Share,
  articles: Share,
  files: Share,
});
const Word = z.object({ name: z.string(), tickets: count });
/** A word of theirs, and what it becomes here; null: nothing here is meant by it, so it becomes what is usual. */
const Meant = Word.extend({ becomes: z.string().nullable() });

const settings = {
  kind: z.enum(importKinds),
  /** Of the web interface, `https://desk.example.org`. */
  address: text(500).min(1),
  /** Login of the account, where it signs in by a password. */
  account: text(200),
  sign_in: z.enum(['token', 'password']),
  /** Where tickets go whose group is not named in `groups`. */
  group_id: Id,
  /** A group here by the name of the group there. */
  groups: boundedRecord(z.number().int().positive(), 500),
};
/** The token or password: kept sealed, and told to nobody. */
const secret = text(2_000).min(1);

const row = Row.extend({
  ...settings,
  group_id: z.number().int(),
  groups: z.record(z.string(), z.number().int()),
  /** `ready`: nothing was begun; `waiting`: it goes on by itself once the helpdesk lets it. */
  state: z.enum(['ready', 'running', 'waiting', 'stopped', 'done', 'failed']),
  /** What was begun last. */
  doing: z.enum(['dry-run', 'import']).nullable(),
  phase: z.enum(['organizations', 'people', 'tickets']).nullable(),
  counts: ImportCounts,
  /** What the last dry run found; null: there was none that came to its end. */
  found: z
    .object({
      counts: ImportCounts,
      groups: z.array(Word),
      states: z.array(Meant),
      priorities: z.array(Meant),
      finished_at: Instant,
    })
    .nullable(),
  problems: count,
  /** Why it waits or has failed. */
  detail: z.string().nullable(),
  started_by_id: z.number().int().nullable(),
  started_at: Instant.nullable(),
  finished_at: Instant.nullable(),
});

const tag = 'Import';
const path = '/api/v1/imports';
const params = { id: Id };

/** Bringing the past of another helpdesk here (docs/how-to/import-a-helpdesk.md); for administrators of everything. */
export const imports = {
  list: defineEndpoint({
    id: 'listImports',
    method: 'GET',
    path,
    question: 'rpc.federation.v1.list-imports',
    tag,
    summary: 'Imports from other helpdesks, with how far each is',
    response: z.array(row),
  }),
  get: defineEndpoint({
    id: 'getImport',
    method: 'GET',
    path: `${path}/:id`,
    question: 'rpc.federation.v1.get-import',
    tag,
    summary: 'One import, with how far it is',
    params,
    response: row,
  }),
  create: defineEndpoint({
    id: 'createImport',
    method: 'POST',
    path,
    question: 'rpc.federation.v1.create-import',
    tag,
    summary: 'Names a helpdesk to import from; nothing is begun',
    status: 201,
    body: z.object({
      ...settings,
      account: settings.account.default(''),
      sign_in: settings.sign_in.default('token'),
      groups: settings.groups.default({}),
      secret,
    }),
    response: row,
  }),
  update: defineEndpoint({
    id: 'updateImport',
    method: 'PUT',
    path: `${path}/:id`,
    question: 'rpc.federation.v1.update-import',
    tag,
    summary: 'Changes what is given, while it does not run; another address needs its token anew',
    params,
    body: z.object({ ...settings, secret }).partial(),
    response: row,
  }),
  delete: defineEndpoint({
    id: 'deleteImport',
    method: 'DELETE',
    path: `${path}/:id`,
    question: 'rpc.federation.v1.delete-import',
    tag,
    summary: 'Forgets the helpdesk and its token; what was imported stays',
    params,
  }),
  verify: defineEndpoint({
    id: 'verifyImport',
    method: 'POST',
    path: `${path}/:id/verify`,
    question: 'rpc.federation.v1.verify-import',
    tag,
    summary: 'Calls the helpdesk: says who answers there and which groups it has, or what is wrong',
    params,
    response: z.object({
      ok: z.boolean(),
      product: z.string(),
      version: z.string(),
      account: z.string(),
      groups: z.array(z.string()),
      /** What is wrong, mostly in the words of the other side. */
      detail: z.string().nullable(),
    }),
  }),
  start: defineEndpoint({
    id: 'startImport',
    method: 'POST',
    path: `${path}/:id/start`,
    question: 'rpc.federation.v1.start-import',
    tag,
    summary: 'Begins a dry run or the import itself, or goes on with one that was stopped; one runs at a time',
    params,
    body: z.object({ doing: z.enum(['dry-run', 'import']) }),
    response: row,
  }),
  stop: defineEndpoint({
    id: 'stopImport',
    method: 'POST',
    path: `${path}/:id/stop`,
    question: 'rpc.federation.v1.stop-import',
    tag,
    summary: 'Stops it after what it is at; started again it goes on from there',
    params,
    response: row,
  }),
  problems: defineEndpoint({
    id: 'listImportProblems',
    paging: { standard: 100, max: 5_000 },
    csv: 'import-problems',
    method: 'GET',
    path: `${path}/:id/problems`,
    question: 'rpc.federation.v1.list-import-problems',
    tag,
    summary: 'What was left out, and why; `download=true` is a CSV file',
    params,
    query: Page,
    response: z.array(
      z.object({
        id: z.number().int(),
        object: z.enum(['organization', 'person', 'ticket', 'article', 'file']),
        /** What the other helpdesk knows it by. */
        remote: z.string(),
        detail: z.string(),
        created_at: Instant,
      }),
    ),
  }),
};
