import { createHash } from 'node:crypto';
import type {
  FederationAttachment,
  FederationChange,
  FederationComment,
  FederationEvent,
  FederationFields,
  FederationTicket,
} from '@helpmesh/contracts';
import { AppError, type Clock, derivedId } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import type { DataSource } from 'typeorm';
import { introduced, saysTheSame } from '../../domain/foreign/own-text.ts';
import {
  type Known,
  knownAfter,
  learned,
  type PeerWords,
  sameWord,
  understand,
  type WritableWord,
  wordsToWrite,
} from '../../domain/foreign/words.ts';
import { type FileLimits, type MissingFile, withFiles, withMissing } from '../../domain/sync/files.ts';
import { type HeldTicket, leadsTo, newLink } from '../../domain/sync/link.ts';
import { changeOf, tellingOf } from '../../domain/sync/message.ts';
import { canonical, writerOf } from '../../domain/sync/replica.ts';
import { tell, tellAgain } from '../../domain/sync/send.ts';
import { type Suggestion, takeIn } from '../../domain/sync/take-in.ts';
import type { FederationEvents } from '../../events.ts';
import type { AgreementStore } from '../../persistence/agreement.store.ts';
import type { ForeignStore, ForeignTicket } from '../../persistence/foreign.store.ts';
import type { LinkStore } from '../../persistence/link.store.ts';
import type { FileRoad } from '../files/file-road.ts';
import { asText } from '../redirect-tickets.ts';
import type { Greeting, PeerAddress, PeerGreeter, PeerLine, SyncSettings } from '../sync/ports.ts';
import type { Desk, OpenDesks } from './open-desks.ts';
import {
  type NewEntry,
  type NewFile,
  type NewTicket,
  type OutgoingRequest,
  type PeerCall,
  type PeerEntry,
  type PeerTicket,
  WouldSend,
} from './ports.ts';

/** Comments that are taken in at once, and their length, characters: one message carries them. */
const MOST_COMMENTS = 20;
const MOST_TEXT = 400_000;
/** Files that go with one comment, bytes together: they travel inside the message. */
const MOST_FILE_BYTES = 15_000_000;
/** No others have a link of their own to such a helpdesk. */
const NOBODY: ReadonlySet<string> = new Set();
/** Without an agreement. */
const NO_FILES: FileLimits = { maxAttachmentBytes: 0, attachmentTypes: [] };

/**
 * The other end of the line to a helpdesk that does not speak our protocol: what would sit there if it did. It holds
 * the other half of each link and runs the same engine on it, with the ticket as it is read there in place of our own;
 * so whatever holds between two Helpmesh holds here. It is only called by the turn of a link, one at a time each.
 */
export class ForeignLine implements PeerLine, PeerGreeter {
  constructor(
    private readonly db: DataSource,
    private readonly desks: OpenDesks,
    private readonly store: ForeignStore,
    private readonly links: LinkStore,
    private readonly agreements: Pick<AgreementStore, 'find'>,
    private readonly road: Pick<FileRoad, 'bring' | 'bytesOf'>,
    private readonly clock: Clock,
    private readonly settings: Pick<SyncSettings, 'node'>,
    private readonly events: FederationEvents,
  ) {}

  /** Whether a peer is to be spoken to by this line. */
  speaksTo(node: string): Promise<boolean> {
    return this.desks.has(node);
  }

  async greet(to: PeerAddress, _called: boolean, signal: AbortSignal): Promise<Greeting> {
    const { adapter } = await this.desks.open(to);
    const { product, version } = await adapter.check({ signal });
    return { product: `${product} ${version}`, node: to.node, agreements: null, signedInBy: 'token' };
  }

  async deliver(to: PeerAddress, event: FederationEvent, signal: AbortSignal): Promise<void> {
    const desk = await this.desks.open(to);
    const call = { signal };
    // Whatever the agreement says: these peers keep no secrets of ours.
    const comments = event.data.comments.filter(({ visibility }) => visibility === 'public');
    const change = { ...event.data, comments };
    const known = await this.store.ticket(this.db, desk.peerId, event.subject);
    const { row, remote } = known
      ? { row: known, remote: await this.read(desk, known, call) }
      : await this.make(desk, change, call);
    const here = row.state.shadow === null ? null : this.heldOf(desk, row, remote);
    const result = takeIn(row.state, here, tellingOf(change), { self: desk.node, direct: NOBODY, mute: true }, true);
    if (result.do !== 'take') return;
    const posted = await this.post(
      desk,
      row,
      change.ticket,
      comments.filter(({ uuid }) => result.commentIds.includes(uuid)),
      call,
    );
    const base = here?.fields ?? row.fields;
    const target = canonical({ ...base, ...result.patch });
    const touched = posted || Object.keys(result.patch).length > 0;
    const next = touched
      ? await this.write(desk, row, { remote, base, target, patch: result.patch }, posted, call)
      : row;
    await this.note(desk, row, result.suggestions, call);
    const saved: ForeignTicket = { ...row, ...next, state: result.link };
    await this.store.save(this.db, saved);
    // What was wished and not done there is to be told as it stays.
    const more = tell(result.link, { originNode: change.ticket.originNode, fields: saved.fields, commentIds: [] }, 0);
    if (more) await this.store.hint(this.db, row.linkId, this.clock.now());
  }

