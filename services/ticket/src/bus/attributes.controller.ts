import { callerOf, customFields, objectAttributes as endpoints, type ParsedInputOf } from '@helpmesh/contracts';
import { Answers, RawJson, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { requireActor } from '../application/access.ts';
import { CustomFields } from '../application/attributes/custom-fields.ts';
import { ManageAttributes } from '../application/attributes/manage-attributes.ts';

/** Questions about custom attributes. */
@Controller()
export class AttributesController {
  constructor(
    private readonly manage: ManageAttributes,
    private readonly fields: CustomFields,
  ) {}

  @Answers(customFields)
  async forCaller({ actor }: RpcContext) {
    return this.fields.of(requireActor(actor));
  }

  @Answers(endpoints.list)
  async list({ actor }: RpcContext, { query }: ParsedInputOf<typeof endpoints.list>) {
    return json(await this.manage.list(requireActor(actor), query));
  }

  @Answers(endpoints.get)
  async get({ actor }: RpcContext, { params, query }: ParsedInputOf<typeof endpoints.get>) {
    return json(await this.manage.get(requireActor(actor), { ...query, ...params }));
  }

  @Answers(endpoints.create)
  async create(ctx: RpcContext, { body }: ParsedInputOf<typeof endpoints.create>) {
    return json(await this.manage.create(callerOf(requireActor(ctx.actor), ctx), body));
  }

  @Answers(endpoints.update)
  async update(ctx: RpcContext, { params, query, body }: ParsedInputOf<typeof endpoints.update>) {
    const caller = callerOf(requireActor(ctx.actor), ctx);
    return json(await this.manage.update(caller, { ...query, ...byName(params.id, body), ...params }, body));
  }

  @Answers(endpoints.delete)
  async delete(ctx: RpcContext, { params, query, body }: ParsedInputOf<typeof endpoints.delete>) {
    const caller = callerOf(requireActor(ctx.actor), ctx);
    await this.manage.remove(caller, { ...query, ...byName(params.id, body), ...params });
    return {};
  }

  @Answers(endpoints.execute)
  async execute(ctx: RpcContext) {
    await this.manage.execute(callerOf(requireActor(ctx.actor), ctx));
    return {};
  }

  @Answers(endpoints.discard)
  async discard(ctx: RpcContext) {
    await this.manage.discard(callerOf(requireActor(ctx.actor), ctx));
    return {};
  }
}

/** Where the path says no id, the body says which attribute is meant. */
function byName(id: string, body: { object?: string | undefined; name?: string | undefined } | undefined) {
  if (/^\d+$/.test(id) || body?.name === undefined) return {};
  return { name: body.name, ...(body.object !== undefined && { object: body.object }) };
}

/** Rows are told as they are stored. */
function json(value: unknown): RawJson {
  return new RawJson(JSON.stringify(value));
}
