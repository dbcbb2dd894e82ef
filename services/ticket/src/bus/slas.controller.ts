import { calendars, callerOf, type ParsedInputOf, slas, ticketSla } from '@helpmesh/contracts';
import { Answers, RawJson, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { requireActor } from '../application/access.ts';
import { ExplainSla } from '../application/sla/explain-sla.ts';
import { ManageSlas } from '../application/sla/manage-slas.ts';
import { NationalHolidays } from '../application/sla/national-holidays.ts';

/** Questions about calendars and SLAs, and about why a ticket is due when it is. */
@Controller()
export class SlasController {
  constructor(
    private readonly manage: ManageSlas,
    private readonly explanations: ExplainSla,
    private readonly holidays: NationalHolidays,
  ) {}

  @Answers(ticketSla)
  async explain({ actor }: RpcContext, { params }: ParsedInputOf<typeof ticketSla>) {
    return this.explanations.run(requireActor(actor), params.id);
  }

  @Answers(slas.progress)
  async progress({ actor }: RpcContext) {
    return this.manage.progress(requireActor(actor));
  }

  @Answers(calendars.init)
  async init({ actor }: RpcContext) {
    return json(await this.manage.calendarsInit(requireActor(actor)));
  }

  @Answers(calendars.timezones)
  async timezones({ actor }: RpcContext) {
    return { timezones: this.manage.timezones(requireActor(actor)) };
  }

  @Answers(calendars.holidayPlaces)
  async holidayPlaces({ actor }: RpcContext) {
    return this.holidays.places(requireActor(actor));
  }

  @Answers(calendars.holidays)
  async nationalHolidays({ actor }: RpcContext, { body }: ParsedInputOf<typeof calendars.holidays>) {
    return { days: await this.holidays.days(requireActor(actor), body) };
  }

  @Answers(calendars.importHolidays)
  async importHolidays(ctx: RpcContext, { params, body }: ParsedInputOf<typeof calendars.importHolidays>) {
    const { try: trial = false, ...asked } = body;
    return this.holidays.import(callerOf(requireActor(ctx.actor), ctx), params.id, asked, trial);
  }

  @Answers(calendars.list)
  async listCalendars({ actor }: RpcContext, { query }: ParsedInputOf<typeof calendars.list>) {
    return json(await this.manage.list(requireActor(actor), 'calendar', query));
  }

  @Answers(calendars.get)
  async getCalendar({ actor }: RpcContext, { params, query }: ParsedInputOf<typeof calendars.get>) {
    return json(await this.manage.get(requireActor(actor), 'calendar', params.id, query));
  }

  @Answers(calendars.create)
  async createCalendar(ctx: RpcContext, { query, body }: ParsedInputOf<typeof calendars.create>) {
    return json(await this.manage.createCalendar(callerOf(requireActor(ctx.actor), ctx), body, query));
  }

  @Answers(calendars.update)
  async updateCalendar(ctx: RpcContext, { params, query, body }: ParsedInputOf<typeof calendars.update>) {
    return json(await this.manage.updateCalendar(callerOf(requireActor(ctx.actor), ctx), params.id, body, query));
  }

  @Answers(calendars.preview)
  async previewCalendar({ actor }: RpcContext, { body }: ParsedInputOf<typeof calendars.preview>) {
    return this.manage.previewCalendar(requireActor(actor), body);
  }

  @Answers(calendars.delete)
  async deleteCalendar(ctx: RpcContext, { params }: ParsedInputOf<typeof calendars.delete>) {
    await this.manage.remove(callerOf(requireActor(ctx.actor), ctx), 'calendar', params.id);
    return {};
  }

  @Answers(slas.list)
  async listSlas({ actor }: RpcContext, { query }: ParsedInputOf<typeof slas.list>) {
    return json(await this.manage.list(requireActor(actor), 'sla', query));
  }

  @Answers(slas.get)
  async getSla({ actor }: RpcContext, { params, query }: ParsedInputOf<typeof slas.get>) {
    return json(await this.manage.get(requireActor(actor), 'sla', params.id, query));
  }

  @Answers(slas.create)
  async createSla(ctx: RpcContext, { query, body }: ParsedInputOf<typeof slas.create>) {
    return json(await this.manage.createSla(callerOf(requireActor(ctx.actor), ctx), body, query));
  }

  @Answers(slas.update)
  async updateSla(ctx: RpcContext, { params, query, body }: ParsedInputOf<typeof slas.update>) {
    return json(await this.manage.updateSla(callerOf(requireActor(ctx.actor), ctx), params.id, body, query));
  }

  @Answers(slas.delete)
  async deleteSla(ctx: RpcContext, { params }: ParsedInputOf<typeof slas.delete>) {
    await this.manage.remove(callerOf(requireActor(ctx.actor), ctx), 'sla', params.id);
    return {};
  }
}

const json = (value: unknown) => new RawJson(JSON.stringify(value));
