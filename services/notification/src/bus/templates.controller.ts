import { callerOf, mailTextTemplates, type OutputOf, type ParsedInputOf } from '@helpmesh/contracts';
import { epochMs, isoTime } from '@helpmesh/kernel';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import type { TemplateRow } from '../application/template/mail-template.ts';
import { ManageTemplates } from '../application/template/manage-templates.ts';

const PAGE = 500;
const LARGEST_PAGE = 1000;

/** Questions about the texts of mails. */
@Controller()
export class TemplatesController {
  constructor(private readonly manage: ManageTemplates) {}

  @Answers(mailTextTemplates.list)
  async list({ actor }: RpcContext, { query }: ParsedInputOf<typeof mailTextTemplates.list>) {
    const limit = Math.min(query.per_page ?? query.limit ?? PAGE, LARGEST_PAGE);
    return (await this.manage.list(actor, limit, ((query.page ?? 1) - 1) * limit)).map(shown);
  }

  @Answers(mailTextTemplates.kinds)
  kinds({ actor }: RpcContext) {
    return this.manage.kinds(actor);
  }

  @Answers(mailTextTemplates.preview)
  preview({ actor }: RpcContext, { body }: ParsedInputOf<typeof mailTextTemplates.preview>) {
    return this.manage.preview(actor, body);
  }

  @Answers(mailTextTemplates.get)
  async get({ actor }: RpcContext, { params }: ParsedInputOf<typeof mailTextTemplates.get>) {
    return shown(await this.manage.get(actor, params.id));
  }

  @Answers(mailTextTemplates.create)
  async create(ctx: RpcContext, { body }: ParsedInputOf<typeof mailTextTemplates.create>) {
    return shown(await this.manage.create(ctx.actor && callerOf(ctx.actor, ctx), body));
  }

  @Answers(mailTextTemplates.update)
  async update(ctx: RpcContext, { params, body }: ParsedInputOf<typeof mailTextTemplates.update>) {
    return shown(await this.manage.update(ctx.actor && callerOf(ctx.actor, ctx), params.id, body));
  }

  @Answers(mailTextTemplates.delete)
  async delete(ctx: RpcContext, { params }: ParsedInputOf<typeof mailTextTemplates.delete>) {
    await this.manage.remove(ctx.actor && callerOf(ctx.actor, ctx), params.id);
    return {};
  }
}

function shown({
  failed_at,
  created_at,
  updated_at,
  locale,
  ...row
}: TemplateRow): OutputOf<typeof mailTextTemplates.get> {
  return {
    ...row,
    locale: locale as OutputOf<typeof mailTextTemplates.get>['locale'],
    failed_at: failed_at && isoTime(epochMs(failed_at)),
    created_at: isoTime(epochMs(created_at)),
    updated_at: isoTime(epochMs(updated_at)),
  };
}
