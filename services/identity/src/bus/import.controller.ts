import { importRows, type ParsedInputOf, takeInRows } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { ImportRows } from '../application/import/import-rows.ts';
import { actorOf } from './answering.ts';

@Controller()
export class ImportController {
  constructor(private readonly importing: ImportRows) {}

  @Answers(importRows)
  run(ctx: RpcContext, input: ParsedInputOf<typeof importRows>) {
    return this.importing.run(actorOf(ctx), input);
  }

  @Answers(takeInRows)
  takeIn(ctx: RpcContext, input: ParsedInputOf<typeof takeInRows>) {
    return this.importing.takeIn(actorOf(ctx), input);
  }
}
