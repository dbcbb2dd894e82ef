import { type ParsedInputOf, readFeed } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { FeedReader } from '../http/feed-reader.ts';

/** Addresses that other services may not call themselves. */
@Controller()
export class FeedsController {
  constructor(private readonly reader: FeedReader) {}

  @Answers(readFeed)
  async read(_: RpcContext, { url }: ParsedInputOf<typeof readFeed>) {
    return { text: await this.reader.read(url) };
  }
}
