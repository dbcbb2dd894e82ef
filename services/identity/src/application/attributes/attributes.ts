import { AttributeBook, type AttributeSet, type Value, type Values, type Writer } from '@helpmesh/attributes';
import type { AttributeDefinition, AttributeObject } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { seesEveryAttribute, type Viewer } from '../../domain/access.ts';
import { grants } from '../../domain/permissions.ts';
import { AttributeStore } from '../../persistence/attribute.store.ts';

type Owner = Exclude<AttributeObject, 'Ticket'>;
type Row = { custom: Values };
type Given = Readonly<Record<string, unknown>> | undefined;

/** The custom attributes of people, organizations and groups: what is shown of them, and what may be written. */
@Injectable()
export class Attributes {
  constructor(
    private readonly book: AttributeBook,
    private readonly store: AttributeStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** How rows of this kind show their values to the viewer. */
  async shownTo(viewer: Viewer, object: Owner): Promise<(row: Row) => Record<string, Value>> {
    const set = await this.book.of(object);
    if (set.isEmpty) return () => ({});
    const seen = set.seenBy(this.writer(viewer));
    return (row) => set.shown(row.custom, seen);
  }

  /** @throws AppError invalid */
  async made(viewer: Viewer, object: Owner, given: Given): Promise<Values> {
    return (await this.book.of(object)).made(given, this.writer(viewer));
  }

  /** The very values that there are when nothing changes. @throws AppError invalid */
  async changed(viewer: Viewer, object: Owner, row: Row, given: Given): Promise<Values> {
    return (await this.book.of(object)).changed(row.custom, given, this.writer(viewer));
  }

  async set(object: Owner): Promise<AttributeSet> {
    return this.book.of(object);
  }

  /** Names that a search of the viewer may use. */
  async searchable(viewer: Viewer, object: Owner): Promise<string[]> {
    return (await this.book.of(object)).seenBy(this.writer(viewer)).map(({ name }) => name);
  }

  /** What a person's own archive tells of them. @param internal  also what the desk keeps to itself */
  async ofPerson(internal: boolean): Promise<string[]> {
    const permitted = (permission: string) => permission === 'ticket.customer';
    return (await this.book.of('User')).seenBy({ everything: internal, permitted }).map(({ name }) => name);
  }

  async learn(tx: EntityManager, object: AttributeObject, definition: AttributeDefinition, revision: number) {
    await this.store.keep(tx, object, definition, revision);
  }

  async drop(tx: EntityManager, object: AttributeObject, id: number, name: string, revision: number) {
    await this.store.drop(tx, object, id, name, revision);
  }

  private writer(viewer: Viewer): Writer {
    return {
      everything: seesEveryAttribute(viewer),
      permitted: (permission) => grants(viewer.permissions, permission),
      now: this.clock.now(),
    };
  }
}
