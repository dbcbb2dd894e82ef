import { changes, type ParsedInputOf } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { requireActor } from '../application/access.ts';
import { ReadChanges } from '../application/changes/read-changes.ts';

@Controller()
export class ChangesController {
  constructor(private readonly reading: ReadChanges) {}

  @Answers(changes)
  list({ actor }: RpcContext, { query }: ParsedInputOf<typeof changes>) {
    return this.reading.since(requireActor(actor), query.since, query.limit);
  }
}
