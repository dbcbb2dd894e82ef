import {
  type Actor,
  auditMessage,
  type Caller,
  changesBetween,
  type MailBrand,
  type MailKind,
  type MailTemplateInput,
  type MailTemplateTrouble,
  recordAudit,
} from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import type { Outbox } from '@helpmesh/messaging';
import { transaction, violates } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { GroupAddressStore } from '../../persistence/group-address.store.ts';
import type { MailTemplateStore } from '../../persistence/mail-template.store.ts';
import { audienceOf, exampleValues, namesOf } from '../../templates/examples.ts';
import {
  FOOTER,
  footerNames,
  inSystemWords,
  type Letter,
  languages,
  letterOf,
  promised,
  type RenderedMail,
} from '../../templates/render.ts';
import { blocksOf, type MailSource, sourceOf } from '../../templates/source.ts';
import { type TemplateName, text } from '../../templates/words.ts';
import { houseOf } from '../house.ts';
import { requireChannelAdmin } from '../outbound-queue.ts';
import type { MailSettings } from '../ports.ts';
import type { TemplateRow, TemplateValues } from './mail-template.ts';
import type { TemplateEngine } from './ports.ts';
import { partsOf, type TemplateBook } from './template-book.ts';
import { Footers, filledFooter, mailOf } from './write-mails.ts';

type Draft = Pick<TemplateValues, 'kind' | 'locale' | 'branding_id' | 'subject' | 'body'>;

const audited = ['kind', 'locale', 'branding_id', 'subject', 'body', 'active'] as const;

export interface ManageTemplatesParts {
  db: DataSource;
  store: MailTemplateStore;
  groups: GroupAddressStore;
  book: Pick<TemplateBook, 'refresh' | 'of'>;
  engine: TemplateEngine;
  outbox: Outbox;
  clock: Clock;
  settings: Pick<MailSettings, 'brand' | 'page'>;
}

/** What the mails of the system say, for those who look after mail channels. */
export class ManageTemplates {
  private readonly footers: Footers;

  constructor(private readonly parts: ManageTemplatesParts) {
    // A look at a mail marks no text.
    this.footers = new Footers({ of: (...which) => parts.book.of(...which), failed: () => undefined }, parts.engine);
  }

  /** @throws AppError forbidden */
  kinds(actor: Actor | undefined): MailKind[] {
    requireChannelAdmin(actor);
    const { brand, page } = this.parts.settings;
    const kinds = (Object.keys(promised) as TemplateName[]).map((kind): MailKind => {
      const { view } = letterOf(kind, 'en', exampleValues(kind, 'en', page), { brand, page });
      const needs = new Set<string>([...(promised[kind]?.needs ?? []), 'brand', 'page']);
      return {
        kind,
        audience: audienceOf(kind),
        variables: namesOf(kind).map((name) => ({ name, always: needs.has(name), example: view[name] ?? '' })),
        defaults: Object.fromEntries(
          Object.values(languages).map(({ tag, templates }) => [tag, sourceOf(templates[kind])]),
        ) as MailKind['defaults'],
      };
    });
    return [...kinds, footerKind({ brand, page })];
  }

  /** @throws AppError forbidden */
  list(actor: Actor | undefined, limit: number, offset: number): Promise<TemplateRow[]> {
    requireChannelAdmin(actor);
    return this.parts.store.list(this.parts.db, limit, offset);
  }

  /** @throws AppError forbidden; not-found `mail-template.not-found` */
  async get(actor: Actor | undefined, id: number): Promise<TemplateRow> {
    requireChannelAdmin(actor);
    return found(await this.parts.store.get(this.parts.db, id), id);
  }

  /** @throws AppError forbidden; invalid `mail-template.unknown`; not-found `mail-template.no-such-branding` */
  async preview(
    actor: Actor | undefined,
    given: MailTemplateInput & MailSource,
  ): Promise<{ mail: RenderedMail | null; errors: MailTemplateTrouble[] }> {
    requireChannelAdmin(actor);
    return this.tried(draftOf(given));
  }

  /** @throws AppError forbidden; invalid `input.*`, `mail-template.*`; not-found `mail-template.no-such-branding` */
  async create(caller: Caller | undefined, input: MailTemplateInput): Promise<TemplateRow> {
    const actor = requireChannelAdmin(caller);
    const values: TemplateValues = { ...draftOf(input), active: input.active ?? true };
    await this.requireUsable(values);
    return this.write(async (tx) => {
      const { store, clock } = this.parts;
      const id = await store.insert(tx, values, authorOf(actor), new Date(clock.now()));
      const row = found(await store.get(tx, id), id);
      await this.tell(tx, actor, 'created', null, row);
      return row;
    });
  }

