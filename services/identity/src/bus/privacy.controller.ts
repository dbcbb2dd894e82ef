import {
  dataExports,
  dataPrivacyTasks,
  erasureRequested,
  erasureTerms,
  getDataExportFile,
  heldObjects,
  legalHolds,
  type Message,
  type ParsedInputOf,
  recordErasure,
  recordTicketDeletion,
} from '@helpmesh/contracts';
import { Answers, Consumes, type RpcContext } from '@helpmesh/messaging';
import { ErasureWork } from '@helpmesh/service-kit';
import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DataExports } from '../application/privacy/data-exports.ts';
import { DeleteTickets } from '../application/privacy/delete-tickets.ts';
import { ErasePeople } from '../application/privacy/erase-people.ts';
import { LegalHolds } from '../application/privacy/legal-holds.ts';
import { actorOf } from './answering.ts';

/** Tasks shown at once. */
const MAX_LISTED = 500;

@Controller()
export class PrivacyController {
  constructor(
    private readonly erasing: ErasePeople,
    private readonly tickets: DeleteTickets,
    private readonly holds: LegalHolds,
    private readonly exports: DataExports,
    private readonly work: ErasureWork,
  ) {}

  @Answers(dataPrivacyTasks.list)
  async list(ctx: RpcContext) {
    const [people, tickets] = [
      await this.erasing.list(actorOf(ctx)),
      await this.tickets.list(actorOf(ctx), MAX_LISTED),
    ];
    return [...people, ...tickets].sort((a, b) => b.id - a.id).slice(0, MAX_LISTED);
  }

  @Answers(dataPrivacyTasks.preview)
  preview(ctx: RpcContext, { query }: ParsedInputOf<typeof dataPrivacyTasks.preview>) {
    const of = query.deletable_type === 'Ticket' ? this.tickets : this.erasing;
    return of.preview(actorOf(ctx), query.deletable_id);
  }

  @Answers(dataPrivacyTasks.show)
  async show(ctx: RpcContext, { params }: ParsedInputOf<typeof dataPrivacyTasks.show>) {
    return (await this.tickets.show(actorOf(ctx), params.id)) ?? this.erasing.show(actorOf(ctx), params.id);
  }

  @Answers(dataPrivacyTasks.create)
  create(ctx: RpcContext, { body }: ParsedInputOf<typeof dataPrivacyTasks.create>) {
    return (body.deletable_type === 'Ticket' ? this.tickets : this.erasing).order(actorOf(ctx), body);
  }

  @Answers(legalHolds.list)
  listHolds(ctx: RpcContext) {
    return this.holds.list(actorOf(ctx));
  }

  @Answers(legalHolds.create)
  placeHold(ctx: RpcContext, { body }: ParsedInputOf<typeof legalHolds.create>) {
    return this.holds.place(actorOf(ctx), body);
  }

  @Answers(legalHolds.delete)
  liftHold(ctx: RpcContext, { params }: ParsedInputOf<typeof legalHolds.delete>) {
    return this.holds.lift(actorOf(ctx), params.id);
  }

  @Answers(dataExports.list)
  listExports(ctx: RpcContext) {
    return this.exports.list(actorOf(ctx));
  }

  @Answers(dataExports.show)
  showExport(ctx: RpcContext, { params }: ParsedInputOf<typeof dataExports.show>) {
    return this.exports.show(actorOf(ctx), params.id);
  }

  @Answers(dataExports.create)
  orderExport(ctx: RpcContext, { body }: ParsedInputOf<typeof dataExports.create>) {
    return this.exports.order(actorOf(ctx), body);
  }

  @Answers(getDataExportFile)
  exportFile(ctx: RpcContext, { id }: ParsedInputOf<typeof getDataExportFile>) {
    return this.exports.fileOf(actorOf(ctx), id);
  }

  /** What the other services look for. */
  @Answers(erasureTerms)
  terms(_ctx: RpcContext, { taskId }: ParsedInputOf<typeof erasureTerms>) {
    return this.erasing.termsOf(taskId);
  }

  /** This service's own part. */
  @Consumes(erasureRequested)
  async onRequest(message: Message<typeof erasureRequested>, tx: EntityManager): Promise<void> {
    await this.work.take(tx, message);
  }

  @Consumes(recordErasure)
  async onDone(message: Message<typeof recordErasure>, tx: EntityManager): Promise<void> {
    await this.erasing.take(tx, message);
  }

  @Answers(heldObjects)
  heldObjects() {
    return this.holds.held();
  }

  @Consumes(recordTicketDeletion)
  async onTicketDeleted(message: Message<typeof recordTicketDeletion>, tx: EntityManager): Promise<void> {
    await this.tickets.take(tx, message);
  }
}