  /** Their bytes came with the comments. */
  async file(): Promise<void> {
    throw new AppError('not-found', 'peer.not-there', 'The file is not here any more.');
  }

  /** To look what has changed there is a try as well. */
  /** An adapter maps what there was from the beginning. */
  async fields(): Promise<ReadonlySet<string>> {
    return new Set();
  }

  async probe(): Promise<boolean> {
    return false;
  }

  async standing(to: PeerAddress, uuid: string, signal: AbortSignal): Promise<FederationChange | null> {
    const desk = await this.desks.open(to);
    const call = { signal };
    const row = await this.store.ticket(this.db, desk.peerId, uuid);
    if (!row) return null;
    const remote = await this.read(desk, row, call);
    const held = this.heldOf(desk, row, remote);
    const { comments, more } = await this.news(desk, row, remote, call);
    const told = tell(
      { ...row.state, comments: new Set() },
      { ...held, commentIds: comments.map(uuidOf) },
      comments.length,
    );
    const known: Known = { fields: held.fields, words: remote.words };
    const saved: ForeignTicket = {
      ...{ ...row, ...known, spellings: learned(row.spellings, known, desk.adapter.tables) },
      state: told?.link ?? row.state,
    };
    await this.store.save(this.db, saved);
    if (more) await this.store.hint(this.db, row.linkId, this.clock.now());
    const telling = tellAgain(saved.state, held.originNode);
    if (!telling) return null;
    const { number, url, createdAt } = remote;
    return changeOf(telling, { uuid, originNode: held.originNode, number, url, createdAt }, [desk.node], comments);
  }

  /** The ticket as it is there, in the words that helpdesks share. */
  private heldOf(desk: Desk, row: ForeignTicket, remote: PeerTicket): HeldTicket {
    const worksThere = row.fields.assignedNode === desk.node;
    const fields = canonical(understand(remote.words, row, desk.adapter.tables, worksThere));
    return { originNode: this.originOf(desk, row), fields, commentIds: [] };
  }

  /** Tickets that did not begin here were opened there: whoever else has them is behind us. */
  private originOf(desk: Desk, row: ForeignTicket): string {
    return row.uuid === desk.uuidOf(row.remoteId) ? desk.node : this.settings.node;
  }

  /** @throws AppError not-found `peer.unshared` when it is gone */
  private async read({ adapter, name }: Desk, { remoteId }: ForeignTicket, call: PeerCall): Promise<PeerTicket> {
    return adapter.getTicket(remoteId, call).catch((error: unknown) => {
      if (!(error instanceof AppError) || error.code !== 'peer.not-there') throw error;
      throw new AppError('not-found', 'peer.unshared', `The ticket is not at ${name} any more.`, undefined, {
        cause: error,
      });
    });
  }

  // What is written there.

  /** Opens the ticket there, unless that was done and only the answer was lost. */
  private async make(
    desk: Desk,
    { ticket, comments }: FederationChange,
    call: PeerCall,
  ): Promise<{ row: ForeignTicket; remote: PeerTicket }> {
    const { adapter, peerId } = desk;
    const link = await this.links.find(this.db, ticket.uuid, peerId);
    if (!link) throw new AppError('not-found', 'peer.unshared', 'The ticket is not shared any more.');
    const made = await this.newTicket(desk, ticket, comments);
    const remoteId = (await adapter.findByCorrelation(made.mark, call)) ?? (await adapter.createTicket(made, call));
    const fields = canonical(ticket.fields);
    const read = await adapter.getTicket(remoteId, call);
    // What somebody there has changed before it was read is news, and not how they spell what we said.
    const remote = adapter.capabilities.opensAsTold ? { ...read, words: made.words } : read;
    const row: ForeignTicket = {
      ...{ linkId: link.id, peerId, remoteId, uuid: ticket.uuid, state: newLink(this.settings.node), fields },
      ...{ words: remote.words, spellings: { state: {}, priority: {} } },
    };
    await transaction(this.db, async (tx) => {
      await this.store.add(tx, row);
      await this.links.keepRemote(tx, link.id, remote);
    });
    return { row, remote };
  }

