import { type Actor, groupsWith } from '@helpmesh/contracts';
import { Injectable } from '@nestjs/common';
import { SYSTEM_USER } from '../../domain/ticket/ticket.ts';
import { requireAnyOf } from '../access.ts';
import { DeskSettings } from '../settings/desk-settings.ts';
import { AgentWrites } from '../ties/agent-writes.ts';

/** Gives a ticket that nobody looks after to the agent who opens it, where the desk wants that. */
@Injectable()
export class AssignOnOpen {
  constructor(
    private readonly settings: DeskSettings,
    private readonly agents: AgentWrites,
  ) {}

  /** Of two who open it at once the first one has it. */
  async run(actor: Actor, ticketId: number): Promise<{ assigned: boolean; owner_id: number }> {
    requireAnyOf(actor, ['ticket.agent']);
    const { auto_assign: wanted } = await this.settings.current();
    return this.agents.run(actor, { change: [ticketId] }, async ({ writing, refs }) => {
      const { ownerId, groupId, stateId } = writing.ticket(ticketId);
      const { type } = refs.states.get(stateId);
      const free = ownerId === SYSTEM_USER && (type === 'new' || type === 'open');
      if (!wanted || !free || !groupsWith(actor, 'full').includes(groupId)) {
        return { assigned: false, owner_id: ownerId };
      }
      const after = writing.change(ticketId, { ownerId: actor.userId }, null, actor.userId);
      return { assigned: after.ownerId === actor.userId, owner_id: after.ownerId };
    });
  }
}
