import { type ParsedInputOf, readFeed } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { ReadFeed } from '../application/read-feed.ts';

/** Addresses that other services may not call themselves. */
@Controller()
export class FeedsController {
  constructor(private readonly reader: ReadFeed) {}

  @Answers(readFeed)
  async read(_: RpcContext, { url }: ParsedInputOf<typeof readFeed>) {
    return { text: await this.reader.run(url) };
  }
}
