import {
  callerOf,
  chatSessions,
  chatSettings,
  endChat,
  type ParsedInputOf,
  readChatDoor,
  readVisitorChat,
  sayInChat,
  seeVisitor,
  startChat,
} from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { requireActor } from '../application/access.ts';
import { AgentChats } from '../application/chat/agent-chats.ts';
import { ChatDesk } from '../application/chat/chat-desk.ts';
import { VisitorChats } from '../application/chat/visitor-chats.ts';

/** Live chat: its settings, agents, and visitors whom the gateway speaks for. */
@Controller()
export class ChatController {
  constructor(
    private readonly desk: ChatDesk,
    private readonly agents: AgentChats,
    private readonly visitors: VisitorChats,
  ) {}

  @Answers(chatSettings.get)
  settings(ctx: RpcContext) {
    return this.desk.read(callerOf(requireActor(ctx.actor), ctx));
  }

  @Answers(chatSettings.update)
  update(ctx: RpcContext, { body }: ParsedInputOf<typeof chatSettings.update>) {
    return this.desk.update(callerOf(requireActor(ctx.actor), ctx), body);
  }

  @Answers(chatSessions.list)
  list({ actor }: RpcContext) {
    return this.agents.list(requireActor(actor));
  }

  @Answers(chatSessions.setAvailability)
  setAvailability({ actor }: RpcContext, { body }: ParsedInputOf<typeof chatSessions.setAvailability>) {
    return this.agents.setAvailability(requireActor(actor), body);
  }

  @Answers(chatSessions.get)
  get({ actor }: RpcContext, { params }: ParsedInputOf<typeof chatSessions.get>) {
    return this.agents.get(requireActor(actor), params.id);
  }

  @Answers(chatSessions.take)
  take({ actor }: RpcContext, { params }: ParsedInputOf<typeof chatSessions.take>) {
    return this.agents.take(requireActor(actor), params.id);
  }

  @Answers(chatSessions.say)
  say({ actor }: RpcContext, { params, body }: ParsedInputOf<typeof chatSessions.say>) {
    return this.agents.say(requireActor(actor), params.id, body);
  }

  @Answers(chatSessions.close)
  close({ actor }: RpcContext, { params }: ParsedInputOf<typeof chatSessions.close>) {
    return this.agents.close(requireActor(actor), params.id);
  }

  @Answers(readChatDoor)
  door(_ctx: RpcContext, { origin }: ParsedInputOf<typeof readChatDoor>) {
    return this.desk.door(origin);
  }

  @Answers(startChat)
  start(_ctx: RpcContext, input: ParsedInputOf<typeof startChat>) {
    return this.visitors.start(input);
  }

  @Answers(readVisitorChat)
  read(_ctx: RpcContext, { session, after }: ParsedInputOf<typeof readVisitorChat>) {
    return this.visitors.read(session, after);
  }

  @Answers(sayInChat)
  sayAsVisitor(_ctx: RpcContext, { session, clientId, text }: ParsedInputOf<typeof sayInChat>) {
    return this.visitors.say(session, clientId, text);
  }

  @Answers(endChat)
  end(_ctx: RpcContext, { session }: ParsedInputOf<typeof endChat>) {
    return this.visitors.end(session);
  }

  @Answers(seeVisitor)
  see(_ctx: RpcContext, { session, here }: ParsedInputOf<typeof seeVisitor>) {
    return this.visitors.see(session, here);
  }
}
