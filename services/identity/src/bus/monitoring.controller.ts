import { checkMonitoringToken, type ParsedInputOf, renewMonitoringToken } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { MonitoringToken } from '../application/monitoring-token.ts';
import { actorOf } from './answering.ts';

@Controller()
export class MonitoringController {
  constructor(private readonly token: MonitoringToken) {}

  @Answers(checkMonitoringToken)
  async check(_ctx: RpcContext, { token }: ParsedInputOf<typeof checkMonitoringToken>) {
    return { valid: await this.token.isValid(token) };
  }

  @Answers(renewMonitoringToken)
  renew(ctx: RpcContext) {
    return this.token.renew(actorOf(ctx));
  }
}
