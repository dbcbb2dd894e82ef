import {
  type Actor,
  addHelpFile,
  callerOf,
  getHelpFile,
  helpAnswers,
  helpCategories,
  knowledgeBase,
  type ParsedInputOf,
} from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { requireActor } from '../application/access.ts';
import { requireBase } from '../application/help/help-access.ts';
import { HelpAnswers } from '../application/help/help-answers.ts';
import { ManageHelpPermissions } from '../application/help/help-permissions.ts';
import { ManageHelp } from '../application/help/manage-help.ts';
import { ReadHelp } from '../application/help/read-help.ts';

type At = { params: { knowledge_base_id: number } };

/** Questions of people who are signed in about the knowledge base. */
@Controller()
export class HelpController {
  constructor(
    private readonly manage: ManageHelp,
    private readonly answers: HelpAnswers,
    private readonly reads: ReadHelp,
    private readonly rights: ManageHelpPermissions,
  ) {}

  @Answers(knowledgeBase.init)
  init({ actor }: RpcContext) {
    return this.manage.init(requireActor(actor));
  }

  @Answers(knowledgeBase.get)
  base({ actor }: RpcContext, { params }: ParsedInputOf<typeof knowledgeBase.get>) {
    return this.manage.base(requireActor(actor), params.id);
  }

  @Answers(knowledgeBase.update)
  updateBase(ctx: RpcContext, { params, body }: ParsedInputOf<typeof knowledgeBase.update>) {
    return this.manage.updateBase(callerOf(requireActor(ctx.actor), ctx), params.id, body);
  }

  @Answers(knowledgeBase.permissions)
  permissions({ actor }: RpcContext, { params }: ParsedInputOf<typeof knowledgeBase.permissions>) {
    requireBase(params.id);
    return this.rights.get(requireActor(actor), null);
  }

  @Answers(knowledgeBase.setPermissions)
  setPermissions(ctx: RpcContext, { params, body }: ParsedInputOf<typeof knowledgeBase.setPermissions>) {
    requireBase(params.id);
    return this.rights.set(callerOf(requireActor(ctx.actor), ctx), null, body.permissions);
  }

  @Answers(helpCategories.permissions)
  categoryPermissions(ctx: RpcContext, input: ParsedInputOf<typeof helpCategories.permissions>) {
    return this.rights.get(personIn(ctx, input), idIn(input));
  }

  @Answers(helpCategories.setPermissions)
  setCategoryPermissions(ctx: RpcContext, input: ParsedInputOf<typeof helpCategories.setPermissions>) {
    return this.rights.set(callerOf(personIn(ctx, input), ctx), idIn(input), input.body.permissions);
  }

  @Answers(knowledgeBase.search)
  search({ actor }: RpcContext, { body }: ParsedInputOf<typeof knowledgeBase.search>) {
    return this.reads.search(requireActor(actor), body);
  }

  @Answers(knowledgeBase.deflected)
  async deflected(ctx: RpcContext, input: ParsedInputOf<typeof knowledgeBase.deflected>) {
    await this.reads.deflectedFor(personIn(ctx, input), idIn(input));
    return {};
  }

  @Answers(knowledgeBase.reorderRoots)
  async reorderRoots(ctx: RpcContext, input: ParsedInputOf<typeof knowledgeBase.reorderRoots>) {
    await this.manage.orderCategories(personIn(ctx, input), null, input.body.ordered_ids);
    return {};
  }

  @Answers(helpCategories.get)
  category(ctx: RpcContext, input: ParsedInputOf<typeof helpCategories.get>) {
    return this.manage.category(personIn(ctx, input), idIn(input));
  }

  @Answers(helpCategories.create)
  createCategory(ctx: RpcContext, input: ParsedInputOf<typeof helpCategories.create>) {
    return this.manage.createCategory(callerOf(personIn(ctx, input), ctx), input.body);
  }

  @Answers(helpCategories.update)
  updateCategory(ctx: RpcContext, input: ParsedInputOf<typeof helpCategories.update>) {
    return this.manage.updateCategory(callerOf(personIn(ctx, input), ctx), idIn(input), input.body);
  }

  @Answers(helpCategories.delete)
  async removeCategory(ctx: RpcContext, input: ParsedInputOf<typeof helpCategories.delete>) {
    await this.manage.removeCategory(callerOf(personIn(ctx, input), ctx), idIn(input));
    return {};
  }

  @Answers(helpCategories.reorder)
  async reorder(ctx: RpcContext, input: ParsedInputOf<typeof helpCategories.reorder>) {
    await this.manage.orderCategories(personIn(ctx, input), idIn(input), input.body.ordered_ids);
    return {};
  }

