import { getTicket, mayReadInternal, type TicketFacts } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { RpcClient } from '@helpmesh/messaging';
import { Controller, Delete, HttpCode, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Identity } from '../application/authenticator.ts';
import { LivePresence } from '../application/live-presence.ts';
import { type Doing, doings } from '../domain/presence.ts';
import { EdgeGuard } from './edge-guard.ts';
import { pageOf } from './page-name.ts';

/** Pages of agents say where they are, every 15 s and when it changes; the streams of other agents show it. */
@Controller('api/v1')
export class PresenceController {
  constructor(
    private readonly guard: EdgeGuard,
    private readonly rpc: RpcClient,
    private readonly presence: LivePresence,
  ) {}

  /** `page`: a name that the page made up for itself; `doing`: `viewing`, `noting` or `replying`. */
  @Put('tickets/:id/presence')
  @HttpCode(204)
  async say(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const identity = await this.guard.admit(request, reply);
    const { actor } = identity;
    const ticketId = ticketOf(request);
    const { page, doing } = (request.body ?? {}) as Record<string, unknown>;
    const name = pageOf(page);
    if (name === undefined || !isDoing(doing)) {
      const detail = `A "page" of 8 to 64 letters and digits, and "doing" (${doings.join(', ')}), are needed.`;
      throw new AppError('invalid', 'presence.incomplete', detail);
    }
    const known = this.presence.factsOf(ticketId);
    const facts = known && mayReadInternal(actor, known) ? known : await this.lookUp(ticketId, identity);
    if (!mayReadInternal(actor, facts)) {
      throw new AppError('forbidden', 'presence.agents-only', 'Only agents of its group are shown on a ticket.');
    }
    this.presence.say({ userId: actor.userId, page: name, ticket: { id: ticketId, ...facts }, doing });
  }

  @Delete('tickets/:id/presence')
  @HttpCode(204)
  async leave(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const { actor } = await this.guard.admit(request, reply);
    const page = pageOf((request.query as Record<string, unknown>).page);
    if (page === undefined) throw new AppError('invalid', 'presence.no-page', 'Say which "page" leaves the ticket.');
    // Who has moved on to another ticket meanwhile is not taken away from there.
    const ticket = { id: ticketOf(request), groupId: 1, customerId: 1, organizationId: null };
    this.presence.say({ userId: actor.userId, page, ticket, doing: null });
  }

  /** @throws AppError not-found as the owner of the ticket says */
  private async lookUp(id: number, { signed }: Identity): Promise<TicketFacts> {
    const input = { params: { id }, query: {}, body: undefined };
    const { group_id, customer_id, organization_id } = await this.rpc.call(getTicket, input, { actor: signed });
    return { groupId: group_id, customerId: customer_id, organizationId: organization_id };
  }
}

const isDoing = (value: unknown): value is Doing => doings.includes(value as Doing);

function ticketOf({ params }: FastifyRequest): number {
  const { id } = params as { id: string };
  if (!/^[1-9]\d{0,9}$/.test(id)) throw new AppError('not-found', 'presence.no-ticket', 'There is no such ticket.');
  return Number(id);
}
