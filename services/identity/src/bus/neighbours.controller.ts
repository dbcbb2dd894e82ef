import {
  actorsOf,
  changePeople,
  communityGroups,
  ensureCustomers,
  helpRoles,
  lookup,
  type ParsedInputOf,
  pickPeople,
} from '@helpmesh/contracts';
import { Answers, type RpcContext, type RpcItem } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { Communities } from '../application/communities/communities.ts';
import { CurrentActors } from '../application/current-actors.ts';
import { EnsureCustomers } from '../application/ensure-customers.ts';
import { Lookup } from '../application/lookup.ts';
import { PeopleRules } from '../application/people-rules/people-rules.ts';
import { HelpRoles } from '../application/roles/help-roles.ts';

/** What other services ask on their own behalf. */
@Controller()
export class NeighboursController {
  constructor(
    private readonly looking: Lookup,
    private readonly customers: EnsureCustomers,
    private readonly actors: CurrentActors,
    private readonly help: HelpRoles,
    private readonly rules: PeopleRules,
    private readonly communities: Communities,
  ) {}

  @Answers(lookup)
  lookup(_ctx: RpcContext, input: ParsedInputOf<typeof lookup>) {
    return this.looking.run(input);
  }

  @Answers(ensureCustomers, { batch: true })
  ensureCustomers(items: RpcItem<ParsedInputOf<typeof ensureCustomers>>[]) {
    return this.customers.run(items.map(({ input }) => input));
  }

  @Answers(pickPeople)
  pickPeople(_ctx: RpcContext, input: ParsedInputOf<typeof pickPeople>) {
    return this.rules.pick(input);
  }

  @Answers(changePeople)
  changePeople(_ctx: RpcContext, input: ParsedInputOf<typeof changePeople>) {
    return this.rules.change(input);
  }

  @Answers(actorsOf)
  async actorsOf(_ctx: RpcContext, { userIds }: ParsedInputOf<typeof actorsOf>) {
    return { actors: await this.actors.of(userIds) };
  }

  @Answers(helpRoles)
  async helpRoles() {
    return { roles: await this.help.all() };
  }

  @Answers(communityGroups)
  async communityGroups() {
    return { communities: await this.communities.ofGroups() };
  }
}