  @Answers(helpCategories.reorderAnswers)
  async reorderAnswers(ctx: RpcContext, input: ParsedInputOf<typeof helpCategories.reorderAnswers>) {
    await this.manage.orderAnswers(personIn(ctx, input), idIn(input), input.body.ordered_ids);
    return {};
  }

  @Answers(helpAnswers.get)
  answer(ctx: RpcContext, input: ParsedInputOf<typeof helpAnswers.get>) {
    return this.answers.get(personIn(ctx, input), idIn(input));
  }

  @Answers(helpAnswers.create)
  createAnswer(ctx: RpcContext, input: ParsedInputOf<typeof helpAnswers.create>) {
    return this.answers.create(callerOf(personIn(ctx, input), ctx), input.body);
  }

  @Answers(helpAnswers.update)
  updateAnswer(ctx: RpcContext, input: ParsedInputOf<typeof helpAnswers.update>) {
    return this.answers.update(callerOf(personIn(ctx, input), ctx), idIn(input), input.body);
  }

  @Answers(helpAnswers.delete)
  async removeAnswer(ctx: RpcContext, input: ParsedInputOf<typeof helpAnswers.delete>) {
    await this.answers.remove(callerOf(personIn(ctx, input), ctx), idIn(input));
    return {};
  }

  @Answers(helpAnswers.publish)
  publish(ctx: RpcContext, input: ParsedInputOf<typeof helpAnswers.publish>) {
    return this.answers.move(callerOf(personIn(ctx, input), ctx), idIn(input), 'published');
  }

  @Answers(helpAnswers.internal)
  internal(ctx: RpcContext, input: ParsedInputOf<typeof helpAnswers.internal>) {
    return this.answers.move(callerOf(personIn(ctx, input), ctx), idIn(input), 'internal');
  }

  @Answers(helpAnswers.archive)
  archive(ctx: RpcContext, input: ParsedInputOf<typeof helpAnswers.archive>) {
    return this.answers.move(callerOf(personIn(ctx, input), ctx), idIn(input), 'archived');
  }

  @Answers(helpAnswers.unarchive)
  unarchive(ctx: RpcContext, input: ParsedInputOf<typeof helpAnswers.unarchive>) {
    return this.answers.move(callerOf(personIn(ctx, input), ctx), idIn(input), 'draft');
  }

  @Answers(helpAnswers.versions)
  versions(ctx: RpcContext, input: ParsedInputOf<typeof helpAnswers.versions>) {
    return this.answers.versions(personIn(ctx, input), idIn(input));
  }

  @Answers(helpAnswers.restore)
  restore(ctx: RpcContext, input: ParsedInputOf<typeof helpAnswers.restore>) {
    return this.answers.restore(callerOf(personIn(ctx, input), ctx), idIn(input), input.body.version_id);
  }

  @Answers(helpAnswers.removeFile)
  async removeFile(ctx: RpcContext, input: ParsedInputOf<typeof helpAnswers.removeFile>) {
    await this.answers.removeFile(callerOf(personIn(ctx, input), ctx), idIn(input), input.params.attachment_id);
    return {};
  }

  @Answers(addHelpFile)
  addFile(ctx: RpcContext, { answerId, file }: ParsedInputOf<typeof addHelpFile>) {
    return this.answers.addFile(callerOf(requireActor(ctx.actor), ctx), answerId, file);
  }

  @Answers(getHelpFile)
  file({ actor }: RpcContext, { answerId, id }: ParsedInputOf<typeof getHelpFile>) {
    return this.answers.file(requireActor(actor), answerId, id);
  }

  @Answers(knowledgeBase.recent)
  recent({ actor }: RpcContext, { query }: ParsedInputOf<typeof knowledgeBase.recent>) {
    return this.reads.recent(requireActor(actor), query.locale);
  }

  @Answers(knowledgeBase.figures)
  allFigures(ctx: RpcContext, input: ParsedInputOf<typeof knowledgeBase.figures>) {
    return this.answers.allFigures(personIn(ctx, input), input.query.days);
  }

  @Answers(helpAnswers.figures)
  figures(ctx: RpcContext, input: ParsedInputOf<typeof helpAnswers.figures>) {
    return this.answers.figures(personIn(ctx, input), idIn(input));
  }
}

/** Who asks, of the knowledge base that there is. */
function personIn({ actor }: RpcContext, { params }: At): Actor {
  const person = requireActor(actor);
  requireBase(params.knowledge_base_id);
  return person;
}

function idIn({ params }: { params: { id: number } }): number {
  return params.id;
}
