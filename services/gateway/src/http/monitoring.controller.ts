import { readFileSync } from 'node:fs';
import {
  checkMonitoringToken,
  countOpenedTickets,
  deadLetterLists,
  deadLetterReplays,
  hasAnyPermission,
  hasPermission,
  type ServiceFigures,
  serviceFigures,
  type WatchedService,
} from '@helpmesh/contracts';
import { AppError, type Clock, epochMs, isoTime } from '@helpmesh/kernel';
import { RpcClient } from '@helpmesh/messaging';
import { ActorSigner, CLOCK } from '@helpmesh/service-kit';
import { Controller, Get, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type AllFigures, amountState, inWords, periodSeconds, problemsOf } from '../domain/health-issues.ts';
import { EdgeGuard } from './edge-guard.ts';
import { sendJson } from './send.ts';

/** A service that needs longer for its figures is in trouble itself. */
const PATIENCE_MS = 3_000;
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** How the installation is, for programs that watch it: with their token, or as somebody with `admin.monitoring`. */
@Controller('api/v1')
export class MonitoringController {
  constructor(
    private readonly guard: EdgeGuard,
    private readonly rpc: RpcClient,
    private readonly signer: ActorSigner,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('version')
  async version(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const { actor } = await this.guard.admit(request, reply);
    if (!hasAnyPermission(actor, 'admin')) throw notAuthorized();
    return sendJson(reply, 200, { version });
  }

  @Get('monitoring/health_check')
  async health(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query('token') token?: string,
  ): Promise<FastifyReply> {
    await this.admit(request, reply, token);
    const services = await this.figures();
    const problems = problemsOf(services);
    const issues = problems.map(inWords);
    const healthy = problems.length === 0;
    const message = healthy ? 'success' : issues.join(';');
    return sendJson(reply, 200, { healthy, message, issues, problems, actions: [], services });
  }

  @Get('monitoring/status')
  async status(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query('token') token?: string,
  ): Promise<FastifyReply> {
    await this.admit(request, reply, token);
    const all = Object.values(await this.figures()).filter((figures) => figures !== undefined);
    const { agents = 0, stored_bytes: bytes = 0, ...counts } = Object.assign({}, ...all.map((one) => one.counts));
    const { login = null, ...last_created_at } = Object.assign({}, ...all.map((one) => one.last_created_at));
    const storage = {
      kB: Math.round(bytes / 1024),
      MB: Math.round(bytes / 1024 ** 2),
      GB: Math.round(bytes / 1024 ** 3),
    };
    return sendJson(reply, 200, { counts, last_created_at, last_login: login, agents, storage });
  }

  @Get('monitoring/amount_check')
  async amount(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query() query: Record<string, string | undefined>,
  ): Promise<FastifyReply> {
    await this.admit(request, reply, query.token);
    const { periode = '' } = query;
    const seconds = periodSeconds(periode);
    if (periode === '') throw new AppError('invalid', 'monitoring.period-missing', 'periode is missing!');
    if (seconds === undefined) {
      throw new AppError('invalid', 'monitoring.period-invalid', 'periode is a number and one of s, m, h, d.');
    }
    const since = isoTime(epochMs(this.clock.now() - seconds * 1_000));
    const { count } = await this.rpc.call(countOpenedTickets, { since }, { actor: this.signer.stranger() });
    const bound = (name: string) => {
      const value = query[name];
      if (value === undefined || value === '') return undefined;
      if (/^\d{1,9}$/.test(value)) return Number(value);
      throw new AppError('invalid', 'monitoring.bound-invalid', `${name} is not a number.`);
    };
    const bounds = {
      max_critical: bound('max_critical'),
      max_warning: bound('max_warning'),
      min_critical: bound('min_critical'),
      min_warning: bound('min_warning'),
    };
    return sendJson(reply, 200, amountState(count, periode, bounds));
  }

  /** Each service does again what it gave up; by a person only, since a token of this kind is good for looking. */
  @Post('monitoring/restart_failed_jobs')
  async restart(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    await this.admit(request, reply, undefined);
    const options = { actor: this.signer.stranger(), timeoutMs: PATIENCE_MS };
    const asked = Object.entries(deadLetterReplays).map(async ([service, question]) => {
      const answer = await this.rpc.call(question, {}, options).catch(() => undefined);
      return [service, answer?.open ?? null] as const;
    });
    return sendJson(reply, 200, { restarted: Object.fromEntries(await Promise.all(asked)) });
  }

  /** What services gave up, newest first; what the messages say is kept back. */
  @Get('monitoring/dead_letters')
  async deadLetters(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    await this.admit(request, reply, undefined);
    const options = { actor: this.signer.stranger(), timeoutMs: PATIENCE_MS };
    const asked = Object.entries(deadLetterLists).map(async ([service, question]) => {
      const answer = await this.rpc.call(question, {}, options).catch(() => undefined);
      return [service, answer?.letters ?? null] as const;
    });
    return sendJson(reply, 200, { services: Object.fromEntries(await Promise.all(asked)) });
  }

  @Post('monitoring/dead_letters/:service/:id/replay')
  async replay(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param() params: { service: string; id: string },
  ): Promise<FastifyReply> {
    await this.admit(request, reply, undefined);
    const question = Object.hasOwn(deadLetterReplays, params.service)
      ? deadLetterReplays[params.service as WatchedService]
      : undefined;
    if (!question || !/^[1-9]\d{0,14}$/.test(params.id)) throw noSuchLetter();
    const options = { actor: this.signer.stranger(), timeoutMs: PATIENCE_MS };
    const { open } = await this.rpc.call(question, { id: Number(params.id) }, options);
    if (open === 0) throw noSuchLetter();
    return sendJson(reply, 200, { restarted: true });
  }

  /** @throws AppError forbidden */
  private async admit(request: FastifyRequest, reply: FastifyReply, token: string | undefined): Promise<void> {
    if (token === undefined) {
      const { actor } = await this.guard.admit(request, reply);
      if (!hasPermission(actor, 'admin.monitoring')) throw notAuthorized();
      return;
    }
    this.guard.admitAnyone(request, reply);
    const text = String(token).slice(0, 200);
    const { valid } = await this.rpc.call(checkMonitoringToken, { token: text }, { actor: this.signer.stranger() });
    if (!valid) throw notAuthorized();
  }

  private async figures(): Promise<AllFigures> {
    const options = { actor: this.signer.stranger(), timeoutMs: PATIENCE_MS };
    const asked = Object.entries(serviceFigures).map(async ([service, question]) => {
      const figures: ServiceFigures | undefined = await this.rpc.call(question, {}, options).catch(() => undefined);
      return [service, figures] as const;
    });
    return Object.fromEntries(await Promise.all(asked));
  }
}

function notAuthorized(): AppError {
  return new AppError('forbidden', 'monitoring.not-authorized', 'Not authorized');
}

function noSuchLetter(): AppError {
  return new AppError('not-found', 'monitoring.no-dead-letter', 'There is no such message, or it was done meanwhile.');
}
