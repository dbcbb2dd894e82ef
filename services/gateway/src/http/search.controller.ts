import { groups, organizations, type QuestionDefinition, searchTicketsByPost, users } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { RpcClient } from '@helpmesh/messaging';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { allFound, type FoundOfKind, foundByKind } from '../domain/found-objects.ts';
import { EdgeGuard } from './edge-guard.ts';
import { sendJson } from './send.ts';

/** Each kind is searched by its owner, which knows what the caller may see. */
const kinds: Record<string, QuestionDefinition> = {
  Ticket: searchTicketsByPost,
  User: users.searchByPost,
  Organization: organizations.searchByPost,
  Group: groups.searchByPost,
};
/** Those that are looked for when nobody says what. */
const USUAL = ['Ticket', 'User', 'Organization'];
const STANDARD = 10;

type Asked = Record<string, unknown>;

/** One search over all kinds of objects. */
@Controller('api/v1')
export class SearchController {
  constructor(
    private readonly guard: EdgeGuard,
    private readonly rpc: RpcClient,
  ) {}

  @Get('search')
  all(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query() query: Asked, @Body() body?: Asked) {
    return this.search(request, reply, USUAL, { ...query, ...body });
  }

  @Post('search')
  @HttpCode(200)
  allByPost(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query() query: Asked, @Body() body?: Asked) {
    return this.search(request, reply, USUAL, { ...query, ...body });
  }

  @Get('search/:objects')
  some(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('objects') objects: string,
    @Query() query: Asked,
    @Body() body?: Asked,
  ) {
    return this.search(request, reply, objects.split('-'), { ...query, ...body });
  }

  @Post('search/:objects')
  @HttpCode(200)
  someByPost(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('objects') objects: string,
    @Query() query: Asked,
    @Body() body?: Asked,
  ) {
    return this.search(request, reply, objects.split('-'), { ...query, ...body });
  }

  /** @throws AppError invalid `search.kind-unknown` */
  private async search(request: FastifyRequest, reply: FastifyReply, names: string[], asked: Asked) {
    const { signed } = await this.guard.admit(request, reply);
    const wanted = [...new Set(names)];
    const unknown = wanted.find((name) => !Object.hasOwn(kinds, name));
    if (unknown !== undefined) {
      throw new AppError(
        'invalid',
        'search.kind-unknown',
        `Nothing can be searched for by the name ${unknown.slice(0, 50)}.`,
      );
    }
    const query = { query: asked.query ?? '', limit: asked.limit ?? STANDARD, full: true };
    const options = { actor: signed, requestId: request.id, address: request.ip };
    const answers = wanted.map(async (name) => {
      const question = kinds[name] as QuestionDefinition;
      const found = await this.rpc.call(question, { params: {}, query, body: undefined }, options).catch(refused);
      return [name, found as FoundOfKind | undefined] as const;
    });
    const found = (await Promise.all(answers)).flatMap(([name, one]) => (one ? [[name, one] as const] : []));
    const separate = asked.by_object === true || asked.by_object === 'true' || asked.by_object === '1';
    return sendJson(reply, 200, separate ? foundByKind(found) : allFound(found));
  }
}

/** Who may not look for a kind of object finds none of it. */
function refused(error: unknown): undefined {
  if (error instanceof AppError && error.kind === 'forbidden') return undefined;
  throw error;
}
