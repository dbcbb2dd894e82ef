import { callerOf, type OutputOf, type ParsedInputOf, peerAdapters as questions } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { ManageAdapters } from '../application/foreign/manage-adapters.ts';
import type { Adapter } from '../application/foreign/ports.ts';
import { priorityTables } from '../domain/codes/priorities.ts';
import { stateTables } from '../domain/codes/states.ts';

type Input<Name extends keyof typeof questions> = ParsedInputOf<(typeof questions)[Name]>;

/** Questions of administrators about helpdesks that do not speak our protocol. */
@Controller()
export class AdapterAnswers {
  constructor(private readonly adapters: ManageAdapters) {}

  @Answers(questions.kinds)
  kinds({ actor }: RpcContext) {
    return this.adapters.kinds(actor).map((kind) => {
      const states = stateTables[kind];
      const priorities = priorityTables[kind];
      return { kind, needs_account: this.adapters.needsAccount(kind), states, priorities };
    });
  }

  @Answers(questions.show)
  async show({ actor }: RpcContext, { params }: Input<'show'>) {
    return shown(await this.adapters.show(actor, params.id));
  }

  @Answers(questions.update)
  async update(ctx: RpcContext, { params, body }: Input<'update'>) {
    const { kind, queue, account, sign_in: signIn, poll_seconds: pollSeconds, states, priorities } = body;
    const settings = {
      ...{ queue: queue.trim(), account: account.trim(), signIn, pollSeconds },
      ...{ states: states as Record<string, string>, priorities: priorities as Record<string, string> },
    };
    return shown(await this.adapters.update(ctx.actor && callerOf(ctx.actor, ctx), params.id, { kind, settings }));
  }

  @Answers(questions.verify)
  verify({ actor }: RpcContext, { params }: Input<'verify'>) {
    return this.adapters.verify(actor, params.id);
  }
}

function shown({ peerId, kind, settings, polledAt, updatedById, updatedAt }: Adapter): OutputOf<typeof questions.show> {
  const { queue, account, signIn, pollSeconds, states, priorities } = settings;
  return {
    ...{ peer_id: peerId, kind, queue, account, sign_in: signIn, poll_seconds: pollSeconds, states, priorities },
    polled_at: polledAt ? polledAt.toISOString() : null,
    ...{ updated_by_id: updatedById, updated_at: updatedAt.toISOString() },
  };
}
