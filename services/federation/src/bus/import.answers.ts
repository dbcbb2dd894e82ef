import { callerOf, type OutputOf, type ParsedInputOf, imports as questions } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { ManageImports } from '../application/imports/manage-imports.ts';
import type { Import, ImportSettings } from '../application/imports/ports.ts';
import { priorityHere, stateHere } from '../domain/imports/meaning.ts';

const DEFAULT_PAGE = 100;
const MAX_PAGE = 5_000;

type Input<K extends keyof typeof questions> = ParsedInputOf<(typeof questions)[K]>;

/** Imports from other helpdesks. */
@Controller()
export class ImportAnswers {
  constructor(private readonly imports: ManageImports) {}

  @Answers(questions.list)
  async list({ actor }: RpcContext) {
    return (await this.imports.list(actor)).map(shown);
  }

  @Answers(questions.get)
  async get({ actor }: RpcContext, { params }: Input<'get'>) {
    return shown(await this.imports.get(actor, params.id));
  }

  @Answers(questions.create)
  async create(ctx: RpcContext, { body }: Input<'create'>) {
    const { secret, ...settings } = body;
    return shown(await this.imports.create(callerIn(ctx), settingsOf(settings) as ImportSettings, secret));
  }

  @Answers(questions.update)
  async update(ctx: RpcContext, { params, body }: Input<'update'>) {
    const { secret, ...settings } = body;
    return shown(await this.imports.update(callerIn(ctx), params.id, settingsOf(settings), secret));
  }

  @Answers(questions.delete)
  async remove(ctx: RpcContext, { params }: Input<'delete'>) {
    await this.imports.remove(callerIn(ctx), params.id);
    return {};
  }

  @Answers(questions.verify)
  verify({ actor }: RpcContext, { params }: Input<'verify'>) {
    return this.imports.verify(actor, params.id);
  }

  @Answers(questions.start)
  async start(ctx: RpcContext, { params, body }: Input<'start'>) {
    return shown(await this.imports.start(callerIn(ctx), params.id, body.doing));
  }

  @Answers(questions.stop)
  async stop(ctx: RpcContext, { params }: Input<'stop'>) {
    return shown(await this.imports.stop(callerIn(ctx), params.id));
  }

  @Answers(questions.problems)
  async problems({ actor }: RpcContext, { params, query }: Input<'problems'>) {
    const limit = Math.min(query.per_page ?? query.limit ?? DEFAULT_PAGE, MAX_PAGE);
    const problems = await this.imports.problems(actor, params.id, limit, ((query.page ?? 1) - 1) * limit);
    return problems.map(({ createdAt, ...problem }) => ({ ...problem, created_at: createdAt.toISOString() }));
  }
}

/** The actor, and where the wish came from: the audit log tells it. */
function callerIn(ctx: RpcContext) {
  return ctx.actor && callerOf(ctx.actor, ctx);
}

function settingsOf(body: Omit<Input<'update'>['body'], 'secret'>): Partial<ImportSettings> {
  const { kind, address, account, sign_in: signIn, group_id: groupId, groups } = body;
  return {
    ...(kind !== undefined && { kind }),
    ...(address !== undefined && { address }),
    ...(account !== undefined && { account }),
    ...(signIn !== undefined && { signIn }),
    ...(groupId !== undefined && { groupId }),
    ...(groups !== undefined && { groups }),
  };
}

function shown(one: Import): OutputOf<typeof questions.get> {
  const { id, kind, address, account, signIn, groupId, groups, state, doing, phase, counts, found, problems, detail } =
    one;
  return {
    ...{ id, kind, address, account, sign_in: signIn, group_id: groupId, groups, state, doing, phase, counts },
    found: found && {
      counts: found.counts,
      groups: words(found.words.groups),
      states: words(found.words.states).map((word) => ({ ...word, becomes: stateHere(kind, word.name) })),
      priorities: words(found.words.priorities).map((word) => ({ ...word, becomes: priorityHere(kind, word.name) })),
      finished_at: found.finishedAt,
    },
    ...{ problems, detail, started_by_id: one.startedById },
    started_at: one.startedAt?.toISOString() ?? null,
    finished_at: one.finishedAt?.toISOString() ?? null,
    ...{ created_by_id: one.createdById, updated_by_id: one.updatedById },
    ...{ created_at: one.createdAt.toISOString(), updated_at: one.updatedAt.toISOString() },
  };
}

/** The most frequent first. */
function words(counted: Readonly<Record<string, number>>): { name: string; tickets: number }[] {
  const all = Object.entries(counted).map(([name, tickets]) => ({ name, tickets }));
  return all.sort((one, other) => other.tickets - one.tickets || one.name.localeCompare(other.name));
}
