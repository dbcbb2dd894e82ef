import { Readable } from 'node:stream';
import { auditLog, type OutputOf } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { RpcClient } from '@helpmesh/messaging';
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type AuditFormat, auditFormats } from '../domain/audit-file.ts';
import { EdgeGuard } from './edge-guard.ts';

const PAGE = 1_000;

type Page = OutputOf<typeof auditLog.list>;

/** The audit log as a file: read page by page as it is sent, whatever its size. */
@Controller('api/v1')
export class AuditController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly guard: EdgeGuard,
  ) {}

  @Get('audit/export')
  async export(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query() { format = 'csv', ...filter }: Record<string, string>,
  ): Promise<FastifyReply> {
    const { signed } = await this.guard.admit(request, reply);
    if (format !== 'csv' && format !== 'json') {
      throw new AppError('invalid', 'audit.format-unknown', 'The format of an export is csv or json.');
    }
    const page = (before?: number): Promise<Page> => {
      const query = { ...filter, limit: PAGE, ...(before !== undefined && { before }) };
      return this.rpc.call(auditLog.list, { params: {}, query, body: undefined }, { actor: signed });
    };
    // A refusal must be an answer, not a file that breaks off.
    const first = await page();
    return reply
      .header('content-type', auditFormats[format].contentType)
      .header('content-disposition', `attachment; filename="audit.${format}"`)
      .header('cache-control', 'no-store')
      .send(Readable.from(written(auditFormats[format], first, page)));
  }
}

/** The file, a page at a time. */
async function* written(
  format: AuditFormat,
  first: Page,
  more: (before: number) => Promise<Page>,
): AsyncGenerator<string> {
  let lead = format.open;
  for (let page = first; ; page = await more(page.next)) {
    if (page.entries.length > 0) {
      yield lead + page.entries.map(format.write).join(format.between);
      lead = format.between;
    }
    if (page.next === null) break;
  }
  // An empty file has its beginning all the same.
  yield (lead === format.open ? lead : '') + format.close;
}
