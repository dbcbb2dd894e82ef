import {
  callerOf,
  checkSealing,
  keysToOpen,
  learnCertificate,
  type Message,
  mailKeys,
  mailSealing,
  type ParsedInputOf,
} from '@helpmesh/contracts';
import { Answers, Consumes, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ManageKeys } from '../application/sealing/manage-keys.ts';
import { SealMails } from '../application/sealing/seal-mails.ts';

const PAGE = 100;
const LARGEST_PAGE = 500;

/** Questions about keys for signed and encrypted mail. */
@Controller()
export class MailKeysController {
  constructor(
    private readonly manage: ManageKeys,
    private readonly sealing: SealMails,
  ) {}

  @Answers(mailKeys.list)
  async list({ actor }: RpcContext, { query }: ParsedInputOf<typeof mailKeys.list>) {
    const limit = Math.min(query.per_page ?? query.limit ?? PAGE, LARGEST_PAGE);
    return (await this.manage.list(actor, query.kind, limit, ((query.page ?? 1) - 1) * limit)).map(shown);
  }

  @Answers(mailKeys.add)
  async add(ctx: RpcContext, { body }: ParsedInputOf<typeof mailKeys.add>) {
    return (await this.manage.add(ctx.actor && callerOf(ctx.actor, ctx), body)).map(shown);
  }

  @Answers(mailKeys.generate)
  async generate(ctx: RpcContext, { body }: ParsedInputOf<typeof mailKeys.generate>) {
    return shown(await this.manage.generate(ctx.actor && callerOf(ctx.actor, ctx), body));
  }

  @Answers(mailKeys.accept)
  async accept(ctx: RpcContext, { params }: ParsedInputOf<typeof mailKeys.accept>) {
    return shown(await this.manage.accept(ctx.actor && callerOf(ctx.actor, ctx), params.id));
  }

  @Answers(mailKeys.delete)
  async delete(ctx: RpcContext, { params }: ParsedInputOf<typeof mailKeys.delete>) {
    await this.manage.remove(ctx.actor && callerOf(ctx.actor, ctx), params.id);
    return {};
  }

  @Answers(mailKeys.download)
  download({ actor }: RpcContext, { params }: ParsedInputOf<typeof mailKeys.download>) {
    return this.manage.download(actor, params.id);
  }

  @Answers(mailSealing.list)
  async groups({ actor }: RpcContext) {
    return (await this.manage.sealing(actor)).map(ofGroup);
  }

  @Answers(mailSealing.update)
  async setGroup(ctx: RpcContext, { params, body }: ParsedInputOf<typeof mailSealing.update>) {
    const set = await this.manage.setSealing(ctx.actor && callerOf(ctx.actor, ctx), params.group_id, body);
    await this.sealing.refresh();
    return ofGroup(set);
  }

  @Answers(mailSealing.offer)
  offer({ actor }: RpcContext, { body }: ParsedInputOf<typeof mailSealing.offer>) {
    return this.sealing.offer(actor, body);
  }

  @Answers(checkSealing)
  check(_: RpcContext, input: ParsedInputOf<typeof checkSealing>) {
    return this.sealing.check(input);
  }

  @Answers(keysToOpen)
  keysToOpen(_: RpcContext, input: ParsedInputOf<typeof keysToOpen>) {
    return this.sealing.keysToOpen(input);
  }

  @Consumes(learnCertificate)
  learn(message: Message<typeof learnCertificate>, tx: EntityManager): Promise<void> {
    return this.manage.learn(tx, message);
  }
}

type Shown = Awaited<ReturnType<ManageKeys['list']>>[number];

function shown({ valid_from, valid_to, created_at, updated_at, revoked: _, offered: __, ...row }: Shown) {
  return {
    ...row,
    valid_from: valid_from.toISOString(),
    valid_to: valid_to?.toISOString() ?? null,
    created_at: created_at.toISOString(),
    updated_at: updated_at.toISOString(),
  };
}

function ofGroup({ updated_at, ...row }: Awaited<ReturnType<ManageKeys['setSealing']>>) {
  return { ...row, updated_at: updated_at?.toISOString() ?? null };
}
