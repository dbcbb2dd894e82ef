import { z } from 'zod';
import { defineQuestion } from '../define.ts';
import { HelpHit, HelpLocale } from '../http/knowledge-base.ts';
import { StoredFile } from '../http/tickets.ts';

/** What the public pages of the knowledge base are made of. Everything here is published, whoever asks. */
const callers = { callers: ['gateway'] } as const;
const id = z.number().int();
const Id = id.min(1).max(2_147_483_647);
const locales = z.array(HelpLocale);

const Category = z.object({ id, parentId: id.nullable(), title: z.string(), answers: id });
const Title = z.object({ id, title: z.string() });

/** Whether there is a help, in which languages, and whether strangers may write on it. */
export const readHelp = defineQuestion(
  'rpc.ticket.v1.read-help',
  z.object({}),
  z.object({ locales, requests: z.boolean(), groups: z.array(z.object({ id, name: z.string() })) }),
  callers,
);
export type Help = z.output<typeof readHelp.output>;

/** Categories in the order of the tree with how many answers they hold, and what is read most. */
export const readHelpHome = defineQuestion(
  'rpc.ticket.v1.read-help-home',
  z.object({ locale: HelpLocale }),
  z.object({ categories: z.array(Category), popular: z.array(Title) }),
  callers,
);
export type HelpHome = z.output<typeof readHelpHome.output>;

/** Not found: `help.no-such-page`, also of what is not published. */
export const readHelpCategory = defineQuestion(
  'rpc.ticket.v1.read-help-category',
  z.object({ locale: HelpLocale, id: Id }),
  z.object({
    title: z.string(),
    /** From the topmost to the one above. */
    above: z.array(Title),
    below: z.array(Category),
    answers: z.array(Title),
    locales: z.array(z.object({ locale: HelpLocale, title: z.string() })),
  }),
  callers,
);
export type HelpCategoryPage = z.output<typeof readHelpCategory.output>;

/** Counts as a view. Not found: `help.no-such-page`, also of what is not published. */
export const readHelpAnswer = defineQuestion(
  'rpc.ticket.v1.read-help-answer',
  z.object({ locale: HelpLocale, id: Id }),
  z.object({
    title: z.string(),
    /** Clean HTML. */
    body: z.string(),
    updatedAt: z.iso.datetime(),
    /** From the topmost category to its own. */
    above: z.array(Title),
    locales: z.array(z.object({ locale: HelpLocale, title: z.string() })),
    files: z.array(z.object({ id, filename: z.string(), size: id })),
  }),
  callers,
);
export type HelpAnswerPage = z.output<typeof readHelpAnswer.output>;

/** A file of a published answer. Not found: `help.no-such-page`. */
export const readHelpFile = defineQuestion('rpc.ticket.v1.read-help-file', z.object({ id: Id }), StoredFile, callers);

/** A file of an answer that the actor may read, published or not. */
export const getHelpFile = defineQuestion(
  'rpc.ticket.v1.get-help-file',
  z.object({ answerId: Id, id: Id }),
  StoredFile,
  callers,
);

/** Adds a file to an answer; for editors. */
export const addHelpFile = defineQuestion(
  'rpc.ticket.v1.add-help-file',
  z.object({ answerId: Id, file: StoredFile }),
  z.object({ id }),
  callers,
);

/** Published answers with the words, or with any of them where none has all. */
export const searchHelp = defineQuestion(
  'rpc.ticket.v1.search-help',
  z.object({ locale: HelpLocale, query: z.string().max(1_000), any: z.boolean(), limit: z.number().int().max(50) }),
  z.object({ hits: z.array(HelpHit) }),
  callers,
);

/** Every public page, for those that search the web. */
export const listHelpPages = defineQuestion(
  'rpc.ticket.v1.list-help-pages',
  z.object({}),
  z.object({
    pages: z.array(
      z.object({
        kind: z.enum(['category', 'answer']),
        id,
        locale: HelpLocale,
        title: z.string(),
        updatedAt: z.iso.datetime(),
      }),
    ),
  }),
  callers,
);

/** Whether an answer helped. One word of each visitor, which the next one of theirs replaces. */
export const rateHelpAnswer = defineQuestion(
  'rpc.ticket.v1.rate-help-answer',
  z.object({
    id: Id,
    locale: HelpLocale,
    /** Of no meaning beside being the same again. */
    visitor: z.string().max(100),
    helpful: z.boolean(),
    comment: z.string().max(2_000),
  }),
  z.object({}),
  callers,
);

/** A published answer was enough: who was about to write did not. */
export const countHelpDeflection = defineQuestion(
  'rpc.ticket.v1.count-help-deflection',
  z.object({ id: Id }),
  z.object({}),
  callers,
);

/**
 * Opens a ticket for somebody who has proven nothing: their name on it opens nothing for them but the link that goes
 * to their address. Sent twice with the same key it is opened once.
 */
export const openPublicRequest = defineQuestion(
  'rpc.ticket.v1.open-public-request',
  z.object({
    name: z.string().max(200),
    email: z.string().max(254),
    subject: z.string().max(250),
    text: z.string().max(100_000),
    groupId: id.optional(),
    once: z.string().max(64),
  }),
  z.object({ number: z.string() }),
  callers,
);
