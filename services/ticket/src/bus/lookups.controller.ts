import { callerOf, type ParsedInputOf, ticketPriorities, ticketStates } from '@helpmesh/contracts';
import { Answers, RawJson, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { requireActor } from '../application/access.ts';
import { ManageLookups } from '../application/manage-lookups.ts';
import type { LookupInput, LookupKind } from '../domain/ticket/lookup.ts';

type Endpoints = typeof ticketStates | typeof ticketPriorities;

/** Questions about one kind of lookup; states and priorities differ in their columns only. */
function controllerOf(kind: LookupKind, endpoints: Endpoints) {
  @Controller()
  class LookupsController {
    constructor(readonly lookups: ManageLookups) {}

    @Answers(endpoints.list)
    async list({ actor }: RpcContext, { query }: ParsedInputOf<Endpoints['list']>) {
      return new RawJson(await this.lookups.list(requireActor(actor), kind, query));
    }

    @Answers(endpoints.get)
    async get({ actor }: RpcContext, { params, query }: ParsedInputOf<Endpoints['get']>) {
      return new RawJson(await this.lookups.get(requireActor(actor), kind, params.id, query.expand));
    }

    @Answers(endpoints.create)
    async create(ctx: RpcContext, { body }: ParsedInputOf<Endpoints['create']>) {
      return new RawJson(await this.lookups.create(callerOf(requireActor(ctx.actor), ctx), kind, body as LookupInput));
    }

    @Answers(endpoints.update)
    async update(ctx: RpcContext, { params, body }: ParsedInputOf<Endpoints['update']>) {
      return new RawJson(
        await this.lookups.update(callerOf(requireActor(ctx.actor), ctx), kind, params.id, body as LookupInput),
      );
    }

    @Answers(endpoints.delete)
    async remove(ctx: RpcContext, { params }: ParsedInputOf<Endpoints['delete']>) {
      await this.lookups.remove(callerOf(requireActor(ctx.actor), ctx), kind, params.id);
      return {};
    }
  }
  return LookupsController;
}

export const StatesController = controllerOf('state', ticketStates);
export const PrioritiesController = controllerOf('priority', ticketPriorities);
