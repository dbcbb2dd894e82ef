import { callerOf, type ParsedInputOf, reportProfiles } from '@helpmesh/contracts';
import { Answers, RawJson, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { requireActor } from '../application/access.ts';
import { ManageRows } from '../application/manage-rows.ts';

const PROFILE = 'report-profile';
type RowInput = Record<string, unknown>;

/** Questions about which tickets reports are about. */
@Controller()
export class ReportProfilesController {
  constructor(private readonly rows: ManageRows) {}

  @Answers(reportProfiles.list)
  async list({ actor }: RpcContext, { query }: ParsedInputOf<typeof reportProfiles.list>) {
    return json(await this.rows.list(requireActor(actor), PROFILE, query));
  }

  @Answers(reportProfiles.get)
  async get({ actor }: RpcContext, { params }: ParsedInputOf<typeof reportProfiles.get>) {
    return json(await this.rows.get(requireActor(actor), PROFILE, params.id));
  }

  @Answers(reportProfiles.create)
  async create(ctx: RpcContext, { body }: ParsedInputOf<typeof reportProfiles.create>) {
    return json(await this.rows.create(callerOf(requireActor(ctx.actor), ctx), PROFILE, body as RowInput));
  }

  @Answers(reportProfiles.update)
  async update(ctx: RpcContext, { params, body }: ParsedInputOf<typeof reportProfiles.update>) {
    return json(await this.rows.update(callerOf(requireActor(ctx.actor), ctx), PROFILE, params.id, body as RowInput));
  }

  @Answers(reportProfiles.delete)
  async remove(ctx: RpcContext, { params }: ParsedInputOf<typeof reportProfiles.delete>) {
    await this.rows.remove(callerOf(requireActor(ctx.actor), ctx), PROFILE, params.id);
    return {};
  }
}

const json = (value: unknown) => new RawJson(JSON.stringify(value));
