import { callerOf, checklistItems, checklists, checklistTemplates, type ParsedInputOf } from '@helpmesh/contracts';
import { Answers, RawJson, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { requireActor } from '../application/access.ts';
import { Checklists } from '../application/checklists/checklists.ts';
import { ManageRows } from '../application/manage-rows.ts';

const TEMPLATE = 'checklist-template';

/** Questions about the checklists of tickets and their templates. */
@Controller()
export class ChecklistsController {
  constructor(
    private readonly lists: Checklists,
    private readonly rows: ManageRows,
  ) {}

  @Answers(checklists.get)
  async get({ actor }: RpcContext, { params }: ParsedInputOf<typeof checklists.get>) {
    return this.lists.get(requireActor(actor), params.id);
  }

  @Answers(checklists.create)
  async create({ actor }: RpcContext, { body }: ParsedInputOf<typeof checklists.create>) {
    return this.lists.create(requireActor(actor), body);
  }

  /** By PATCH and by PUT. */
  @Answers(checklists.update)
  async update({ actor }: RpcContext, { params, body }: ParsedInputOf<typeof checklists.update>) {
    return this.lists.update(requireActor(actor), params.id, body);
  }

  @Answers(checklists.delete)
  async remove({ actor }: RpcContext, { params }: ParsedInputOf<typeof checklists.delete>) {
    await this.lists.remove(requireActor(actor), params.id);
    return {};
  }

  @Answers(checklistItems.create)
  async addItem({ actor }: RpcContext, { body }: ParsedInputOf<typeof checklistItems.create>) {
    return json(await this.lists.addItem(requireActor(actor), body));
  }

  /** By PATCH and by PUT. */
  @Answers(checklistItems.update)
  async updateItem({ actor }: RpcContext, { params, body }: ParsedInputOf<typeof checklistItems.update>) {
    return json(await this.lists.updateItem(requireActor(actor), params.id, body));
  }

  @Answers(checklistItems.delete)
  async removeItem({ actor }: RpcContext, { params }: ParsedInputOf<typeof checklistItems.delete>) {
    await this.lists.removeItem(requireActor(actor), params.id);
    return {};
  }

  @Answers(checklistTemplates.list)
  async listTemplates({ actor }: RpcContext, { query }: ParsedInputOf<typeof checklistTemplates.list>) {
    return json(await this.rows.list(requireActor(actor), TEMPLATE, query));
  }

  @Answers(checklistTemplates.get)
  async getTemplate({ actor }: RpcContext, { params }: ParsedInputOf<typeof checklistTemplates.get>) {
    return json(await this.rows.get(requireActor(actor), TEMPLATE, params.id));
  }

  @Answers(checklistTemplates.create)
  async createTemplate(ctx: RpcContext, { body }: ParsedInputOf<typeof checklistTemplates.create>) {
    return json(await this.rows.create(callerOf(requireActor(ctx.actor), ctx), TEMPLATE, body as RowInput));
  }

  @Answers(checklistTemplates.update)
  async updateTemplate(ctx: RpcContext, { params, body }: ParsedInputOf<typeof checklistTemplates.update>) {
    const caller = callerOf(requireActor(ctx.actor), ctx);
    return json(await this.rows.update(caller, TEMPLATE, params.id, body as RowInput));
  }

  @Answers(checklistTemplates.delete)
  async removeTemplate(ctx: RpcContext, { params }: ParsedInputOf<typeof checklistTemplates.delete>) {
    await this.rows.remove(callerOf(requireActor(ctx.actor), ctx), TEMPLATE, params.id);
    return {};
  }
}

type RowInput = Record<string, unknown>;
const json = (value: unknown) => new RawJson(JSON.stringify(value));
