import {
  addLink,
  addMention,
  deleteMention,
  listLinks,
  listMentions,
  mentionableAgents,
  mergeTicket,
  moveArticle,
  type ParsedInputOf,
  removeLink,
  splitTicket,
  undoMerge,
  undoMoveArticle,
} from '@helpmesh/contracts';
import { Answers, RawJson, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { requireActor } from '../application/access.ts';
import { LinkTickets } from '../application/ties/link-tickets.ts';
import { Mentions } from '../application/ties/mentions.ts';
import { MergeTickets } from '../application/ties/merge-tickets.ts';
import { MoveArticles } from '../application/ties/move-articles.ts';

/** Questions about what ties tickets to each other, and people to tickets. */
@Controller()
export class TiesController {
  constructor(
    private readonly links: LinkTickets,
    private readonly merges: MergeTickets,
    private readonly mentions: Mentions,
    private readonly moves: MoveArticles,
  ) {}

  @Answers(listLinks)
  async linksOf({ actor }: RpcContext, { query }: ParsedInputOf<typeof listLinks>) {
    return this.links.of(requireActor(actor), query);
  }

  @Answers(addLink)
  async link({ actor }: RpcContext, { query, body }: ParsedInputOf<typeof addLink>) {
    return this.links.add(requireActor(actor), { ...query, ...body });
  }

  @Answers(removeLink)
  async unlink({ actor }: RpcContext, { query, body }: ParsedInputOf<typeof removeLink>) {
    return this.links.remove(requireActor(actor), { ...query, ...body });
  }

  @Answers(mergeTicket)
  async merge({ actor }: RpcContext, { params }: ParsedInputOf<typeof mergeTicket>) {
    return this.merges.merge(requireActor(actor), params.id, params.number);
  }

  @Answers(undoMerge)
  async undo({ actor }: RpcContext, { params }: ParsedInputOf<typeof undoMerge>) {
    return this.merges.undo(requireActor(actor), params.id);
  }

  @Answers(moveArticle)
  async move({ actor }: RpcContext, { params, body }: ParsedInputOf<typeof moveArticle>) {
    return this.moves.move(requireActor(actor), params.id, body);
  }

  @Answers(undoMoveArticle)
  async moveBack({ actor }: RpcContext, { params }: ParsedInputOf<typeof undoMoveArticle>) {
    return this.moves.undo(requireActor(actor), params.id);
  }

  @Answers(splitTicket)
  async split({ actor }: RpcContext, { query }: ParsedInputOf<typeof splitTicket>) {
    return json(await this.moves.split(requireActor(actor), query));
  }

  @Answers(listMentions)
  async mentionsOf({ actor }: RpcContext, { query }: ParsedInputOf<typeof listMentions>) {
    return { mentions: await this.mentions.of(requireActor(actor), query) };
  }

  @Answers(mentionableAgents)
  async mentionable({ actor }: RpcContext, { query }: ParsedInputOf<typeof mentionableAgents>) {
    return this.mentions.mentionable(requireActor(actor), query, query.query ?? '');
  }

  @Answers(addMention)
  async subscribe({ actor }: RpcContext, { query, body }: ParsedInputOf<typeof addMention>) {
    await this.mentions.add(requireActor(actor), { ...query, ...body });
    return true;
  }

  @Answers(deleteMention)
  async unsubscribe({ actor }: RpcContext, { params }: ParsedInputOf<typeof deleteMention>) {
    await this.mentions.remove(requireActor(actor), params.id);
    return true;
  }
}

const json = (value: unknown) => new RawJson(JSON.stringify(value));
