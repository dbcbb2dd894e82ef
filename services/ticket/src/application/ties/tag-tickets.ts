import { type Actor, hasPermission } from '@helpmesh/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { tagKey, tagName } from '../../domain/tag/tag.ts';
import { retagged } from '../../domain/ticket/history.ts';
import { TagStore } from '../../persistence/tag.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { missingValue, notAuthorized, notFound, requireAnyOf } from '../access.ts';
import { NEW_TAGS } from '../ports.ts';
import { AgentWrites } from './agent-writes.ts';
import { Tagging } from './tagging.ts';

/** One tag of one ticket, as clients name it. */
export interface TagWish {
  object?: string | undefined;
  o_id?: number | undefined;
  item?: string | undefined;
}

const DEFAULT_SUGGESTIONS = 10;

/** Tags of tickets: agents see them, search by them and change them. */
@Injectable()
export class TagTickets {
  constructor(
    private readonly db: DataSource,
    private readonly tags: TagStore,
    private readonly writes: AgentWrites,
    @Inject(NEW_TAGS) private readonly newTags: boolean,
  ) {}

  /** Whether this agent may add a tag that is not on the list. */
  mayMake(actor: Actor): boolean {
    return this.newTags || actor.kind === 'service' || hasPermission(actor, 'admin.tag');
  }

  async of(actor: Actor, wish: TagWish): Promise<string[]> {
    const id = ticketOf(wish);
    const found = await this.tags.shown(this.db, VisibleTickets.to(actor, 'read'), id);
    if (!found) throw notFound('Ticket', id);
    if (!found.tags) throw notAuthorized();
    return found.tags;
  }

  async add(actor: Actor, wish: TagWish): Promise<void> {
    const id = ticketOf(wish);
    const name = tagName(wish.item ?? '');
    await this.writes.run(actor, { change: [id] }, async ({ tx, writing }) => {
      const tagging = await Tagging.begin(tx, this.tags, [name], [id]);
      const change = tagging.add(id, [name], actor.userId, this.mayMake(actor));
      if (!change) return;
      await tagging.save(tx, writing.now);
      writing.note(id, { tags: change }, retagged(id, change, actor.userId, writing.now), actor.userId);
    });
  }

  /** A tag that the ticket does not have is gone already. */
  async remove(actor: Actor, wish: TagWish): Promise<void> {
    const id = ticketOf(wish);
    const key = tagKey(wish.item ?? '');
    await this.writes.run(actor, { change: [id] }, async ({ tx, writing }) => {
      const held = (await this.tags.held(tx, [id])).get(id) ?? [];
      const gone = held.find((tag) => tag.key === key);
      if (!gone) return;
      await this.tags.detach(tx, id, [gone.id]);
      const from = held.map(({ name }) => name);
      const change = { from, to: from.filter((name) => name !== gone.name) };
      writing.note(id, { tags: change }, retagged(id, change, actor.userId, writing.now), actor.userId);
    });
  }

  async search(actor: Actor, term: string, limit = DEFAULT_SUGGESTIONS): Promise<{ id: number; value: string }[]> {
    requireAnyOf(actor, ['ticket.agent', 'admin.tag']);
    return this.tags.search(this.db, tagKey(term), limit);
  }
}

/** Only tickets have tags here. */
function ticketOf({ object, o_id }: TagWish): number {
  if (object === undefined) throw missingValue('object');
  if (o_id === undefined) throw missingValue('o_id');
  if (object !== 'Ticket') throw notFound('Ticket', o_id);
  return o_id;
}
