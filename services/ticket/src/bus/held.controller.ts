import { deskSettings, heldArticles, heldTickets, ownDeskSettings, type ParsedInputOf } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { requireActor } from '../application/access.ts';
import { AssignOnOpen } from '../application/assignment/assign-on-open.ts';
import { HoldArticles } from '../application/held/hold-articles.ts';
import { HoldTickets } from '../application/held/hold-tickets.ts';
import { OwnSettings } from '../application/settings/own-settings.ts';

/** Questions about how agents work: what waits to be sent, what they chose for themselves, whose a ticket becomes. */
@Controller()
export class HeldController {
  constructor(
    private readonly held: HoldArticles,
    private readonly openings: HoldTickets,
    private readonly settings: OwnSettings,
    private readonly assignment: AssignOnOpen,
  ) {}

  @Answers(heldArticles.list)
  async list({ actor }: RpcContext, { params }: ParsedInputOf<typeof heldArticles.list>) {
    return this.held.list(requireActor(actor), params.id);
  }

  @Answers(heldArticles.create)
  async hold({ actor }: RpcContext, { params, body }: ParsedInputOf<typeof heldArticles.create>) {
    return this.held.hold(requireActor(actor), params.id, body);
  }

  @Answers(heldArticles.update)
  async update({ actor }: RpcContext, { params, body }: ParsedInputOf<typeof heldArticles.update>) {
    return this.held.update(requireActor(actor), params.id, body);
  }

  @Answers(heldArticles.send)
  async send({ actor }: RpcContext, { params }: ParsedInputOf<typeof heldArticles.send>) {
    return this.held.sendNow(requireActor(actor), params.id);
  }

  @Answers(heldArticles.delete)
  async recall({ actor }: RpcContext, { params }: ParsedInputOf<typeof heldArticles.delete>) {
    return this.held.recall(requireActor(actor), params.id);
  }

  @Answers(heldTickets.list)
  async listTickets({ actor }: RpcContext) {
    return this.openings.list(requireActor(actor));
  }

  @Answers(heldTickets.create)
  async holdTicket({ actor }: RpcContext, { body }: ParsedInputOf<typeof heldTickets.create>) {
    return this.openings.hold(requireActor(actor), body);
  }

  @Answers(heldTickets.send)
  async sendTicket({ actor }: RpcContext, { params }: ParsedInputOf<typeof heldTickets.send>) {
    return this.openings.sendNow(requireActor(actor), params.id);
  }

  @Answers(heldTickets.delete)
  async recallTicket({ actor }: RpcContext, { params }: ParsedInputOf<typeof heldTickets.delete>) {
    return this.openings.recall(requireActor(actor), params.id);
  }

  @Answers(deskSettings.autoAssign)
  async autoAssign({ actor }: RpcContext, { params }: ParsedInputOf<typeof deskSettings.autoAssign>) {
    return this.assignment.run(requireActor(actor), params.id);
  }

  @Answers(ownDeskSettings.get)
  async own({ actor }: RpcContext) {
    return this.settings.read(requireActor(actor));
  }

  @Answers(ownDeskSettings.update)
  async choose({ actor }: RpcContext, { body }: ParsedInputOf<typeof ownDeskSettings.update>) {
    return this.settings.update(requireActor(actor), body);
  }
}
