import type { BlobStore } from '@helpmesh/blob';
import { type InputOf, takeInPast, takeInRows } from '@helpmesh/contracts';
import { AppError, type Clock, derivedId, epochMs } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import { type ActorSigner, type SecretBox, WorkPool } from '@helpmesh/service-kit';
import { withSpan } from '@helpmesh/telemetry';
import type { DataSource } from 'typeorm';
import { type Counts, countWord, withoutAddresses } from '../../domain/imports/counts.ts';
import { priorityHere, stateHere, usual } from '../../domain/imports/meaning.ts';
import { askedForMs } from '../../domain/sync/outage.ts';
import type { FederationEvents } from '../../events.ts';
import type { ImportStore } from '../../persistence/import.store.ts';
import type { PeerCall } from '../foreign/ports.ts';
import {
  contextOf,
  type Import,
  type ImportPhase,
  importPhases,
  type OpenPast,
  type Part,
  type PastArticle,
  type PastReader,
  type PastRow,
  type PastThread,
  type PastTicket,
  type Problem,
  type Unread,
} from './ports.ts';

/** One turn; then others that run here have theirs. */
const TURN_MS = 20_000;
/** Until another goes on with what nobody has told of. */
const LEASE_MS = 60_000;
/** What is done between two notes of how far it is. */
const SLICE: Record<ImportPhase, number> = { organizations: 100, people: 100, tickets: 8 };
/** Tickets that are read at once. */
const AT_ONCE = 2;
/** Articles of one message, and their length, characters. */
const MOST_ARTICLES = 20;
const MOST_TEXT = 400_000;
const MOST_FILE_BYTES = 50_000_000;
/** Until a helpdesk that does not answer is called again. */
const REST_MS = 15_000;
/** Namespace of what came from elsewhere. */
const PAST = '2c9a6a0e-6a5f-4d0c-9d53-0f6d9b2c4e71';

/** What a helpdesk says no to for one thing alone. */
const ownTrouble: readonly AppError['kind'][] = ['not-found', 'forbidden', 'conflict', 'invalid'];

/** An import as it is being worked on. */
interface Work {
  run: Import;
  reader: PastReader;
  call: PeerCall;
  problems: Problem[];
  /** The part of a list that was read last: a slice is less than that. */
  held?: { phase: ImportPhase; at: string | null; part: Part<PastRow> | Part<PastTicket> };
}

/** Where a phase goes on: a part of the list, and how many of it are done. */
interface Place {
  at: string | null;
  done: number;
}

/**
 * Brings the past of another helpdesk here, slice by slice: how far it is is kept after each, so that whoever goes on
 * after a stop or a crash repeats one slice, and repeating changes nothing.
 */
export class RunImports {
  private readonly pool: WorkPool<number>;

  constructor(
    private readonly db: DataSource,
    private readonly store: ImportStore,
    private readonly open: OpenPast,
    private readonly box: SecretBox,
    private readonly blobs: BlobStore,
    private readonly rpc: RpcClient,
    private readonly signer: ActorSigner,
    private readonly clock: Clock,
    settings: { pollMs: number; stopGraceMs: number },
    private readonly events: FederationEvents,
  ) {
    this.pool = new WorkPool({
      ...{ ...settings, concurrency: 1 },
      claim: (limit) => store.claim(db, clock.now(), LEASE_MS, limit),
      work: (id, cutOff) => withSpan('federation.import', { 'helpmesh.import': id }, () => this.turn(id, cutOff)),
      trouble: (what, error) => this.events.trouble(what, error),
    });
  }

  start(): void {
    this.pool.start();
  }

  stop(): Promise<void> {
    return this.pool.stop();
  }

  readonly wake = (): void => this.pool.wake();