  private async newTicket(
    desk: Desk,
    ticket: FederationTicket,
    [first]: readonly FederationComment[],
  ): Promise<NewTicket> {
    const mark = this.desks.markOf(ticket);
    const { subject, state, priority, tags } = canonical(ticket.fields);
    const { states, priorities } = desk.adapter.tables;
    const words: PeerWords = { subject, state: states[state], priority: priorities[priority], owner: null, tags };
    const entry: NewEntry = first
      ? await this.entryOf(desk, first, ticket.url)
      : { format: 'text/plain', body: `${ticket.number}: ${mark}` };
    return { words, mark, first: entry };
  }

  /**
   * What would be written there first, in the desk's own shape: the ticket, or the newest of its comments where the desk
   * has it. It is asked what has to be known for that, and nothing is changed. Files are left out.
   * @throws AppError as said at PeerAdapter; unavailable `peer.no-token`
   */
  async preview(
    peerId: number,
    { ticket, comments }: Pick<FederationChange, 'ticket' | 'comments'>,
    signal: AbortSignal,
  ): Promise<OutgoingRequest | null> {
    const desk = await this.desks.byId(peerId, true);
    const said = comments
      .filter(({ visibility }) => visibility === 'public')
      .map((comment) => ({ ...comment, attachments: [] }));
    const known = await this.store.ticket(this.db, peerId, ticket.uuid);
    try {
      if (!known) await desk.adapter.createTicket(await this.newTicket(desk, ticket, said), { signal });
      else {
        const newest = said.at(-1);
        if (!newest) return null;
        await desk.adapter.addEntry(known.remoteId, await this.entryOf(desk, newest, ticket.url), { signal });
      }
    } catch (error) {
      if (error instanceof WouldSend) return error.request;
      throw error;
    }
    return null;
  }

  /** @returns whether anything was written */
  private async post(
    desk: Desk,
    row: ForeignTicket,
    { url }: FederationTicket,
    comments: FederationComment[],
    call: PeerCall,
  ): Promise<boolean> {
    if (comments.length === 0) return false;
    const { adapter } = desk;
    const said = await this.store.said(this.db, row.linkId);
    const left = comments.filter(({ uuid }) => !said.some((one) => one.uuid === uuid));
    const known = new Set(said.map(({ remoteId }) => remoteId));
    // Of ours, and not known to be: written before an answer was lost.
    const unknown = await adapter.listEntries(row.remoteId, (id) => known.has(id), call);
    const lost = unknown.filter(({ own }) => own);
    for (const comment of left) {
      const entry = await this.entryOf(desk, comment, url);
      const at = lost.findIndex(({ body }) => saysTheSame(body, entry.body));
      const [found] = at < 0 ? [] : lost.splice(at, 1);
      if (found && adapter.capabilities.filesLater) await this.attachRest(desk, row, entry, [found, ...lost], call);
      const remoteId = found?.id ?? (await adapter.addEntry(row.remoteId, entry, call));
      await this.attachBeside(desk, row, entry, said, unknown, call);
      await this.store.keepSaid(this.db, row.linkId, comment.uuid, remoteId);
    }
    return true;
  }

  /** Files of an entry that was found there without them: the line broke before they were attached. */
  private async attachRest(
    { adapter }: Desk,
    { remoteId }: ForeignTicket,
    { files }: OwnEntry,
    [entry, ...others]: readonly [PeerEntry, ...PeerEntry[]],
    call: PeerCall,
  ): Promise<void> {
    // What is attached alone has no words but the names of its files.
    const alone = others.filter(({ body, files: held }) =>
      ['', held.map(nameOf).join(', ')].some((words) => saysTheSame(body, words)),
    );
    const there = [entry, ...alone].flatMap((one) => one.files.map(nameOf));
    const missing = files.filter(({ filename }) => {
      const at = there.indexOf(filename);
      if (at >= 0) there.splice(at, 1);
      return at < 0;
    });
    if (missing.length === 0) return;
    const body = missing.map(({ filename }) => filename).join(', ');
    await adapter.addEntry(remoteId, { format: 'text/plain', body, files: missing }, call);
  }

