import type { CanonicalState, FederationFields, FederationRequester } from '@helpmesh/contracts';
import { type PriorityTable, priorityFromPeer } from '../codes/priorities.ts';
import { type StateTable, stateFromPeer } from '../codes/states.ts';

/** A ticket in a helpdesk's own words. What its software has no place for never changes there. */
export interface PeerWords {
  subject: string;
  state: string;
  priority: string;
  /** Null: nobody. */
  owner: string | null;
  tags: string[];
}
/** Words that we may write; who works on it there is their own matter. */
export type WritableWord = Exclude<keyof PeerWords, 'owner'>;

export interface PeerTables {
  states: StateTable;
  priorities: PriorityTable;
  /** States that are read there and never written, in lower case. */
  also?: Readonly<Record<string, CanonicalState>>;
}

/** How the peer has spelled what its words lose: said again, that is how we spell it. */
export interface Spellings {
  state: Partial<Record<FederationFields['state'], string>>;
  priority: Partial<Record<FederationFields['priority'], string>>;
}

/** What was known of a ticket there, when its words were written down. */
export interface Known {
  fields: FederationFields;
  words: PeerWords;
}

/** Whether anything is meant by a state of theirs. */
export function understandsState({ states, also }: PeerTables, raw: string): boolean {
  return stateFromPeer(states, raw, undefined, also) !== undefined;
}

/** A ticket that was opened there: we work on it. */
export function firstKnown(
  words: PeerWords,
  tables: PeerTables,
  requester: FederationRequester,
  assignedNode: string,
): Known {
  const fields: FederationFields = {
    ...{ subject: '-', requester, assignedNode, state: 'new', priority: 'normal', ownerName: null, tags: [] },
  };
  const nothing: PeerWords = { subject: '', state: '', priority: '', owner: null, tags: [] };
  return { words, fields: understand(words, { fields, words: nothing }, tables, false) };
}

/**
 * The shared fields as they are there. Their words say less than the shared ones: where they have not changed, neither
 * has what they stand for; a word that the tables do not know changes nothing.
 * @param worksThere  the ticket is assigned to the peer, so the owner is one of theirs
 */
export function understand(words: PeerWords, before: Known, tables: PeerTables, worksThere: boolean): FederationFields {
  const last = before.fields;
  const moved = (name: keyof PeerWords) => !sameWord(words, before.words, name);
  const { subject, state, priority, owner, tags } = words;
  return {
    ...last,
    ...(moved('subject') && { subject: subject.slice(0, 250).trim() || '-' }),
    ...(moved('state') && { state: stateFromPeer(tables.states, state, last.state, tables.also) ?? last.state }),
    ...(moved('priority') && {
      priority: priorityFromPeer(tables.priorities, priority, last.priority) ?? last.priority,
    }),
    ...(moved('owner') && worksThere && { ownerName: owner?.slice(0, 200) ?? null }),
    ...(moved('tags') && { tags: tags.map((tag) => tag.slice(0, 100)).filter((tag) => tag !== '') }),
  };
}

/** What of the peer's words is to be written, so that it says the same as `target` in these fields. */
export function wordsToWrite(
  target: FederationFields,
  which: readonly WritableWord[],
  now: Known,
  tables: PeerTables,
  spellings: Spellings,
): Partial<PeerWords> {
  const wanted: Pick<PeerWords, WritableWord> = {
    subject: target.subject,
    // A word that already means this stays, however it is spelled.
    state:
      now.fields.state === target.state
        ? now.words.state
        : (spellings.state[target.state] ?? tables.states[target.state]),
    priority:
      now.fields.priority === target.priority
        ? now.words.priority
        : (spellings.priority[target.priority] ?? tables.priorities[target.priority]),
    tags: target.tags,
  };
  const changed = which.filter((name) => !sameWord({ ...now.words, ...wanted }, now.words, name));
  return Object.fromEntries(changed.map((name) => [name, wanted[name]]));
}

/**
 * How the ticket is known after we have written: what was written stands for the target, and where the peer has made
 * something else of it, that does, unless the field is ours to decide: then it is known as we say, for saying it again
 * would come to the same.
 * @param ours  fields that we decide
 */
export function knownAfter(
  words: PeerWords,
  told: { before: Known; target: FederationFields; written: Partial<PeerWords> },
  tables: PeerTables,
  worksThere: boolean,
  ours: (word: keyof PeerWords) => boolean,
): { fields: FederationFields; refused: WritableWord[] } {
  const { before, target, written } = told;
  const expected = { ...before.words, ...written };
  const read = understand(words, before, tables, worksThere);
  const refused: WritableWord[] = [];
  const pick = <K extends keyof FederationFields>(name: WritableWord, field: K): FederationFields[K] => {
    if (sameWord(words, expected, name)) return target[field];
    if (!ours(name)) return read[field];
    refused.push(name);
    return target[field];
  };
  const fields: FederationFields = {
    ...target,
    subject: pick('subject', 'subject'),
    state: pick('state', 'state'),
    priority: pick('priority', 'priority'),
    tags: pick('tags', 'tags'),
    ownerName: worksThere ? read.ownerName : target.ownerName,
  };
  return { fields, refused };
}

/** Remembers how what was read is spelled, where the tables would spell it otherwise. */
export function learned(spellings: Spellings, { fields, words }: Known, tables: PeerTables): Spellings {
  const means = stateFromPeer(tables.states, words.state, fields.state, tables.also) === fields.state;
  const near = priorityFromPeer(tables.priorities, words.priority, fields.priority) === fields.priority;
  return {
    state: means ? { ...spellings.state, [fields.state]: words.state } : spellings.state,
    priority: near ? { ...spellings.priority, [fields.priority]: words.priority } : spellings.priority,
  };
}

/** Tags have no order, and words of a list no case. */
export function sameWord(one: PeerWords, other: PeerWords, name: keyof PeerWords): boolean {
  if (name === 'state' || name === 'priority') return one[name].toLowerCase() === other[name].toLowerCase();
  if (name !== 'tags') return one[name] === other[name];
  return JSON.stringify([...one.tags].sort()) === JSON.stringify([...other.tags].sort());
}