  private async turn(id: number, signal: AbortSignal): Promise<void> {
    const run = await this.store.get(this.db, id);
    const leased = () => epochMs(this.clock.now() + LEASE_MS);
    // A slice may take long: its files are fetched one after the other.
    const hold = () => this.store.hold(this.db, run, leased()).catch((error) => this.events.trouble('a lease', error));
    const holding = setInterval(hold, LEASE_MS / 3);
    const end = (over: Partial<Parameters<ImportStore['turned']>[2]>) => {
      const standing = { state: 'running', detail: null, dueAt: this.clock.now(), found: null } as const;
      return this.store.turned(this.db, run, { ...standing, ...over }, this.clock.now());
    };
    try {
      const reader = this.open(run, this.box.open(run.secret, contextOf(id)).toString());
      const work: Work = { run, reader, call: { signal }, problems: [] };
      const until = this.clock.now() + TURN_MS;
      while (run.phase !== null && this.clock.now() < until && !signal.aborted) {
        await this.slice(work);
        await this.store.note(this.db, id, work.problems.splice(0), this.clock.now());
        if (!(await this.store.progress(this.db, run, leased()))) return await this.store.release(this.db, run);
      }
      if (run.phase !== null) return await end({});
      const { counts, words } = run;
      const finishedAt = new Date(this.clock.now()).toISOString();
      await end({
        state: 'done',
        dueAt: null,
        ...(run.doing === 'dry-run' && { found: { counts, words, finishedAt } }),
      });
    } catch (error) {
      const trouble = AppError.from(error);
      this.events.trouble('an import cannot go on', trouble);
      const detail = trouble.kind === 'bug' ? 'Something went wrong here; the log says more.' : trouble.detail;
      const later = trouble.kind === 'unavailable' || trouble.kind === 'limited';
      const restMs = Math.max(REST_MS, askedForMs(trouble));
      if (later) await end({ state: 'waiting', detail, dueAt: epochMs(this.clock.now() + restMs) });
      else await end({ state: 'failed', detail, dueAt: null });
    } finally {
      clearInterval(holding);
    }
    this.wake();
  }

  /** Does a slice, and moves to what is behind it. */
  private async slice(work: Work): Promise<void> {
    const { run } = work;
    const phase = run.phase as ImportPhase;
    const { at, done }: Place = run.cursor === null ? { at: null, done: 0 } : JSON.parse(run.cursor);
    if (work.held?.phase !== phase || work.held.at !== at) {
      work.held = { phase, at, part: await work.reader[phase](at, work.call) };
    }
    const { items, unread, next } = work.held.part;
    // Told with the first slice of what they came with.
    if (done === 0) leaveOutUnread(work, phase, unread);
    const slice = items.slice(done, done + SLICE[phase]);
    if (phase === 'tickets') await this.tickets(work, slice as PastTicket[]);
    else await this.rows(work, phase, slice as PastRow[]);
    const place: Place | null =
      done + slice.length < items.length
        ? { at, done: done + slice.length }
        : next === null
          ? null
          : { at: next, done: 0 };
    run.cursor = place && JSON.stringify(place);
    if (place === null) run.phase = importPhases[importPhases.indexOf(phase) + 1] ?? null;
  }

  /** People and organizations: who is not here is added. */
  private async rows(work: Work, phase: 'organizations' | 'people', rows: readonly PastRow[]): Promise<void> {
    if (rows.length === 0) return;
    const { run, problems } = work;
    const share = run.counts[phase];
    const isDry = run.doing === 'dry-run';
    // In a dry run their organizations are not here, which is no fault of theirs.
    const first = isDry ? rows.map(withoutOrganization) : rows;
    const refused = await this.take(phase, first, isDry, share);
    // An organization that was left out leaves out nobody else.
    const again = phase === 'people' ? refused.filter(({ row }) => row.cells.organization) : [];
    const left =
      again.length > 0
        ? await this.take(
            phase,
            again.map(({ row }) => withoutOrganization(row)),
            isDry,
            share,
          )
        : [];
    const isFinal = new Set(again.map(({ row }) => row.remote));
    for (const { row, why } of [...refused.filter((one) => !isFinal.has(one.row.remote)), ...left]) {
      share.left_out += 1;
      problems.push({ object: objects[phase], remote: row.remote, detail: withoutAddresses(why) });
    }
  }

