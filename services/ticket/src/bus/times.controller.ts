import {
  activityTypes,
  callerOf,
  deskSettings,
  type ParsedInputOf,
  timeAccountings,
  timeLog,
} from '@helpmesh/contracts';
import { Answers, RawJson, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { requireActor } from '../application/access.ts';
import { ManageRows } from '../application/manage-rows.ts';
import { DeskSettings } from '../application/settings/desk-settings.ts';
import { Times } from '../application/times/times.ts';

const TYPE = 'activity-type';

/** Questions about time spent on tickets, about kinds of work, and about how the desk works. */
@Controller()
export class TimesController {
  constructor(
    private readonly times: Times,
    private readonly rows: ManageRows,
    private readonly settings: DeskSettings,
  ) {}

  @Answers(timeAccountings.ofTicket)
  async ofTicket({ actor }: RpcContext, { params }: ParsedInputOf<typeof timeAccountings.ofTicket>) {
    return json(await this.times.ofTicket(requireActor(actor), params.id));
  }

  @Answers(timeAccountings.createOfTicket)
  async createOfTicket({ actor }: RpcContext, { params, body }: ParsedInputOf<typeof timeAccountings.createOfTicket>) {
    return json(await this.times.create(requireActor(actor), params.id, body));
  }

  @Answers(timeAccountings.getOfTicket)
  async getOfTicket({ actor }: RpcContext, { params }: ParsedInputOf<typeof timeAccountings.getOfTicket>) {
    return json(await this.times.get(requireActor(actor), params.accounting, params.id));
  }

  @Answers(timeAccountings.updateOfTicket)
  async updateOfTicket({ actor }: RpcContext, { params, body }: ParsedInputOf<typeof timeAccountings.updateOfTicket>) {
    return json(await this.times.update(requireActor(actor), params.accounting, body, params.id));
  }

  @Answers(timeAccountings.deleteOfTicket)
  async removeOfTicket({ actor }: RpcContext, { params }: ParsedInputOf<typeof timeAccountings.deleteOfTicket>) {
    await this.times.remove(requireActor(actor), params.accounting, params.id);
    return {};
  }

  @Answers(timeAccountings.list)
  async list({ actor }: RpcContext, { query }: ParsedInputOf<typeof timeAccountings.list>) {
    return json(await this.times.all(requireActor(actor), query));
  }

  @Answers(timeAccountings.get)
  async get({ actor }: RpcContext, { params }: ParsedInputOf<typeof timeAccountings.get>) {
    return json(await this.times.get(requireActor(actor), params.accounting));
  }

  @Answers(timeAccountings.create)
  async create({ actor }: RpcContext, { body }: ParsedInputOf<typeof timeAccountings.create>) {
    return json(await this.times.create(requireActor(actor), body.ticket_id, body));
  }

  @Answers(timeAccountings.update)
  async update({ actor }: RpcContext, { params, body }: ParsedInputOf<typeof timeAccountings.update>) {
    return json(await this.times.update(requireActor(actor), params.accounting, body));
  }

  @Answers(timeAccountings.delete)
  async remove({ actor }: RpcContext, { params }: ParsedInputOf<typeof timeAccountings.delete>) {
    await this.times.remove(requireActor(actor), params.accounting);
    return {};
  }

  @Answers(timeLog.activity)
  async byActivity({ actor }: RpcContext, { params }: ParsedInputOf<typeof timeLog.activity>) {
    return json(await this.times.log(requireActor(actor), 'activity', params));
  }

  @Answers(timeLog.ticket)
  async byTicket({ actor }: RpcContext, { params }: ParsedInputOf<typeof timeLog.ticket>) {
    return json(await this.times.log(requireActor(actor), 'ticket', params));
  }

  @Answers(timeLog.customer)
  async byCustomer({ actor }: RpcContext, { params }: ParsedInputOf<typeof timeLog.customer>) {
    return json(await this.times.log(requireActor(actor), 'customer', params));
  }

  @Answers(timeLog.organization)
  async byOrganization({ actor }: RpcContext, { params }: ParsedInputOf<typeof timeLog.organization>) {
    return json(await this.times.log(requireActor(actor), 'organization', params));
  }

  @Answers(activityTypes.list)
  async listTypes({ actor }: RpcContext, { query }: ParsedInputOf<typeof activityTypes.list>) {
    return json(await this.rows.list(requireActor(actor), TYPE, query));
  }

  @Answers(activityTypes.get)
  async getType({ actor }: RpcContext, { params }: ParsedInputOf<typeof activityTypes.get>) {
    return json(await this.rows.get(requireActor(actor), TYPE, params.id));
  }

  @Answers(activityTypes.create)
  async createType(ctx: RpcContext, { body }: ParsedInputOf<typeof activityTypes.create>) {
    return json(await this.rows.create(callerOf(requireActor(ctx.actor), ctx), TYPE, body as RowInput));
  }

  @Answers(activityTypes.update)
  async updateType(ctx: RpcContext, { params, body }: ParsedInputOf<typeof activityTypes.update>) {
    return json(await this.rows.update(callerOf(requireActor(ctx.actor), ctx), TYPE, params.id, body as RowInput));
  }

  @Answers(activityTypes.delete)
  async removeType(ctx: RpcContext, { params }: ParsedInputOf<typeof activityTypes.delete>) {
    await this.rows.remove(callerOf(requireActor(ctx.actor), ctx), TYPE, params.id);
    return {};
  }

  @Answers(deskSettings.get)
  async readSettings({ actor }: RpcContext) {
    return this.settings.read(requireActor(actor));
  }

  @Answers(deskSettings.update)
  async changeSettings(ctx: RpcContext, { body }: ParsedInputOf<typeof deskSettings.update>) {
    return this.settings.update(callerOf(requireActor(ctx.actor), ctx), body);
  }
}

type RowInput = Record<string, unknown>;
const json = (value: unknown) => new RawJson(JSON.stringify(value));
