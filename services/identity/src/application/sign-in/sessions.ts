import type { Actor, deleteSessions, listSessions, OutputOf } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK, CONFIG } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { IdentityConfig } from '../../config.ts';
import { mayCredentials, mayUsers } from '../../domain/access.ts';
import { SessionStore } from '../../persistence/session.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import { Announce } from '../announce.ts';
import { Audit } from '../audit/audit.ts';
import { refusals } from '../refusals.ts';

const HOUR_MS = 3_600_000;

/** Looking at sessions and ending them: everybody their own, who may manage sessions anybody's. */
@Injectable()
export class Sessions {
  constructor(
    private readonly db: DataSource,
    private readonly sessions: SessionStore,
    private readonly users: UserStore,
    private readonly announce: Announce,
    private readonly audit: Audit,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: IdentityConfig,
  ) {}

  /** @throws AppError forbidden */
  async list(actor: Actor, userId: number | undefined): Promise<OutputOf<typeof listSessions>> {
    const whose = mayCredentials.manageSessions(actor) ? (userId ?? null) : this.own(actor, userId);
    const now = this.clock.now();
    const live = { now: new Date(now), seenSince: new Date(now - this.config.SESSION_IDLE_HOURS * HOUR_MS) };
    const rows = await this.sessions.list(this.db, whose, live);
    return {
      sessions: rows.map((row) => ({
        id: row.id,
        user_id: row.userId,
        login: row.login,
        current: row.id === actor.sessionId,
        way: row.way,
        ip: row.ip,
        user_agent: row.userAgent,
        created_at: row.createdAt.toISOString(),
        last_seen_at: row.lastSeenAt.toISOString(),
        expires_at: row.expiresAt.toISOString(),
      })),
    };
  }

  /** @throws AppError forbidden; not-found: also for the session of somebody else */
  async end(actor: Actor, id: number): Promise<Record<string, never>> {
    const owner = mayCredentials.manageSessions(actor) ? null : this.own(actor, undefined);
    await transaction(this.db, async (tx) => {
      const userId = await this.sessions.end(tx, id, owner);
      if (userId === undefined) throw refusals.notFound('Session', id);
      await this.refuseBeyond(tx, actor, userId);
      await this.announce.accessChanged(tx, [userId], 'session-ended');
      await this.audit.record(tx, actor, { action: 'session.revoked', object: { type: 'User', id: userId } });
    });
    return {};
  }

  /** All own ones but this, or all of another user. @throws AppError forbidden */
  async endAll(actor: Actor, userId: number | undefined): Promise<OutputOf<typeof deleteSessions>> {
    const whose = mayCredentials.manageSessions(actor) ? (userId ?? actor.userId) : this.own(actor, userId);
    const ended = await transaction(this.db, async (tx) => {
      await this.refuseBeyond(tx, actor, whose);
      const count = await this.sessions.endAll(tx, whose, actor.sessionId ?? null);
      if (count === 0) return 0;
      await this.announce.accessChanged(tx, [whose], 'session-ended');
      const changes = { sessions: { from: count, to: 0 } };
      await this.audit.record(tx, actor, { action: 'session.revoked', object: { type: 'User', id: whose }, changes });
      return count;
    });
    return { ended };
  }

  /** @throws AppError forbidden */
  private async refuseBeyond(tx: EntityManager, actor: Actor, userId: number): Promise<void> {
    const [person] = await this.users.byIds(tx, [userId]);
    if (person && !mayUsers.endAccess(actor, person)) throw refusals.beyondOwnRights();
  }

  private own(actor: Actor, asked: number | undefined): number {
    if (!mayCredentials.sessions(actor) || (asked ?? actor.userId) !== actor.userId) throw refusals.notAuthorized();
    return actor.userId;
  }
}
