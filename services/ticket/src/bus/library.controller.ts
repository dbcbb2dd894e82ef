import { callerOf, macros, type ParsedInputOf, templates, textModules } from '@helpmesh/contracts';
import { Answers, RawJson, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { requireActor } from '../application/access.ts';
import { type LibraryKind, ManageLibrary } from '../application/library/manage-library.ts';
import { TextModules } from '../application/library/text-modules.ts';

type Routes = typeof macros | typeof textModules | typeof templates;
type Listing = ParsedInputOf<Routes['list']>;
type Getting = ParsedInputOf<Routes['get']>;
type Deleting = ParsedInputOf<Routes['delete']>;

/** Questions about macros, text modules and templates. */
@Controller()
export class LibraryController {
  constructor(
    private readonly library: ManageLibrary,
    private readonly modules: TextModules,
  ) {}

  @Answers(macros.list)
  listMacros(ctx: RpcContext, input: Listing) {
    return this.list(ctx, 'macro', input);
  }

  @Answers(macros.get)
  getMacro(ctx: RpcContext, input: Getting) {
    return this.get(ctx, 'macro', input);
  }

  @Answers(macros.create)
  createMacro(ctx: RpcContext, input: ParsedInputOf<typeof macros.create>) {
    return this.create(ctx, 'macro', input);
  }

  @Answers(macros.update)
  updateMacro(ctx: RpcContext, input: ParsedInputOf<typeof macros.update>) {
    return this.update(ctx, 'macro', input);
  }

  @Answers(macros.delete)
  deleteMacro(ctx: RpcContext, input: Deleting) {
    return this.remove(ctx, 'macro', input);
  }

  @Answers(textModules.list)
  listTextModules(ctx: RpcContext, input: Listing) {
    return this.list(ctx, 'text_module', input);
  }

  @Answers(textModules.get)
  getTextModule(ctx: RpcContext, input: Getting) {
    return this.get(ctx, 'text_module', input);
  }

  @Answers(textModules.create)
  createTextModule(ctx: RpcContext, input: ParsedInputOf<typeof textModules.create>) {
    return this.create(ctx, 'text_module', input);
  }

  @Answers(textModules.update)
  updateTextModule(ctx: RpcContext, input: ParsedInputOf<typeof textModules.update>) {
    return this.update(ctx, 'text_module', input);
  }

  @Answers(textModules.delete)
  deleteTextModule(ctx: RpcContext, input: Deleting) {
    return this.remove(ctx, 'text_module', input);
  }

  @Answers(textModules.preview)
  preview({ actor }: RpcContext, { body }: ParsedInputOf<typeof textModules.preview>) {
    return this.modules.preview(requireActor(actor), body);
  }

  @Answers(textModules.import)
  async import(ctx: RpcContext, { query, body }: ParsedInputOf<typeof textModules.import>) {
    const dryRun = (body.try ?? query.try) === true;
    return this.modules.import(callerOf(requireActor(ctx.actor), ctx), body.data, dryRun);
  }

  @Answers(templates.list)
  listTemplates(ctx: RpcContext, input: Listing) {
    return this.list(ctx, 'template', input);
  }

  @Answers(templates.get)
  getTemplate(ctx: RpcContext, input: Getting) {
    return this.get(ctx, 'template', input);
  }

  @Answers(templates.create)
  createTemplate(ctx: RpcContext, input: ParsedInputOf<typeof templates.create>) {
    return this.create(ctx, 'template', input);
  }

  @Answers(templates.update)
  updateTemplate(ctx: RpcContext, input: ParsedInputOf<typeof templates.update>) {
    return this.update(ctx, 'template', input);
  }

  @Answers(templates.delete)
  deleteTemplate(ctx: RpcContext, input: Deleting) {
    return this.remove(ctx, 'template', input);
  }

  private async list({ actor }: RpcContext, kind: LibraryKind, { query }: Listing) {
    return json(await this.library.list(requireActor(actor), kind, query));
  }

  private async get({ actor }: RpcContext, kind: LibraryKind, { params, query }: Getting) {
    return json(await this.library.get(requireActor(actor), kind, params.id, query));
  }

  private async create(ctx: RpcContext, kind: LibraryKind, { query, body }: ParsedInputOf<Routes['create']>) {
    return json(await this.library.create(callerOf(requireActor(ctx.actor), ctx), kind, body, query));
  }

  private async update(ctx: RpcContext, kind: LibraryKind, { params, query, body }: ParsedInputOf<Routes['update']>) {
    return json(await this.library.update(callerOf(requireActor(ctx.actor), ctx), kind, params.id, body, query));
  }

  private async remove(ctx: RpcContext, kind: LibraryKind, { params }: Deleting) {
    await this.library.remove(callerOf(requireActor(ctx.actor), ctx), kind, params.id);
    return {};
  }
}

const json = (value: unknown) => new RawJson(JSON.stringify(value));
