import { ensureCustomers, listRoles, lookup, type ParsedInputOf } from '@helpmesh/contracts';
import { Answers, type RpcContext, type RpcItem } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { EnsureCustomers } from '../application/ensure-customers.ts';
import { ListRoles } from '../application/list-roles.ts';
import { Lookup } from '../application/lookup.ts';
import { actorOf, shaped } from './answering.ts';

/** What other services ask on their own behalf, and the list of roles. */
@Controller()
export class NeighboursController {
  constructor(
    private readonly looking: Lookup,
    private readonly customers: EnsureCustomers,
    private readonly roles: ListRoles,
  ) {}

  @Answers(lookup)
  lookup(_ctx: RpcContext, input: ParsedInputOf<typeof lookup>) {
    return this.looking.run(input);
  }

  @Answers(ensureCustomers, { batch: true })
  ensureCustomers(items: RpcItem<ParsedInputOf<typeof ensureCustomers>>[]) {
    return this.customers.run(items.map(({ input }) => input));
  }

  @Answers(listRoles)
  listRoles(ctx: RpcContext, { query }: ParsedInputOf<typeof listRoles>) {
    return shaped(this.roles.run(actorOf(ctx), query));
  }
}
