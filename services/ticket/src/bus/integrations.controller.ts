import {
  callerOf,
  calls,
  integrationSettings,
  openFormRequest,
  type ParsedInputOf,
  readForm,
  receiveAlert,
  receiveAlertmanager,
  receiveMonitoringEvent,
  receivePhoneEvent,
} from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { requireActor } from '../application/access.ts';
import { PublicRequests } from '../application/help/public-requests.ts';
import { IntegrationSettings } from '../application/integrations/integration-settings.ts';
import { PhoneCalls } from '../application/integrations/phone-calls.ts';
import { TakeAlerts } from '../application/integrations/take-alerts.ts';
import { TakeMonitoringEvent } from '../application/integrations/take-monitoring-event.ts';
import type { Alert } from '../domain/alert/alert.ts';
import { alertOf } from '../domain/alert/alertmanager.ts';

/** Forms on pages of others, monitoring and telephony. */
@Controller()
export class IntegrationsController {
  constructor(
    private readonly settings: IntegrationSettings,
    private readonly requests: PublicRequests,
    private readonly monitoring: TakeMonitoringEvent,
    private readonly alerts: TakeAlerts,
    private readonly phone: PhoneCalls,
  ) {}

  @Answers(integrationSettings.get)
  read({ actor }: RpcContext) {
    return this.settings.read(requireActor(actor));
  }

  @Answers(integrationSettings.update)
  update(ctx: RpcContext, { body }: ParsedInputOf<typeof integrationSettings.update>) {
    return this.settings.update(callerOf(requireActor(ctx.actor), ctx), body);
  }

  @Answers(integrationSettings.renewToken)
  renewToken(ctx: RpcContext, { body }: ParsedInputOf<typeof integrationSettings.renewToken>) {
    return this.settings.renewToken(callerOf(requireActor(ctx.actor), ctx), body.for);
  }

  @Answers(readForm)
  async form() {
    const settings = await this.settings.current();
    return {
      active: settings.form_ticket_create,
      perNetworkAndHour: settings.form_ticket_create_by_ip_per_hour,
      perNetworkAndDay: settings.form_ticket_create_by_ip_per_day,
      perDay: settings.form_ticket_create_per_day,
    };
  }

  @Answers(openFormRequest)
  openFormRequest(_ctx: RpcContext, request: ParsedInputOf<typeof openFormRequest>) {
    return this.requests.openByForm(request);
  }

  @Answers(receiveMonitoringEvent)
  monitored({ address }: RpcContext, { params, body }: ParsedInputOf<typeof receiveMonitoringEvent>) {
    return this.monitoring.run(params.token, body ?? {}, address);
  }

  @Answers(receiveAlert)
  alerted({ actor }: RpcContext, { body }: ParsedInputOf<typeof receiveAlert>) {
    return this.alerts.take(requireActor(actor), alertIn(body));
  }

  @Answers(receiveAlertmanager)
  async alertedByAlertmanager({ actor }: RpcContext, { body }: ParsedInputOf<typeof receiveAlertmanager>) {
    return { alerts: await this.alerts.takeAll(requireActor(actor), body.alerts.map(alertOf)) };
  }

  @Answers(receivePhoneEvent)
  phoned(_ctx: RpcContext, { params, body }: ParsedInputOf<typeof receivePhoneEvent>) {
    return this.phone.receive(params.token, body ?? {});
  }

  @Answers(calls.log)
  log({ actor }: RpcContext) {
    return this.phone.log(requireActor(actor));
  }

  @Answers(calls.doneMany)
  async doneMany({ actor }: RpcContext, { body }: ParsedInputOf<typeof calls.doneMany>) {
    await this.phone.setDone(requireActor(actor), body.ids, true);
    return {};
  }

  @Answers(calls.done)
  async done({ actor }: RpcContext, { params, body }: ParsedInputOf<typeof calls.done>) {
    await this.phone.setDone(requireActor(actor), [params.id], body.done ?? true);
    return {};
  }
}

function alertIn({ downtime = false, ...given }: ParsedInputOf<typeof receiveAlert>['body']): Alert {
  const { dedupKey, status, service = null, site = null, probe = null, since = null, url = null, text = null } = given;
  return { dedupKey, status, service, site, probe, since, url, text, downtime };
}
