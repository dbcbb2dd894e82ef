import { type ParsedInputOf, ratings } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { requireActor } from '../application/access.ts';
import { Ratings } from '../application/ratings/ratings.ts';

/** Questions about what customers think of how their tickets went. */
@Controller()
export class RatingsController {
  constructor(private readonly ratings: Ratings) {}

  @Answers(ratings.get)
  get({ actor }: RpcContext, { params }: ParsedInputOf<typeof ratings.get>) {
    return this.ratings.get(requireActor(actor), params.id);
  }

  @Answers(ratings.set)
  rate({ actor }: RpcContext, { params, body }: ParsedInputOf<typeof ratings.set>) {
    return this.ratings.rate(requireActor(actor), params.id, body);
  }
}
