import {
  type Actor,
  type AuditEntry,
  accessChanged,
  addUpload,
  auditLog,
  authenticate,
  checkMonitoringToken,
  countOpenedTickets,
  createArticle,
  createTicket,
  currentUser,
  deadLetterLists,
  deadLetterReplays,
  deleteTicket,
  exportTickets,
  getAttachment,
  getAvatarImage,
  getDataExportFile,
  getRawMail,
  getTicket,
  importRows,
  leaveList,
  listTickets,
  type MessageDefinition,
  organizations,
  type ParsedInputOf,
  passkeySignInOptions,
  recordActing,
  removeUploads,
  requestPasswordReset,
  searchTicketsByPost,
  serviceFigures,
  signIn,
  signInByPasskey,
  signInSecondStep,
  signOut,
  signUp,
  ticketUpdated,
  twoFactorConfiguration,
  updateTicket,
  users,
} from '@helpmesh/contracts';
import { AppError, uuidv7 } from '@helpmesh/kernel';
import {
  Answers,
  type Bus,
  connectBus,
  RawJson,
  type RpcContext,
  RpcStrategy,
  type RpcStrategyOptions,
} from '@helpmesh/messaging';
import { ActorVerifier } from '@helpmesh/service-kit';
import { Controller, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { z } from 'zod';
import { OAuthNeighbour } from './oauth-neighbour.ts';
import { OpenIdNeighbour } from './openid-neighbour.ts';
import { ScimNeighbour } from './scim-neighbour.ts';

export const agent: Actor = {
  kind: 'user',
  userId: 4,
  login: 'agent1@example.com',
  permissions: ['ticket.agent'],
  groups: { 1: ['full'] },
  organizationIds: [],
  sharedOrganizationIds: [],
  locale: 'en',
  via: 'session',
};
export const customer: Actor = {
  ...agent,
  userId: 2,
  login: 'nicole.braun@zammad.org',
  permissions: ['ticket.customer'],
  groups: {},
};

interface Heard {
  question: string;
  input: unknown;
  actor: string | undefined;
  userId: number | undefined;
  actingUserId: number | undefined;
  key: string | undefined;
  ifMatch: readonly string[] | undefined;
  address: string | undefined;
  requestId: string;
}

/** What the neighbours hold and have heard; a test reads and changes it. */
export const world = {
  /** Who a password, token or session stands for. */
  people: new Map<string, Actor>(),
  heard: [] as Heard[],
  /** The audit log as identity would give it, newest first; undefined: identity cannot write or read it. */
  audit: [] as z.output<typeof AuditEntry>[] | undefined,
  /** Answers of the ticket service by question; a thrown error is answered as such. */
  ticket: new Map<string, (input: never) => unknown>(),
  /** What identity does before it answers a question about the caller. */
  meanwhile: undefined as (() => void) | undefined,
  /** Code that sign-in asks for beside the password; empty: none. */
  secondFactor: '',
  /** Nobody is let in, whoever they are. */
  closed: false,
  reset(): void {
    this.people.clear();
    for (const [name, actor] of [
      ['agent', agent],
      ['customer', customer],
    ] as const) {
      this.people.set(`basic ${name} right`, actor);
      this.people.set(`token ${name}-token`, actor);
    }
    this.heard.length = 0;
    this.audit = [];
    this.secondFactor = '';
    this.closed = false;
    this.ticket.clear();
    this.meanwhile = undefined;
  },
  /** Inputs of one question, oldest first. */
  asked(question: { subject: string }): (Omit<Heard, 'input'> & { input: never })[] {
    return this.heard.filter((one) => one.question === question.subject) as never;
  },
};

function hear(
  question: { subject: string },
  { actor, key, ifMatch, address, requestId }: RpcContext,
  input: unknown,
): void {
  const { login, userId, actingUserId } = actor ?? {};
  world.heard.push({
    question: question.subject,
    input,
    actor: login,
    userId,
    actingUserId,
    key,
    ifMatch,
    address,
    requestId,
  });
}

export function opened(actor: Actor) {
  const { userId, mustEnrol = false } = actor;
  const sessionToken = uuidv7();
  world.people.set(`session ${sessionToken}`, actor);
  const expiresAt = new Date(Date.now() + 8 * 3_600_000).toISOString();
  return { sessionToken, csrfToken: `csrf-of-${sessionToken}`, userId, expiresAt, enrolOnly: mustEnrol };
}

@Controller()
class Identity {
  @Answers(authenticate)
  authenticate(ctx: RpcContext, input: { credential: Record<string, string>; onBehalfOf?: string | undefined }) {
    hear(authenticate, ctx, input);
    if (world.closed) throw new AppError('forbidden', 'identity.maintenance', 'Maintenance mode enabled!');
    const { scheme, login, password, token, sessionToken } = input.credential;
    const shown = scheme === 'basic' ? `basic ${login} ${password}` : `${scheme} ${token ?? sessionToken}`;
    const actor = world.people.get(shown);
    if (!actor) {
      const why = { basic: 'Invalid BasicAuth credentials', token: "Can't find User for Token" }[scheme ?? ''];
      throw new AppError('unauthenticated', 'auth.wrong', why ?? 'The session has ended.');
    }
    if (input.onBehalfOf) {
      if (actor !== agent)
        throw new AppError('forbidden', 'auth.no', "Current user has no permission to use 'From'/'X-On-Behalf-Of'!");
      return { actor: { ...customer, actingUserId: agent.userId }, csrfToken: null, maxAgeMs: 30_000 };
    }
    return { actor, csrfToken: scheme === 'session' ? `csrf-of-${sessionToken}` : null, maxAgeMs: 30_000 };
  }

  @Answers(recordActing)
  recordActing(ctx: RpcContext, input: object) {
    hear(recordActing, ctx, input);
    if (!world.audit) throw new AppError('unavailable', 'db.unavailable', 'The database is away.');
    return {};
  }

  @Answers(auditLog.list)
  auditEntries(ctx: RpcContext, input: ParsedInputOf<typeof auditLog.list>) {
    hear(auditLog.list, ctx, input);
    if (ctx.actor?.login !== agent.login) throw new AppError('forbidden', 'auth.no', 'Not authorized');
    const { before = Number.POSITIVE_INFINITY, limit = 100 } = input.query;
    const older = (world.audit ?? []).filter(({ id }) => id < before);
    const entries = older.slice(0, limit);
    return { entries, next: older.length > limit ? (entries.at(-1)?.id ?? null) : null };
  }

  @Answers(signIn)
  signIn(ctx: RpcContext, input: { username: string; password: string; payload?: unknown }) {
    hear(signIn, ctx, input);
    const actor = world.people.get(`basic ${input.username} ${input.password}`);
    if (!actor) throw new AppError('unauthenticated', 'auth.wrong', 'Wrong login or password combination.');
    if (world.secondFactor && input.payload !== world.secondFactor) {
      const methods = ['security_keys' as const, 'authenticator_app' as const];
      const passkeyOptions = { challenge: 'sign me', rpId: 'localhost' };
      return { secondFactor: { token: 'first-step', methods, recoveryCodes: true, passkeyOptions } };
    }
    return opened(actor);
  }

  @Answers(signInSecondStep)
  secondStep(ctx: RpcContext, input: { token: string; payload: unknown }) {
    hear(signInSecondStep, ctx, input);
    if (input.token === 'first-step' && input.payload === world.secondFactor) return opened(agent);
    throw new AppError('unauthenticated', 'auth.wrong', 'The second factor is not right.');
  }

  @Answers(passkeySignInOptions)
  passkeyOptions() {
    return { challenge: 'sign me', rpId: 'localhost' };
  }

  @Answers(signInByPasskey)
  byPasskey(ctx: RpcContext, input: { credential: { id: string } }) {
    hear(signInByPasskey, ctx, input);
    if (input.credential.id === 'known') return opened(agent);
    throw new AppError('unauthenticated', 'auth.wrong', 'This passkey does not open any account here.');
  }

  @Answers(signOut)
  signOut(ctx: RpcContext, input: { sessionToken: string }) {
    hear(signOut, ctx, input);
    world.people.delete(`session ${input.sessionToken}`);
    return {};
  }

  @Answers(currentUser)
  currentUser(ctx: RpcContext, input: object) {
    hear(currentUser, ctx, input);
    world.meanwhile?.();
    return { id: ctx.actor?.userId, login: ctx.actor?.login } as never;
  }

  @Answers(signUp)
  signUp(ctx: RpcContext, input: object) {
    hear(signUp, ctx, input);
    return { message: 'ok' };
  }

  @Answers(getDataExportFile)
  dataExportFile(ctx: RpcContext, input: object) {
    hear(getDataExportFile, ctx, input);
    return world.ticket.get(getDataExportFile.subject)?.(input as never) as never;
  }

  @Answers(getAvatarImage)
  avatarImage(ctx: RpcContext, input: object) {
    hear(getAvatarImage, ctx, input);
    return world.ticket.get(getAvatarImage.subject)?.(input as never) as never;
  }

  @Answers(importRows)
  importRows(ctx: RpcContext, input: object) {
    hear(importRows, ctx, input);
    return world.ticket.get(importRows.subject)?.(input as never) as never;
  }

  @Answers(users.list)
  listUsers(ctx: RpcContext, input: object) {
    hear(users.list, ctx, input);
    return world.ticket.get(users.list.subject)?.(input as never) as never;
  }

  @Answers(twoFactorConfiguration)
  configuration() {
    const left = { recovery_codes_exist: false, recovery_codes_left: 0 };
    return { enabled_authentication_methods: [], ...left, required: true, passkeys: [] };
  }

  @Answers(users.searchByPost)
  searchUsers(): never {
    throw new AppError('forbidden', 'auth.no', 'Not authorized');
  }

  @Answers(organizations.searchByPost)
  searchOrganizations() {
    return { record_ids: [], total_count: 0, assets: {} } as never;
  }

  @Answers(serviceFigures.identity)
  figures() {
    return {
      outbox: { waiting: 0, oldest: 0 },
      dead_letters: 0,
      counts: { users: 5, agents: 2 },
      last_created_at: { users: null, login: '2026-01-31T09:00:00.000Z' },
    };
  }

  @Answers(checkMonitoringToken)
  checkMonitoringToken(_ctx: RpcContext, { token }: { token: string }) {
    return { valid: token === 'watcher' };
  }

  @Answers(requestPasswordReset)
  requestPasswordReset(ctx: RpcContext, input: object) {
    hear(requestPasswordReset, ctx, input);
    return { message: 'ok' };
  }
}

const ticketQuestions = [
  exportTickets,
  searchTicketsByPost,
  serviceFigures.ticket,
  deadLetterLists.ticket,
  deadLetterReplays.ticket,
  countOpenedTickets,
  getTicket,
  listTickets,
  createTicket,
  updateTicket,
  deleteTicket,
  createArticle,
  getAttachment,
  getRawMail,
  addUpload,
  removeUploads,
] as const;

@Controller()
class Tickets {}
for (const question of ticketQuestions) {
  const name = question.subject;
  Object.defineProperty(Tickets.prototype, name, {
    configurable: true,
    writable: true,
    value: (ctx: RpcContext, input: never) => {
      hear(question, ctx, input);
      const answer = world.ticket.get(name)?.(input) ?? {};
      return typeof answer === 'string' ? new RawJson(answer) : answer;
    },
  });
  const descriptor = Object.getOwnPropertyDescriptor(Tickets.prototype, name) as PropertyDescriptor;
  Answers(question as never)(Tickets.prototype, name, descriptor as never);
}

@Module({ controllers: [Identity, OAuthNeighbour, OpenIdNeighbour, ScimNeighbour] })
class IdentityModule {}
@Module({ controllers: [Tickets] })
class TicketModule {}

@Controller()
class MailNeighbour {
  private mails = true;
  @Answers(leaveList)
  leave(_ctx: RpcContext, { token, on }: ParsedInputOf<typeof leaveList>) {
    if (token !== 'known') throw new AppError('not-found', 'mail-list.link-unknown', 'This link stops no mails.');
    this.mails = on ?? this.mails;
    return { list: 'ratings' as const, on: this.mails };
  }
}

@Module({ controllers: [MailNeighbour] })
class NotificationModule {}

export interface Neighbours {
  bus: Bus;
  /** Puts an event onto its stream, as the relay of its owner would. */
  publish(definition: MessageDefinition, data: object): Promise<number>;
  /** The broker lost the ticket stream and made a new one. */
  replaceTicketStream(): Promise<void>;
  stop(): Promise<void>;
}

/** Identity and ticket service as far as the gateway can tell, over the real bus. */
export async function startNeighbours(natsUrl: string, trustedKeys: string): Promise<Neighbours> {
  world.reset();
  const bus = await connectBus({ url: natsUrl, name: 'neighbours' });
  const apps = await Promise.all(
    (
      [
        ['identity', IdentityModule],
        ['ticket', TicketModule],
        ['notification', NotificationModule],
      ] as [string, Type<unknown>][]
    ).map(async ([service, module]) => {
      const verifier = new ActorVerifier({ trustedKeys: JSON.parse(trustedKeys), audience: service });
      const admit: RpcStrategyOptions['admit'] = (token, question) => verifier.admit(token, question);
      const strategy = new RpcStrategy({ bus, service, admit });
      const app = await NestFactory.createMicroservice(module, { strategy, logger: false });
      await app.listen();
      return app;
    }),
  );
  await bus.declareStreams('ticket');
  await bus.declareStreams('identity');
  return {
    bus,
    async publish(definition, data) {
      const envelope = {
        id: uuidv7(),
        type: definition.type,
        time: new Date().toISOString(),
        source: 'test',
        aggregateId: '1',
        aggregateVersion: 1,
        correlationId: uuidv7(),
        data,
      };
      const { seq } = await bus.js.publish(definition.type, JSON.stringify(envelope), { msgID: envelope.id });
      return seq;
    },
    async replaceTicketStream() {
      await bus.jsm.streams.delete('EVT_TICKET');
      await bus.declareStreams('ticket');
    },
    async stop() {
      for (const app of apps) await app.close();
      await bus.close();
    },
  };
}

export const events = { accessChanged, ticketUpdated };
