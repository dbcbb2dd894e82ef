import { addTag, callerOf, listTags, type ParsedInputOf, removeTag, searchTags, tagList } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { requireActor } from '../application/access.ts';
import { ManageTags } from '../application/ties/manage-tags.ts';
import { TagTickets } from '../application/ties/tag-tickets.ts';

/** Questions about tags: those of a ticket, and the list of all. */
@Controller()
export class TagsController {
  constructor(
    private readonly tags: TagTickets,
    private readonly all: ManageTags,
  ) {}

  @Answers(listTags)
  async of({ actor }: RpcContext, { query }: ParsedInputOf<typeof listTags>) {
    return { tags: await this.tags.of(requireActor(actor), query) };
  }

  @Answers(addTag)
  async add({ actor }: RpcContext, { query, body }: ParsedInputOf<typeof addTag>) {
    await this.tags.add(requireActor(actor), { ...query, ...body });
    return true;
  }

  @Answers(removeTag)
  async remove({ actor }: RpcContext, { query, body }: ParsedInputOf<typeof removeTag>) {
    await this.tags.remove(requireActor(actor), { ...query, ...body });
    return true;
  }

  @Answers(searchTags)
  async search({ actor }: RpcContext, { query }: ParsedInputOf<typeof searchTags>) {
    return this.tags.search(requireActor(actor), query.term ?? '', query.limit);
  }

  @Answers(tagList.list)
  async list({ actor }: RpcContext, { query }: ParsedInputOf<typeof tagList.list>) {
    return this.all.list(requireActor(actor), query);
  }

  @Answers(tagList.create)
  async create(ctx: RpcContext, { query, body }: ParsedInputOf<typeof tagList.create>) {
    await this.all.create(callerOf(requireActor(ctx.actor), ctx), body?.name ?? query.name ?? '');
    return {};
  }

  @Answers(tagList.update)
  async rename(ctx: RpcContext, { params, query, body }: ParsedInputOf<typeof tagList.update>) {
    await this.all.rename(callerOf(requireActor(ctx.actor), ctx), params.id, body?.name ?? query.name ?? '');
    return {};
  }

  @Answers(tagList.delete)
  async drop(ctx: RpcContext, { params }: ParsedInputOf<typeof tagList.delete>) {
    await this.all.remove(callerOf(requireActor(ctx.actor), ctx), params.id);
    return {};
  }
}
