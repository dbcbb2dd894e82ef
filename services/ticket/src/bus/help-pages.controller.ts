import {
  countHelpDeflection,
  listHelpPages,
  openPublicRequest,
  type ParsedInputOf,
  rateHelpAnswer,
  readHelp,
  readHelpAnswer,
  readHelpCategory,
  readHelpFile,
  readHelpHome,
  searchHelp,
} from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { PublicRequests } from '../application/help/public-requests.ts';
import { ReadHelp } from '../application/help/read-help.ts';

/** Questions of the gateway for its public pages: nobody is signed in there. */
@Controller()
export class HelpPagesController {
  constructor(
    private readonly reads: ReadHelp,
    private readonly requests: PublicRequests,
  ) {}

  @Answers(readHelp)
  help() {
    return this.reads.help();
  }

  @Answers(readHelpHome)
  home(_ctx: RpcContext, { locale }: ParsedInputOf<typeof readHelpHome>) {
    return this.reads.home(locale);
  }

  @Answers(readHelpCategory)
  category(_ctx: RpcContext, { locale, id }: ParsedInputOf<typeof readHelpCategory>) {
    return this.reads.category(locale, id);
  }

  @Answers(readHelpAnswer)
  answer(_ctx: RpcContext, { locale, id }: ParsedInputOf<typeof readHelpAnswer>) {
    return this.reads.answer(locale, id);
  }

  @Answers(readHelpFile)
  file(_ctx: RpcContext, { id }: ParsedInputOf<typeof readHelpFile>) {
    return this.reads.file(id);
  }

  @Answers(searchHelp)
  search(_ctx: RpcContext, { locale, query, any, limit }: ParsedInputOf<typeof searchHelp>) {
    return this.reads.searchPublic(locale, query, any, limit);
  }

  @Answers(listHelpPages)
  pages() {
    return this.reads.pages();
  }

  @Answers(rateHelpAnswer)
  async rate(_ctx: RpcContext, said: ParsedInputOf<typeof rateHelpAnswer>) {
    await this.reads.rate(said);
    return {};
  }

  @Answers(countHelpDeflection)
  async deflected(_ctx: RpcContext, { id }: ParsedInputOf<typeof countHelpDeflection>) {
    await this.reads.deflected(id);
    return {};
  }

  @Answers(openPublicRequest)
  open(_ctx: RpcContext, request: ParsedInputOf<typeof openPublicRequest>) {
    return this.requests.open(request);
  }
}