  private async take(
    phase: 'organizations' | 'people',
    rows: readonly PastRow[],
    isDry: boolean,
    share: Counts['people'],
  ): Promise<{ row: PastRow; why: string }[]> {
    const columns = [...new Set(rows.flatMap(({ cells }) => Object.keys(cells)))];
    const question = {
      object: phase === 'people' ? ('User' as const) : ('Organization' as const),
      ...{ columns, try: isDry },
      rows: rows.map(({ cells }, i) => ({
        line: i,
        cells: columns.map((name) => (cells[name] ?? '').slice(0, 10_000)),
      })),
    };
    const { records, errors } = await this.rpc.call(takeInRows, question, {
      actor: this.signer.service(),
      timeoutMs: 60_000,
    });
    for (const { what } of records) share[what === 'created' ? 'made' : 'known'] += 1;
    return errors.flatMap(({ line, message: why }) => {
      const row = rows[line];
      return row ? [{ row, why }] : [];
    });
  }

  private async tickets(work: Work, tickets: readonly PastTicket[]): Promise<void> {
    const { run } = work;
    const here = await this.store.here(
      this.db,
      run.address,
      tickets.map(({ id }) => id),
    );
    const waiting = [...tickets];
    const hand = async () => {
      for (let ticket = waiting.shift(); ticket; ticket = waiting.shift())
        await this.ticket(work, ticket, here.get(ticket.id));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, hand));
  }

  /** @param known  when the one that is here had changed last */
  private async ticket(work: Work, ticket: PastTicket, known: string | undefined): Promise<void> {
    const { run, problems } = work;
    const { counts, words } = run;
    countWord(words.groups, ticket.group);
    countWord(words.states, ticket.state);
    countWord(words.priorities, ticket.priority);
    const leaveOut = (why: string) => {
      counts.tickets.left_out += 1;
      problems.push({ object: 'ticket', remote: ticket.number, detail: withoutAddresses(why) });
    };
    if (ticket.leftOut !== null) return leaveOut(ticket.leftOut);
    if (known === ticket.changedAt) counts.tickets.known += 1;
    else if (run.doing === 'dry-run') counts.tickets[known === undefined ? 'made' : 'known'] += 1;
    else {
      try {
        await this.bring(work, ticket, await work.reader.thread(ticket, work.call));
      } catch (error) {
        const trouble = AppError.from(error);
        if (!ownTrouble.includes(trouble.kind)) throw error;
        leaveOut(trouble.detail);
      }
    }
  }

  private async bring(work: Work, ticket: PastTicket, thread: PastThread): Promise<void> {
    const { run } = work;
    const { counts } = run;
    const named = { zammad: 'Zammad', freshdesk: 'Freshdesk' }[run.kind];
    const uuidOf = (what: string) => derivedId(PAST, `${run.address} ${what}`);
    const articles: InputOf<typeof takeInPast>['articles'] = [];
    let brought = 0;
    let nth = 0;
    for (const { id, files: announced, ...article } of [...thread.articles, fromWhere(ticket, named)]) {
      const files = [];
      for (const file of announced) {
        const kept = await this.file(work, `${ticket.number}, file ${++nth}`, file);
        if (kept) files.push(kept);
      }
      brought += files.length;
      articles.push({
        ...article,
        uuid: uuidOf(id === 'from where' ? `origin of ${ticket.id}` : `article ${id}`),
        files,
      });
    }
    const { customer } = thread;
    const question = {
      source: `${named}, ${new URL(run.address).host}`,
      uuid: uuidOf(`ticket ${ticket.id}`),
      groupId: run.groups[ticket.group] ?? run.groupId,
      title: ticket.title,
      stateType: stateHere(run.kind, ticket.state) ?? usual.state,
      priority: priorityHere(run.kind, ticket.priority) ?? usual.priority,
      customer: customer?.email ? { name: customer.name, email: customer.email } : null,
      ...{ owner: thread.owner, tags: thread.tags, createdAt: ticket.createdAt, changedAt: ticket.changedAt },
    };
    for (const { remote, detail } of thread.unread) {
      counts.articles.left_out += 1;
      work.problems.push({ object: 'article', remote: `${ticket.number}, ${remote}`, detail });
    }
    if (!question.customer) {
      const detail = 'Its customer has no e-mail address, so it is nobody’s here.';
      work.problems.push({ object: 'ticket', remote: ticket.number, detail });
    }
    const terms = { actor: this.signer.service(), timeoutMs: 60_000 };
    let isNew = false;
    let added = 0;
    for (const some of inMessages(articles)) {
      const answer = await this.rpc.call(takeInPast, { ...question, articles: some }, terms);
      isNew ||= answer.made;
      added += answer.articles;
    }
    counts.tickets[isNew ? 'made' : 'known'] += 1;
    // That one of ours says where the ticket is from is none of theirs.
    counts.articles.made += Math.max(0, added - (isNew ? 1 : 0));
    counts.articles.known += articles.length - 1 - Math.max(0, added - (isNew ? 1 : 0));
    counts.files[isNew ? 'made' : 'known'] += brought;
    await this.store.keep(this.db, run.address, ticket.id, ticket.changedAt);
  }

  /** @returns undefined: it cannot be had; the ticket comes without it */
  private async file(work: Work, remote: string, { id, filename, mediaType, ...inline }: PastArticle['files'][number]) {
    let held: Awaited<ReturnType<BlobStore['put']>> | undefined;
    const sink = {
      maxBytes: MOST_FILE_BYTES,
      take: async (bytes: Parameters<BlobStore['put']>[0]) => {
        held = await this.blobs.put(bytes, { maxBytes: MOST_FILE_BYTES });
      },
    };
    try {
      await work.reader.file(id, sink, work.call);
      if (!held) throw new AppError('conflict', 'peer.unreadable', 'The answer has no file.');
      const { sha256, size } = held;
      return {
        sha256,
        size,
        filename: filename.slice(0, 1024) || '-',
        contentType: mediaType.slice(0, 255),
        ...inline,
      };
    } catch (error) {
      const { kind, code, detail } = AppError.from(error);
      const isIts = ownTrouble.includes(kind) || code === 'blob.too-large' || code === 'net.answer-too-large';
      if (!isIts || code === 'blob.store-unavailable') throw error;
      work.run.counts.files.left_out += 1;
      work.problems.push({ object: 'file', remote, detail: withoutAddresses(detail) });
      return undefined;
    }
  }
}

