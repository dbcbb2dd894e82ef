import { type ParsedInputOf, reports } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { requireActor } from '../application/access.ts';
import { Reports } from '../application/reports/reports.ts';

/** Questions about what happened to tickets, in numbers. */
@Controller()
export class ReportsController {
  constructor(private readonly reports: Reports) {}

  @Answers(reports.config)
  config({ actor }: RpcContext) {
    return this.reports.config(requireActor(actor));
  }

  @Answers(reports.generate)
  generate({ actor }: RpcContext, { body }: ParsedInputOf<typeof reports.generate>) {
    return this.reports.generate(requireActor(actor), body);
  }

  @Answers(reports.groups)
  groups({ actor }: RpcContext, { body }: ParsedInputOf<typeof reports.groups>) {
    return this.reports.groups(requireActor(actor), body);
  }

  @Answers(reports.providers)
  providers({ actor }: RpcContext, { body }: ParsedInputOf<typeof reports.providers>) {
    return this.reports.providers(requireActor(actor), body);
  }

  @Answers(reports.sets)
  sets({ actor }: RpcContext, { body }: ParsedInputOf<typeof reports.sets>) {
    const sheet = body.sheet === true || body.download === true;
    return this.reports.sets(requireActor(actor), { ...body, sheet });
  }
}