  /** Files where they are no part of a comment: one after the other, each known once it is there. */
  private async attachBeside(
    { adapter }: Desk,
    { linkId, remoteId }: ForeignTicket,
    { files }: OwnEntry,
    said: readonly { uuid: string }[],
    unknown: readonly PeerEntry[],
    call: PeerCall,
  ): Promise<void> {
    for (const { uuid, ...file } of adapter.addFile ? files : []) {
      if (said.some((one) => one.uuid === uuid)) continue;
      const sha256 = createHash('sha256').update(file.bytes).digest('hex');
      const found = unknown.find((entry) => isBeside(entry) && hashesOf(entry).includes(sha256));
      const id = found?.id ?? (await adapter.addFile?.(remoteId, file, call));
      if (id !== undefined) await this.store.keepSaid(this.db, linkId, uuid, id);
    }
  }

  /** A comment as it is written there: with its files where the desk takes them, and else with their names. */
  private async entryOf({ adapter }: Desk, comment: FederationComment, url: string): Promise<OwnEntry> {
    const files: OwnEntry['files'][number][] = [];
    const left: FederationAttachment[] = [];
    let room = adapter.capabilities.files ? MOST_FILE_BYTES : 0;
    for (const attachment of comment.attachments) {
      const { uuid, filename, mediaType, sha256, size } = attachment;
      const bytes = size <= room ? await this.road.bytesOf(sha256) : undefined;
      room -= bytes?.length ?? 0;
      if (bytes) files.push({ uuid, filename, mediaType: mediaType || 'application/octet-stream', bytes });
      else left.push(attachment);
    }
    const { format } = comment;
    const body = introduced({ ...comment, attachments: left }, url);
    const words = adapter.capabilities.html
      ? { format, body }
      : { format: 'text/plain' as const, body: asText({ contentType: format, body }) };
    return { ...words, files };
  }

  /**
   * Writes the fields, after the comments: a comment may change the state by itself. What is theirs to decide and has
   * changed since it was read stays as it is: that is newer than what we were told.
   */
  private async write(
    desk: Desk,
    row: ForeignTicket,
    told: { remote: PeerTicket; base: FederationFields; target: FederationFields; patch: Partial<FederationFields> },
    posted: boolean,
    call: PeerCall,
  ): Promise<Pick<ForeignTicket, 'fields' | 'words'>> {
    const { adapter } = desk;
    const { remote, base, target, patch } = told;
    const origin = this.originOf(desk, row);
    const ours = (word: keyof PeerWords) =>
      word !== 'owner' && leadsTo(row.state, writerOf(fieldOf[word], target, origin), NOBODY);
    const present = posted ? await this.read(desk, row, call) : remote;
    const before: Known = {
      fields: canonical(
        understand(present.words, { fields: base, words: remote.words }, adapter.tables, !ours('state')),
      ),
      words: present.words,
    };
    const which = adapter.capabilities.writes.filter((word) => fieldOf[word] in patch || ours(word));
    const isNews = (word: keyof PeerWords) => !sameWord(present.words, remote.words, word);
    const goal = merged(before, target, (word) => ours(word) || (fieldOf[word] in patch && !isNews(word)));
    const written = wordsToWrite(goal, which, before, adapter.tables, row.spellings);
    let after = present;
    if (Object.keys(written).length > 0) {
      await adapter.updateTicket(row.remoteId, written, call);
      // An answer may say that all went well when it did not.
      after = await this.read(desk, row, call);
    }
    const done = { before, target: goal, written };
    const { fields, refused } = knownAfter(after.words, done, adapter.tables, !ours('state'), ours);
    if (refused.length > 0) this.events.refusedAt(desk.peerId, row.linkId, refused);
    return { fields: canonical(fields), words: after.words };
  }