  /** @throws AppError like `create`; not-found `mail-template.not-found` */
  async update(caller: Caller | undefined, id: number, input: MailTemplateInput): Promise<TemplateRow> {
    const actor = requireChannelAdmin(caller);
    const { store, clock } = this.parts;
    return this.write(async (tx) => {
      const before = found(await store.lock(tx, id), id);
      const values: TemplateValues = {
        ...draftOf({ ...before, ...given(input) } as MailTemplateInput),
        active: input.active ?? before.active,
      };
      // One that is broken since can be put away.
      if (values.active) await this.requireUsable(values);
      await store.update(tx, id, values, authorOf(actor), new Date(clock.now()));
      const row = found(await store.get(tx, id), id);
      await this.tell(tx, actor, 'changed', before, row);
      return row;
    });
  }

  /** @throws AppError forbidden; not-found `mail-template.not-found` */
  async remove(caller: Caller | undefined, id: number): Promise<void> {
    const actor = requireChannelAdmin(caller);
    await this.write(async (tx) => {
      const before = found(await this.parts.store.lock(tx, id), id);
      await this.parts.store.remove(tx, id);
      await this.tell(tx, actor, 'deleted', before, null);
    });
  }

  private async requireUsable(draft: Draft): Promise<void> {
    const { errors } = await this.tried(draft);
    if (errors.length === 0) return;
    const told = errors.map(({ field, line, message }) => `${field}, line ${line}: ${message}`);
    throw new AppError('invalid', 'mail-template.broken', `The text cannot be used: ${told.join(' ')}`, undefined, {
      fields: errors.map(({ field, line, message }) => ({ pointer: `/${field}`, detail: `Line ${line}: ${message}` })),
      members: { lines: errors },
    });
  }

  /** The mail as it would be, or what of it cannot be. */
  private async tried(draft: Draft): Promise<{ mail: RenderedMail | null; errors: MailTemplateTrouble[] }> {
    const { engine, settings } = this.parts;
    const { kind, locale, subject, body } = draft;
    const house = houseOf(settings, await this.brandOf(draft.branding_id));
    const example = kind === FOOTER ? EXAMPLE : kind;
    const letter = letterOf(example, locale, exampleValues(example, locale, settings.page), house);
    const blocks = blocksOf(body);
    const names = kind === FOOTER ? [...footerNames] : namesOf(kind);
    const places = [
      { field: 'subject' as const, line: 1 },
      ...blocks.flatMap(({ line, address }) =>
        Array(address === undefined ? 1 : 2).fill({ field: 'body' as const, line }),
      ),
    ];
    const parts = partsOf(subject, blocks);
    const troubles = await engine.check(parts, names);
    const errors = troubles.map(({ part, line, message }): MailTemplateTrouble => {
      const place = places[part] as (typeof places)[number];
      return { field: place.field, line: place.line + line - 1, message: withHint(message, names) };
    });
    errors.push(...(kind === FOOTER ? aboutFooter(subject, blocks) : aboutLinks(blocks, names.includes('link'))));
    if (errors.length > 0) return { mail: null, errors };
    const mail = await (kind === FOOTER ? this.withFooter(letter, blocks, parts) : this.inWords(letter, blocks, parts));
    if ('failed' in mail) return { mail: null, errors: [{ field: 'body', line: 1, message: mail.failed }] };
    return { mail, errors };
  }

  private async inWords(letter: Letter, blocks: Blocks, parts: readonly string[]) {
    const [filled] = await this.parts.engine.fill(parts, [letter.view]);
    if (!filled || !('parts' in filled)) return { failed: filled?.failed ?? '' };
    return mailOf(await this.footers.below(letter), blocks, filled.parts);
  }

  /** Below a mail in the words of the system. */
  private async withFooter(letter: Letter, blocks: Blocks, parts: readonly string[]) {
    const footer = await filledFooter(this.parts.engine, blocks, parts, letter.house);
    return 'failed' in footer ? footer : inSystemWords({ ...letter, footer });
  }

  private async brandOf(id: number | null): Promise<MailBrand | undefined> {
    const brand = await this.parts.groups.brand(this.parts.db, id);
    if (brand || id === null) return brand;
    throw new AppError('not-found', 'mail-template.no-such-branding', `No groups have the branding with 'id'=${id}`);
  }

