import type { MessageDescriptor } from '@lingui/core';

/** Where an action stands in the palette and in the keyboard help. */
export type ActionSection = 'navigation' | 'list' | 'ticket' | 'composer' | 'general';

/**
 * One thing a person can do. Buttons, shortcuts and the palette all run the same object, so they agree on its name, on
 * its key and on whether it is possible right now.
 */
export interface Action {
  /** Stable and unique, `ticket.reply`. */
  id: string;
  label: MessageDescriptor;
  section: ActionSection;
  /** tinykeys notation: `r`, `g i`, `$mod+k`; empty for none. Single keys only work outside inputs. */
  key?: string;
  /** Absent means always. */
  can?: () => boolean;
  run: () => void;
  /** False keeps pure movement keys (next row) out of the palette; the help still lists them. */
  inPalette?: boolean;
}

/**
 * The actions of what is on screen. A page registers its own while it is mounted; a later registration takes a key over
 * from an earlier one and gives it back when it leaves.
 */
export class ActionRegistry {
  #groups: (readonly Action[])[] = [];
  #listeners = new Set<() => void>();
  #all: readonly Action[] = [];
  #ownKeys: Readonly<Record<string, string>> = {};

  /** @throws Error when an id is taken: two buttons would claim to be the same action. */
  register(actions: readonly Action[]): () => void {
    const ids = new Set(this.#all.map((action) => action.id));
    for (const { id } of actions) {
      if (ids.has(id)) throw new Error(`action "${id}" is registered already`);
      ids.add(id);
    }
    this.#change([...this.#groups, actions]);
    return () => this.#change(this.#groups.filter((group) => group !== actions));
  }

  /** Stable between changes, as useSyncExternalStore demands. */
  all = (): readonly Action[] => this.#all;

  available(): Action[] {
    return this.#all.filter(isPossible);
  }

  /** The action that owns the key now: the latest registered one that is possible. */
  forKey(key: string): Action | undefined {
    return this.#all.findLast((action) => action.key === key && isPossible(action));
  }

  /** Runs by id; false when the action is unknown or not possible. */
  run(id: string): boolean {
    const action = this.#all.find((candidate) => candidate.id === id);
    if (!action || !isPossible(action)) return false;
    action.run();
    return true;
  }

  /** Keys of somebody's own choice by id of the action, an empty one for none; the others keep their usual ones. */
  giveKeys(keys: Readonly<Record<string, string>>): void {
    // Said with each page that is opened: whoever listens is told of what is new only.
    if (sameKeys(keys, this.#ownKeys)) return;
    this.#ownKeys = keys;
    this.#change(this.#groups);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #change(groups: (readonly Action[])[]): void {
    this.#groups = groups;
    this.#all = groups.flat().map((action) => {
      const key = this.#ownKeys[action.id];
      return key === undefined ? action : { ...action, key };
    });
    for (const listener of this.#listeners) listener();
  }
}

/** Each once, those of several presses first: what is heard first is run, and `g e` ends with an `e`. */
export const longestFirst = (keys: readonly string[]): string[] =>
  [...new Set(keys)].sort((a, b) => b.split(' ').length - a.split(' ').length);

/** True when the name has each of the words, or a part: `tick close` finds "Close the ticket", `etat` "État". */
export function hasWords(name: string, words: string): boolean {
  const [plainName, plainWords] = [plain(name), plain(words)];
  return plainWords.split(' ').every((word) => plainName.includes(word));
}

/** Small letters without marks, words apart by one blank. */
const plain = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

const sameKeys = (some: Readonly<Record<string, string>>, others: Readonly<Record<string, string>>): boolean =>
  Object.keys(some).length === Object.keys(others).length &&
  Object.entries(some).every(([id, key]) => others[id] === key);

const isPossible = (action: Action): boolean => action.can?.() ?? true;

export const registry = new ActionRegistry();
