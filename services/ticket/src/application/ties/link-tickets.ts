import type { Actor, Link, LinkInput } from '@helpmesh/contracts';
import { AppError, isoTime } from '@helpmesh/kernel';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { isSamePair, type LinkType, linkOf, type TicketLink } from '../../domain/link/link.ts';
import { linkEntry } from '../../domain/ticket/history.ts';
import { LinkStore, type ShownLink, type StoredLink } from '../../persistence/link.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { missingValue, notAuthorized, notFound } from '../access.ts';
import { ReadTickets } from '../read-tickets.ts';
import { type AgentWrite, AgentWrites } from './agent-writes.ts';

const typeIds: Record<LinkType, number> = { normal: 1, parent: 2, child: 3 };
/** Id of the kind of object; there are only tickets. */
const TICKET = 1;

/** Links between tickets, for agents who see both ends. */
@Injectable()
export class LinkTickets {
  constructor(
    private readonly db: DataSource,
    private readonly links: LinkStore,
    private readonly reads: ReadTickets,
    private readonly writes: AgentWrites,
  ) {}

  async of(
    actor: Actor,
    {
      link_object,
      link_object_value: id,
    }: { link_object?: string | undefined; link_object_value?: number | undefined },
  ): Promise<{ links: ShownLink[]; assets: Record<string, unknown> }> {
    if (id === undefined) throw missingValue('link_object_value');
    if (link_object !== 'Ticket') throw unknownObject();
    const visible = VisibleTickets.to(actor, 'read');
    const found = await this.links.shown(this.db, visible, id);
    if (!found) throw notFound('Ticket', id);
    if (!found.links) throw notAuthorized();
    const others = [...new Set(found.links.map(({ link_object_value }) => link_object_value))];
    const { assets } = JSON.parse(await this.reads.records(visible, actor, others)) as {
      assets: Record<string, unknown>;
    };
    return { links: found.links, assets };
  }

  /** @throws AppError invalid `link.object-unknown`, `link.to-itself`, `link.exists` */
  async add(actor: Actor, input: LinkInput): Promise<Link> {
    const { type, targetId } = endsOf(input);
    const sourceId = await this.sourceOf(actor, input);
    if (sourceId === targetId)
      throw new AppError('invalid', 'link.to-itself', 'A ticket cannot be linked with itself.');
    return this.writes.run(actor, { change: [targetId], see: [sourceId] }, async (write) => {
      const link = linkOf(type, sourceId, targetId);
      const made = await this.links.add(write.tx, link, actor.userId, write.writing.now);
      if (!made) throw new AppError('invalid', 'link.exists', 'The tickets are linked already.');
      tell(write, made, 'added', actor.userId);
      return rowOf(made, type, sourceId, targetId);
    });
  }

  /** From either end; the actor may change one of them. @throws AppError not-found `link.not-found` */
  async remove(actor: Actor, input: LinkInput): Promise<Link> {
    const { type, targetId } = endsOf(input);
    const sourceId = await this.sourceOf(actor, input);
    return this.writes.run(actor, { change: [targetId], see: [sourceId] }, async (write) => {
      const wanted = linkOf(type, sourceId, targetId);
      const held = (await this.links.held(write.tx, [targetId])).find((one) => isSamePair(one, wanted));
      if (!held) throw new AppError('not-found', 'link.not-found', 'The tickets are not linked like this.');
      await this.links.remove(write.tx, [held.id]);
      tell(write, held, 'removed', actor.userId);
      return rowOf(held, type, sourceId, targetId);
    });
  }

  /** By number, as existing clients name it, or by id. What the actor cannot see is not there. */
  private async sourceOf(actor: Actor, input: LinkInput): Promise<number> {
    const { link_object_source: object, link_object_source_number: number, link_object_source_value: id } = input;
    if (object !== undefined && object !== 'Ticket') throw unknownObject();
    if (number === undefined && id === undefined) throw missingValue('link_object_source_number');
    const visible = VisibleTickets.to(actor, 'read');
    const found = number === undefined ? id : await this.links.numbered(this.db, visible, number.trim());
    if (found === undefined) throw unknownObject();
    return found;
  }
}

function endsOf(input: LinkInput): { type: LinkType; targetId: number } {
  const { link_type: type, link_object_target: object, link_object_target_value: targetId } = input;
  if (type === undefined) throw missingValue('link_type');
  if (targetId === undefined) throw missingValue('link_object_target_value');
  if (object !== undefined && object !== 'Ticket') throw unknownObject();
  return { type, targetId };
}

/** Both tickets have changed. */
function tell({ writing }: AgentWrite, link: TicketLink, what: 'added' | 'removed', by: number): void {
  const ends = [writing.ticket(link.sourceId), writing.ticket(link.targetId)] as const;
  for (const [one, other] of [ends, ends.toReversed() as unknown as typeof ends]) {
    const value = { kind: link.kind, ticket_id: other.id };
    const changes = { links: what === 'added' ? { from: null, to: value } : { from: value, to: null } };
    writing.note(one.id, changes, [linkEntry(what, one, other, by, writing.now)], by);
  }
}

function rowOf({ id, createdAt }: StoredLink, type: LinkType, sourceId: number, targetId: number): Link {
  return {
    id,
    link_type_id: typeIds[type],
    link_object_source_id: TICKET,
    link_object_source_value: sourceId,
    link_object_target_id: TICKET,
    link_object_target_value: targetId,
    created_at: isoTime(createdAt),
    updated_at: isoTime(createdAt),
  };
}

export function unknownObject(): AppError {
  return new AppError('invalid', 'link.object-unknown', 'The object could not be found.');
}
