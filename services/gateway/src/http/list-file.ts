import { AppError } from '@helpmesh/kernel';
import type { FastifyReply } from 'fastify';
import { ZoneClock } from '../domain/zone-clock.ts';
import { WORKBOOK_TYPE } from './workbook.ts';

/** What a list is written as: CSV, or a workbook whose times are those of a clock. */
export type FileForm = 'csv' | { clock: ZoneClock };

/**
 * @param timezone  by whose clock a workbook tells times; UTC without one
 * @throws AppError invalid `export.format-unknown`, `export.timezone-unknown`
 */
export function fileForm(format: unknown, timezone: unknown): FileForm {
  if (format === undefined || format === '' || format === 'csv') return 'csv';
  if (format !== 'xlsx') throw new AppError('invalid', 'export.format-unknown', 'The format of a list is csv or xlsx.');
  try {
    return { clock: new ZoneClock(typeof timezone === 'string' && timezone !== '' ? timezone : 'UTC') };
  } catch (error) {
    const detail = `There is no time zone "${String(timezone).slice(0, 50)}".`;
    throw new AppError('invalid', 'export.timezone-unknown', detail, undefined, { cause: error });
  }
}

const fileNamed = (reply: FastifyReply, name: string, type: string): FastifyReply =>
  reply
    .header('content-type', type)
    .header('content-disposition', `attachment; filename="${name}"`)
    .header('cache-control', 'no-store');

export const asFile = (reply: FastifyReply, name: string): FastifyReply =>
  fileNamed(reply, `${name}.csv`, 'text/csv; charset=utf-8; header=present');

export const asWorkbook = (reply: FastifyReply, name: string): FastifyReply =>
  fileNamed(reply, `${name}.xlsx`, WORKBOOK_TYPE);
