import { AppError, type EpochMs } from '@helpmesh/kernel';
import type { EntityManager } from 'typeorm';
import { MAX_TAGS, type TagName } from '../../domain/tag/tag.ts';
import type { TagStore } from '../../persistence/tag.store.ts';

/** Names before and after. */
export interface TagChange {
  from: string[];
  to: string[];
}

/** What one transaction adds to the tags of tickets that are new or locked, and takes from them. */
export class Tagging {
  private readonly added: { ticketId: number; tag: TagName; by: number }[] = [];
  private readonly taken: { ticketId: number; key: string }[] = [];

  private constructor(
    private readonly store: TagStore,
    private readonly known: ReadonlyMap<string, TagName>,
    private readonly held: Map<number, readonly TagName[]>,
  ) {}

  /** @param names  all that will be added or taken; @param ticketIds  tickets that may have some */
  static async begin(
    tx: EntityManager,
    store: TagStore,
    names: readonly TagName[],
    ticketIds: readonly number[],
  ): Promise<Tagging> {
    if (names.length === 0) return new Tagging(store, new Map(), new Map());
    const keys = names.map(({ key }) => key);
    return new Tagging(store, await store.named(tx, keys), await store.held(tx, ticketIds));
  }

  /**
   * @param mayMake  whether names may be added that are not on the list
   * @returns undefined when the ticket has them all
   * @throws AppError invalid `tag.not-on-the-list`, `tag.too-many`
   */
  add(ticketId: number, names: readonly TagName[], by: number, mayMake: boolean): TagChange | undefined {
    const held = this.held.get(ticketId) ?? [];
    const fresh = names
      .filter(({ key }) => held.every((one) => one.key !== key))
      .map((one) => this.known.get(one.key) ?? one);
    if (fresh.length === 0) return undefined;
    const unknown = fresh.find(({ key }) => !this.known.has(key));
    if (unknown && !mayMake) {
      throw new AppError(
        'invalid',
        'tag.not-on-the-list',
        `There is no tag '${unknown.name}', and no new ones may be added.`,
      );
    }
    const after = [...held, ...fresh];
    if (after.length > MAX_TAGS) {
      throw new AppError('invalid', 'tag.too-many', `A ticket may have ${MAX_TAGS} tags at most.`);
    }
    this.held.set(ticketId, after);
    for (const tag of fresh) this.added.push({ ticketId, tag, by });
    return { from: held.map(({ name }) => name), to: after.map(({ name }) => name) };
  }

  /**
   * Takes some and adds others; what is in both is added.
   * @returns undefined when that changes nothing
   * @throws AppError as `add`
   */
  change(
    ticketId: number,
    { add, remove }: { add: readonly TagName[]; remove: readonly TagName[] },
    by: number,
    mayMake: boolean,
  ): TagChange | undefined {
    const held = this.held.get(ticketId) ?? [];
    const gone = new Set(remove.map(({ key }) => key));
    for (const { key } of add) gone.delete(key);
    const kept = held.filter(({ key }) => !gone.has(key));
    this.held.set(ticketId, kept);
    const added = this.add(ticketId, add, by, mayMake);
    if (!added && kept.length === held.length) return undefined;
    for (const { key } of held) if (gone.has(key)) this.taken.push({ ticketId, key });
    const names = (tags: readonly TagName[]) => tags.map(({ name }) => name);
    return { from: names(held), to: added?.to ?? names(kept) };
  }

  /** The tags of one of the tickets, with what this transaction did to them so far. */
  of(ticketId: number): readonly TagName[] {
    return this.held.get(ticketId) ?? [];
  }

  /** Writes them; the tickets are there by now. */
  async save(tx: EntityManager, now: EpochMs): Promise<void> {
    await this.store.detachByKey(tx, this.taken);
    if (this.added.length === 0) return;
    const made = this.added.map(({ tag, by }) => ({ ...tag, by }));
    await this.store.make(tx, made, now);
    await this.store.attach(
      tx,
      this.added.map(({ ticketId, tag }) => ({ ticketId, key: tag.key })),
    );
  }
}