const objects = { organizations: 'organization', people: 'person', tickets: 'ticket' } as const;

function leaveOutUnread({ run, problems }: Work, phase: ImportPhase, unread: readonly Unread[]): void {
  run.counts[phase].left_out += unread.length;
  for (const one of unread) problems.push({ object: objects[phase], ...one });
}

function withoutOrganization({ remote, cells: { organization: _, ...cells } }: PastRow): PastRow {
  return { remote, cells };
}

/** What agents find the old number by. */
function fromWhere({ number, url, changedAt }: PastTicket, named: string): PastArticle {
  return {
    ...{
      id: 'from where',
      type: 'note',
      sender: 'System',
      author: { name: named, email: null },
      to: null,
      subject: null,
    },
    ...{ internal: true, contentType: 'text/plain', createdAt: changedAt, files: [] },
    body: `Imported from ${named}, where it was ticket ${number}: ${url}`,
  };
}

/** Articles in the messages that carry them; at least one, for the ticket itself. */
function inMessages<A extends { body: string }>(articles: readonly A[]): A[][] {
  const messages: A[][] = [[]];
  let length = 0;
  for (const article of articles) {
    const last = messages.at(-1) as A[];
    if (last.length > 0 && (last.length === MOST_ARTICLES || length + article.body.length > MOST_TEXT)) {
      messages.push([article]);
      length = article.body.length;
    } else {
      last.push(article);
      length += article.body.length;
    }
  }
  return messages;
}
