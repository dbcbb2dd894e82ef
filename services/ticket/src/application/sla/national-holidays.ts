import type { Actor, Caller, calendars, HolidaysAsked, OutputOf } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { Injectable } from '@nestjs/common';
import { AskHolidays } from '../../holidays/ask-holidays.ts';
import type { NamedPlace, NationalDay } from '../../holidays/national-days.ts';
import { requireAnyOf } from '../access.ts';
import { ManageSlas } from './manage-slas.ts';

/** Days off by law, taken into a calendar when somebody asks for them. No calendar reads them by itself. */
@Injectable()
export class NationalHolidays {
  constructor(
    private readonly manage: ManageSlas,
    private readonly holidays: AskHolidays,
  ) {}

  /** @throws AppError forbidden, unavailable */
  async places(actor: Actor): Promise<NamedPlace[]> {
    requireAnyOf(actor, ['admin.calendar']);
    return this.holidays.places(languageOf(actor));
  }

  /** @throws AppError forbidden, unavailable; invalid `calendar.place-unknown` */
  async days(actor: Actor, { years, country, state, region }: HolidaysAsked): Promise<NationalDay[]> {
    requireAnyOf(actor, ['admin.calendar']);
    const place = { country, state: state ?? undefined, region: region ?? undefined };
    const wanted = [...new Set(years)].sort((a, b) => a - b);
    const days = await this.holidays.days(place, wanted, [languageOf(actor), 'en']);
    if (days) return days;
    throw new AppError('invalid', 'calendar.place-unknown', 'No holidays are known of such a place.');
  }

  /** @throws AppError as `days`; not-found */
  async import(actor: Caller, id: number, asked: HolidaysAsked, trial: boolean) {
    const days = await this.days(actor, asked);
    const { added, kept } = await this.manage.addDaysOff(actor, id, days, trial);
    return { try: trial, added, kept } satisfies OutputOf<typeof calendars.importHolidays>;
  }
}

const languageOf = ({ locale }: Actor): string => /^[a-z]{2,3}/i.exec(locale)?.[0].toLowerCase() ?? 'en';
