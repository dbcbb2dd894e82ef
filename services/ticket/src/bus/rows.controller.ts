import { exportTickets, importTickets, type ParsedInputOf } from '@helpmesh/contracts';
import { Answers, RawJson, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { requireActor } from '../application/access.ts';
import { ImportTickets } from '../application/import-tickets.ts';
import { ListTickets } from '../application/list-tickets.ts';

/** Questions about tickets as rows of files. */
@Controller()
export class RowsController {
  constructor(
    private readonly imports: ImportTickets,
    private readonly lists: ListTickets,
  ) {}

  @Answers(importTickets)
  import({ actor }: RpcContext, input: ParsedInputOf<typeof importTickets>) {
    return this.imports.run(requireActor(actor), input);
  }

  @Answers(exportTickets)
  async export({ actor }: RpcContext, input: ParsedInputOf<typeof exportTickets>) {
    return new RawJson(await this.lists.rows(requireActor(actor), input));
  }
}
