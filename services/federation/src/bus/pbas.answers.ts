import { answerPbas, callerOf, openPbasLink, type ParsedInputOf, pbas } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { PbasAccounts } from '../application/pbas/accounts.ts';
import { AnswerCall } from '../application/pbas/answer-call.ts';
import { PbasLinks } from '../application/pbas/links.ts';
import { PbasSettings } from '../application/pbas/settings.ts';

const DEFAULT_PAGE = 100;
const MAX_PAGE = 500;

@Controller()
export class PbasAnswers {
  constructor(
    private readonly calls: AnswerCall,
    private readonly links: PbasLinks,
    private readonly chosen: PbasSettings,
    private readonly known: PbasAccounts,
  ) {}

  @Answers(answerPbas)
  call(_ctx: RpcContext, input: ParsedInputOf<typeof answerPbas>) {
    return this.calls.run(input);
  }

  @Answers(openPbasLink)
  open(_ctx: RpcContext, input: ParsedInputOf<typeof openPbasLink>) {
    return this.links.open(input);
  }

  @Answers(pbas.settings)
  settings(ctx: RpcContext) {
    return this.chosen.read(ctx.actor && callerOf(ctx.actor, ctx));
  }

  @Answers(pbas.update)
  update(ctx: RpcContext, { body }: ParsedInputOf<typeof pbas.update>) {
    return this.chosen.update(ctx.actor && callerOf(ctx.actor, ctx), body);
  }

  @Answers(pbas.accounts)
  accounts({ actor }: RpcContext, { query }: ParsedInputOf<typeof pbas.accounts>) {
    const limit = Math.min(query.per_page ?? query.limit ?? DEFAULT_PAGE, MAX_PAGE);
    return this.known.list(actor, limit, ((query.page ?? 1) - 1) * limit);
  }
}
