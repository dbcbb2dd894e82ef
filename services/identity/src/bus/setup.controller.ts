import { gettingStarted, type ParsedInputOf } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { Setup } from '../application/setup/setup.ts';

@Controller()
export class SetupController {
  constructor(private readonly setup: Setup) {}

  @Answers(gettingStarted.status)
  status() {
    return this.setup.status();
  }

  @Answers(gettingStarted.autoWizard)
  autoWizard() {
    return this.setup.autoWizard();
  }

  @Answers(gettingStarted.admin)
  admin(_ctx: RpcContext, { body }: ParsedInputOf<typeof gettingStarted.admin>) {
    return this.setup.createAdmin(body);
  }
}
