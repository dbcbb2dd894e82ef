import {
  type Actor,
  auditMessage,
  type Caller,
  mayReadInternal,
  type OutputOf,
  recordAudit,
  type textModules,
} from '@helpmesh/contracts';
import { type Clock, parseCsv } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { snippetTroubles } from '../../domain/template/snippet.ts';
import { sanitize } from '../../html/sanitize.ts';
import { LibraryStore, type LibraryValues } from '../../persistence/library.store.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { missingValue, notAuthorized, notFound, requireAnyOf } from '../access.ts';
import { TicketWords } from '../action/ticket-words.ts';
import { References, Wanted } from '../references.ts';
import { ManageLibrary } from './manage-library.ts';

type Imported = OutputOf<typeof textModules.import>;

/** Most rows of one file, and most complaints about it that are told. */
const MOST_ROWS = 5_000;
const MOST_ERRORS = 50;

/** Text modules as they read in a ticket, and many of them at once. */
@Injectable()
export class TextModules {
  constructor(
    private readonly db: DataSource,
    private readonly library: ManageLibrary,
    private readonly store: LibraryStore,
    private readonly tickets: TicketStore,
    private readonly references: References,
    private readonly words: TicketWords,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Clean HTML, and what of the text keeps it from being saved. */
  async preview(
    actor: Actor,
    asked: { id?: number | undefined; content?: string | undefined; ticket_id?: number | undefined },
  ): Promise<{ content: string; errors: string[] }> {
    requireAnyOf(actor, ['ticket.agent', 'admin.text_module']);
    const content = asked.id === undefined ? asked.content : await this.contentOf(actor, asked.id);
    if (content === undefined) throw missingValue('content');
    const wanted = new Wanted().user(actor.userId);
    const ticket = asked.ticket_id === undefined ? null : await this.ticketOf(actor, asked.ticket_id);
    if (ticket) this.words.want(ticket, wanted);
    const refs = await this.references.resolve(wanted);
    const clean = sanitize(content);
    const filled = await this.words.snippet(actor, ticket, refs, clean);
    return { content: sanitize(filled), errors: [...snippetTroubles(clean)] };
  }

  /**
   * Rows of `name, keywords, content, note, active`, with `id` where a module is known by it; others are known by their
   * name. All or none: a file with a mistake changes nothing.
   */
  async import(actor: Caller, text: string, dryRun: boolean): Promise<Imported> {
    requireAnyOf(actor, ['admin.text_module']);
    const [head, ...rows] = parseCsv(text);
    const columns = (head?.cells ?? []).map((name) => name.trim().toLowerCase());
    const errors: string[] = [];
    for (const name of ['name', 'content'])
      if (!columns.includes(name)) errors.push(`Line 1: there is no column '${name}'.`);
    if (rows.length > MOST_ROWS) errors.push(`A file may have ${MOST_ROWS} rows at most.`);
    if (errors.length > 0) return failed(errors, dryRun);
    const read = rows.map(({ line, cells }) => ({ line, ...rowOf(columns, cells) }));
    const known = await this.store.sharedModules(
      this.db,
      read.flatMap(({ id }) => id ?? []),
      read.map(({ name }) => name),
    );
    const seen = new Map<string, number>();
    const plans = read.map(({ line, id, name, values }) => {
      const twin = seen.get(name.toLowerCase());
      seen.set(name.toLowerCase(), line);
      const found =
        known.find((one) => one.id === id) ?? known.find((one) => one.name.toLowerCase() === name.toLowerCase());
      const wrong = !name ? 'the name is missing.' : name.length > 250 ? 'the name is too long.' : undefined;
      const also = !values.content ? 'the content is missing.' : twin && `line ${twin} has the same name.`;
      const strange = id !== undefined && found?.id !== id && `there is no shared text module with the id ${id}.`;
      const unclosed = snippetTroubles(values.content as string);
      for (const why of [wrong, also, strange, ...unclosed]) if (why) errors.push(`Line ${line}: ${why}`);
      return { line, name, values, id: found?.id };
    });
    if (errors.length > 0) return failed(errors, dryRun);
    if (!dryRun) await this.writeAll(actor, plans);
    const records = plans.map(
      ({ line, name, id }) => ({ line, name, what: id === undefined ? 'created' : 'updated' }) as const,
    );
    const created = records.filter(({ what }) => what === 'created').length;
    return { result: 'success', try: dryRun, stats: { created, updated: records.length - created }, records, errors };
  }

  private async writeAll(
    actor: Caller,
    plans: readonly { id: number | undefined; name: string; values: LibraryValues }[],
  ): Promise<void> {
    const now = this.clock.now();
    await transaction(this.db, async (tx) => {
      for (const { id: known, name, values } of plans) {
        if (known !== undefined) await this.store.update(tx, 'text_module', known, values, actor.userId, now);
        const id = known ?? (await this.store.insert(tx, 'text_module', values, actor.userId, now));
        const action = known === undefined ? 'text-module.created' : 'text-module.changed';
        const changes = { import: { from: null, to: true } };
        const told = { action, object: { type: 'TextModule', id, label: name }, changes };
        await this.outbox.add(tx, recordAudit, auditMessage(actor, told));
      }
    });
  }

  private async contentOf(actor: Actor, id: number): Promise<string> {
    return ((await this.library.get(actor, 'text_module', id, {})) as { content: string }).content;
  }

  /** The ticket, as its agent: internal articles may be quoted. */
  private async ticketOf(actor: Actor, id: number) {
    const [ticket] = await this.tickets.facts(this.db, [{ visible: VisibleTickets.to(actor, 'read'), id }]);
    if (!ticket) throw notFound('Ticket', id);
    if (!mayReadInternal(actor, ticket)) throw notAuthorized();
    return ticket;
  }
}

function rowOf(columns: readonly string[], cells: readonly string[]) {
  const cell = (name: string) => (columns.includes(name) ? (cells[columns.indexOf(name)] ?? '').trim() : undefined);
  const id = /^\d{1,9}$/.test(cell('id') ?? '') ? Number(cell('id')) : undefined;
  const name = cell('name') ?? '';
  const values: LibraryValues = { name, content: sanitize(cell('content') ?? '') };
  for (const column of ['keywords', 'note']) if (cell(column) !== undefined) values[column] = cell(column) || null;
  if (cell('active')) values.active = !/^(false|0|no)$/i.test(cell('active') ?? '');
  return { id, name, values };
}

function failed(errors: readonly string[], dryRun: boolean): Imported {
  const told = errors.slice(0, MOST_ERRORS);
  return { result: 'failed', try: dryRun, stats: { created: 0, updated: 0 }, records: [], errors: told };
}
