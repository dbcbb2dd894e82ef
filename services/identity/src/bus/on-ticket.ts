import { articleAdded, type Message, ticketCreated, ticketUpdated } from '@helpmesh/contracts';
import { ConsumesBatch } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { NoteReferences, type Reference } from '../application/note-references.ts';

type TicketMessage = Message<typeof ticketCreated> | Message<typeof ticketUpdated> | Message<typeof articleAdded>;

/** Learns whom tickets refer to: those users, organizations and groups cannot be deleted any more. */
@Controller()
export class OnTicket {
  constructor(private readonly noting: NoteReferences) {}

  @ConsumesBatch(ticketCreated, ticketUpdated, articleAdded)
  async handle(messages: TicketMessage[], tx: EntityManager): Promise<void> {
    await this.noting.run(tx, messages.flatMap(referencesOf));
  }
}

function referencesOf({ data }: TicketMessage): Reference[] {
  const { ticket } = data;
  const people = [ticket.customerId, ticket.ownerId];
  if ('createdById' in data) people.push(data.createdById);
  if ('changedById' in data && data.changedById !== null) people.push(data.changedById);
  return [
    ...people.map((id) => ({ kind: 'user' as const, id })),
    { kind: 'group', id: ticket.groupId },
    ...(ticket.organizationId === null ? [] : [{ kind: 'organization' as const, id: ticket.organizationId }]),
  ];
}