  private async tell(
    tx: EntityManager,
    actor: Caller,
    what: 'created' | 'changed' | 'deleted',
    before: TemplateRow | null,
    after: TemplateRow | null,
  ): Promise<void> {
    const { id, kind, locale } = (after ?? before) as TemplateRow;
    const object = { type: 'MailTemplate', id, label: `${kind} (${locale})` };
    const told = { action: `mail-template.${what}`, object, changes: changesBetween(before, after, audited) };
    await this.parts.outbox.add(tx, recordAudit, auditMessage(actor, told));
  }

  /** What the answer tells is in force when it is given. */
  private async write<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    const { db, outbox, book } = this.parts;
    try {
      const done = await transaction(db, work);
      outbox.ring();
      await book.refresh();
      return done;
    } catch (error) {
      if (!violates(error, 'mail_template_key')) throw error;
      throw new AppError('invalid', 'input.not-unique', 'This object already exists.');
    }
  }
}

type Blocks = ReturnType<typeof blocksOf>;

/** Below which mail a footer is shown. */
const EXAMPLE: TemplateName = 'auto-reply-new-ticket';

function footerKind(house: { brand: string; page: string }): MailKind {
  return {
    kind: FOOTER,
    audience: 'everybody',
    variables: footerNames.map((name) => ({ name, always: true, example: house[name] })),
    defaults: Object.fromEntries(
      Object.values(languages).map(({ tag, footer }) => [tag, sourceOf({ subject: '', blocks: [text(footer)] })]),
    ) as MailKind['defaults'],
  };
}

function aboutFooter(subject: string, blocks: Blocks): MailTemplateTrouble[] {
  const odd = blocks.filter(({ kind }) => kind !== 'text' && kind !== 'link');
  return [
    ...(subject.trim() === '' ? [] : [{ field: 'subject' as const, line: 1, message: 'A footer has no subject.' }]),
    ...odd.map(({ line }) => ({
      ...{ field: 'body' as const, line },
      message: 'A footer is made of lines, and of links: [words](https://…).',
    })),
  ];
}

/** A mail whose only use is its link must have it, and one without a link can have no button. */
function aboutLinks(blocks: Blocks, hasLink: boolean): MailTemplateTrouble[] {
  const button = blocks.find(({ kind }) => kind === 'action');
  if (!hasLink) {
    const message = 'This mail has no address for a button: write [words](https://…) for a link.';
    return button ? [{ field: 'body', line: button.line, message }] : [];
  }
  const told = blocks.some(({ source, address = '' }) => /\{\{-?\s*link\b/.test(source + address));
  const message = 'The link of this mail is missing: write [words] on a line of its own for its button, or {{ link }}.';
  return button || told ? [] : [{ field: 'body', line: 1, message }];
}

function withHint(message: string, names: readonly string[]): string {
  if (message.startsWith('There is no value')) return `${message} There are: ${names.join(', ')}.`;
  const cutShort = /not closed|"(?:end\w+|else|elsif|when)"/.test(message);
  return cutShort ? `${message} A condition ends in the paragraph in which it begins.` : message;
}

/** @throws AppError invalid `input.missing`, `mail-template.unknown` */
function draftOf(input: MailTemplateInput): Draft {
  const { kind, locale, body, branding_id = null } = input;
  const subject = input.subject ?? (kind === FOOTER ? '' : undefined);
  for (const [name, value] of Object.entries({ kind, locale, subject, body })) {
    if (value === undefined) {
      throw new AppError('invalid', 'input.missing', `The required value '${name}' is missing.`);
    }
  }
  if (kind !== FOOTER && !Object.hasOwn(promised, kind as string)) {
    throw new AppError('invalid', 'mail-template.unknown', `There is no mail that is called "${kind}".`);
  }
  return {
    ...{ kind: kind as TemplateName | typeof FOOTER, locale: locale as string, branding_id },
    ...{ subject: subject as string, body: (body as string).replaceAll('\r\n', '\n') },
  };
}

const given = (input: MailTemplateInput) =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));

const authorOf = ({ userId, actingUserId }: Actor) => actingUserId ?? userId;

function found(row: TemplateRow | undefined, id: number): TemplateRow {
  if (row) return row;
  throw new AppError('not-found', 'mail-template.not-found', `Couldn't find MailTemplate with 'id'=${id}`);
}