  /** What was wished and is theirs to decide, for their agents to see. */
  private async note({ adapter }: Desk, row: ForeignTicket, suggestions: Suggestion[], call: PeerCall): Promise<void> {
    if (suggestions.length === 0 || !adapter.capabilities.notes) return;
    const lines = suggestions.map(
      ({ field, value }) => `${field}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
    );
    const desk = new URL(this.settings.node).host;
    await adapter.addNote(row.remoteId, `${desk} suggests a change that is yours to make:\n${lines.join('\n')}`, call);
  }

  // What is read there.

  /** Comments that were written there, and are not here. */
  private async news(desk: Desk, row: ForeignTicket, { url }: PeerTicket, call: PeerCall) {
    const held = await this.links.find(this.db, row.uuid, desk.peerId);
    const taken = held?.link.state.comments ?? new Set();
    const said = new Set((await this.store.said(this.db, row.linkId)).map(({ remoteId }) => remoteId));
    const uuidAt = (id: string) => derivedId(row.uuid, `entry ${id} of ${desk.node}`);
    const isKnown = (id: string) => said.has(id) || taken.has(uuidAt(id));
    const unknown = (await desk.adapter.listEntries(row.remoteId, isKnown, call)).filter(({ own }) => !own);
    const beside = unknown.some(isBeside) ? await this.store.toldHashes(this.db, row.linkId) : new Set();
    // A file of ours, attached before an answer was lost.
    const entries = unknown.filter((entry) => !isBeside(entry) || !hashesOf(entry).some((hash) => beside.has(hash)));
    let text = 0;
    const fitting = entries.filter(({ body }, i) => {
      text += body.length;
      return i === 0 || (i < MOST_COMMENTS && text <= MOST_TEXT);
    });
    const limits = held && (await this.agreements.find(this.db, held.link.agreementId));
    const comments: FederationComment[] = [];
    for (const entry of fitting) {
      const brought = await this.filesOf(desk, row, entry, limits ?? NO_FILES, call);
      comments.push(commentOf(desk.node, uuidAt(entry.id), entry, brought, url));
    }
    return { comments, more: fitting.length < entries.length };
  }

  /** The bytes come with the comment: what they are is known only then. */
  private async filesOf(
    { adapter, peerId, node }: Desk,
    { uuid: ticketUuid }: ForeignTicket,
    { files }: PeerEntry,
    limits: FileLimits,
    call: PeerCall,
  ): Promise<BroughtFiles> {
    const brought: BroughtFiles = { names: [], attachments: [], missing: [] };
    for (const file of files) {
      if (typeof file === 'string') brought.names.push(file);
      else {
        const { id, size } = file;
        const filename = file.filename.slice(0, 250) || 'file';
        const uuid = derivedId(ticketUuid, `file ${id} of ${node}`);
        const mediaType = file.mediaType.slice(0, 150);
        const announced = { uuid, filename, mediaType, ...(size !== undefined && { size }) };
        const got = await this.road.bring(peerId, announced, limits, async (sink) => {
          if (!adapter.getFile) throw new AppError('not-found', 'peer.not-there', 'its bytes cannot be read there');
          await adapter.getFile(id, sink, call);
        });
        if ('missing' in got) brought.missing.push({ filename, why: got.missing });
        else brought.attachments.push({ uuid, filename, mediaType, ...got.held });
      }
    }
    return brought;
  }
}

/** A comment of ours as it is written there. */
type OwnEntry = NewEntry & { files: readonly (NewFile & { uuid: string })[] };

/** Whether it is a file that belongs to no comment. */
function isBeside({ body, files }: PeerEntry): boolean {
  return body === '' && hashesOf({ files }).length > 0;
}

function hashesOf({ files }: Pick<PeerEntry, 'files'>): string[] {
  return files.flatMap((file) => (typeof file === 'string' ? [] : (file.sha256 ?? [])));
}

/** Files of a comment there: named only, here now, and those that never come. */
interface BroughtFiles {
  names: string[];
  attachments: FederationAttachment[];
  missing: MissingFile[];
}

const fieldOf = { subject: 'subject', state: 'state', priority: 'priority', tags: 'tags' } as const satisfies Record<
  WritableWord,
  keyof FederationFields
>;

/** What we may say, as we say it; the rest as it is there by now. */
function merged(before: Known, target: FederationFields, says: (word: WritableWord) => boolean): FederationFields {
  const theirs = (Object.keys(fieldOf) as WritableWord[]).filter((word) => !says(word));
  return { ...target, ...Object.fromEntries(theirs.map((word) => [fieldOf[word], before.fields[fieldOf[word]]])) };
}

function commentOf(
  node: string,
  uuid: string,
  { author, role, createdAt, format, body }: PeerEntry,
  { names, attachments, missing }: BroughtFiles,
  url: string,
): FederationComment {
  const named = withFiles(body.slice(0, 480_000), format, names, url);
  return {
    ...{ uuid, author: { node, displayName: author.slice(0, 200), role }, visibility: 'public', createdAt, format },
    ...{ body: withMissing(named, format, missing, url).slice(0, 500_000), attachments: attachments.slice(0, 100) },
  };
}

function nameOf(file: PeerEntry['files'][number]): string {
  return typeof file === 'string' ? file : file.filename;
}

function uuidOf({ uuid }: FederationComment): string {
  return uuid;
}
