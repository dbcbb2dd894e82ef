import { chatSessions } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { RpcClient } from '@helpmesh/messaging';
import { Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EdgeGuard } from './edge-guard.ts';
import { SAY_TYPING, type SayTyping } from './tokens.ts';

/** Agents say that they are writing, for the visitor to see; nothing is kept of it. */
@Controller('api/v1')
export class ChatTypingController {
  constructor(
    private readonly guard: EdgeGuard,
    private readonly rpc: RpcClient,
    @Inject(SAY_TYPING) private readonly sayTyping: SayTyping,
  ) {}

  @Post('chat_sessions/:id/typing')
  @HttpCode(204)
  async say(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const { actor, signed } = await this.guard.admit(request, reply);
    const { id } = request.params as { id: string };
    // Whether it is theirs says its owner.
    const input = { params: { id }, query: {}, body: undefined };
    const chat = await this.rpc.call(chatSessions.get, input, { actor: signed });
    if (chat.agent_id !== actor.userId) {
      throw new AppError('conflict', 'chat.not-yours', 'Take the chat first: another agent has it, or nobody.');
    }
    if (chat.state === 'open') this.sayTyping({ id: chat.id, agentId: actor.userId, by: 'agent' });
  }
}
