import { communities, type ParsedInputOf } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { Communities } from '../application/communities/communities.ts';
import { CommunityAgents } from '../application/communities/community-agents.ts';
import { actorOf } from './answering.ts';

const DEFAULT_PAGE = 100;
const MAX_PAGE = 500;

/** Communities, for administrators and for those who administer one. */
@Controller()
export class CommunitiesController {
  constructor(
    private readonly communities: Communities,
    private readonly members: CommunityAgents,
  ) {}

  @Answers(communities.list)
  list(ctx: RpcContext, { query }: ParsedInputOf<typeof communities.list>) {
    const limit = Math.min(query.per_page ?? query.limit ?? DEFAULT_PAGE, MAX_PAGE);
    return this.communities.list(actorOf(ctx), limit, ((query.page ?? 1) - 1) * limit);
  }

  @Answers(communities.get)
  get(ctx: RpcContext, { params }: ParsedInputOf<typeof communities.get>) {
    return this.communities.get(actorOf(ctx), params.id);
  }

  @Answers(communities.create)
  create(ctx: RpcContext, { body }: ParsedInputOf<typeof communities.create>) {
    return this.communities.create(actorOf(ctx), body);
  }

  @Answers(communities.update)
  update(ctx: RpcContext, { params, body }: ParsedInputOf<typeof communities.update>) {
    return this.communities.update(actorOf(ctx), params.id, body);
  }

  @Answers(communities.delete)
  delete(ctx: RpcContext, { params }: ParsedInputOf<typeof communities.delete>) {
    return this.communities.delete(actorOf(ctx), params.id);
  }

  @Answers(communities.agents)
  agents(ctx: RpcContext, { params }: ParsedInputOf<typeof communities.agents>) {
    return this.members.list(actorOf(ctx), params.id);
  }

  @Answers(communities.setAgent)
  setAgent(ctx: RpcContext, { params, body }: ParsedInputOf<typeof communities.setAgent>) {
    return this.members.set(actorOf(ctx), params.id, body);
  }
}
