import type { Caller, OutputOf, viewAs } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { mayUsers } from '../../domain/access.ts';
import { PrincipalStore } from '../../persistence/principal.store.ts';
import { SessionStore } from '../../persistence/session.store.ts';
import { Announce } from '../announce.ts';
import { Audit } from '../audit/audit.ts';
import { refusals } from '../refusals.ts';

/** Long enough to find out what somebody means, short enough to be forgotten open. */
const LASTS_MS = 30 * 60_000;

/** Looking at the desk as somebody else sees it: by a session of a browser, for a while, told in the audit log. */
@Injectable()
export class ViewAs {
  constructor(
    private readonly db: DataSource,
    private readonly sessions: SessionStore,
    private readonly principals: PrincipalStore,
    private readonly announce: Announce,
    private readonly audit: Audit,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError forbidden, also for who administers more; not-found; invalid `identity.view-as-refused` */
  async begin(actor: Caller, userId: number): Promise<OutputOf<typeof viewAs.begin>> {
    if (!mayUsers.actFor(actor)) throw refusals.notAuthorized();
    const { sessionId } = actor;
    if (actor.via !== 'session' || sessionId === undefined || actor.actingUserId !== undefined) {
      throw refused('This is for people in a browser, who act for themselves.');
    }
    if (userId === actor.userId) throw refused('You see the desk as yourself already.');
    const until = new Date(this.clock.now() + LASTS_MS);
    await transaction(this.db, async (tx) => {
      const target = await this.principals.byId(tx, userId);
      if (!target) throw refusals.notFound('User', userId);
      if (!target.grants.active) throw refused('Nobody can sign in with this account.');
      const { permissions } = target.grants;
      if (!mayUsers.actAs(actor, { id: target.id, permissions })) throw refusals.beyondOwnRights();
      await this.sessions.view(tx, sessionId, { userId, until });
      await this.announce.accessChanged(tx, [actor.userId], 'view-as');
      await this.audit.record(tx, actor, {
        action: 'view-as.begun',
        object: { type: 'User', id: userId, label: target.login },
        changes: { until: { from: null, to: until.toISOString() } },
      });
    });
    return { user_id: userId, until: until.toISOString() };
  }

  /** Of a session that looks as nobody nothing changes. */
  async end(actor: Caller): Promise<Record<string, never>> {
    const { sessionId, actingUserId, viewingUntil } = actor;
    if (sessionId === undefined || actingUserId === undefined || viewingUntil === undefined) return {};
    await transaction(this.db, async (tx) => {
      await this.sessions.view(tx, sessionId, null);
      await this.announce.accessChanged(tx, [actingUserId], 'view-as');
      await this.audit.record(tx, actor, {
        action: 'view-as.ended',
        object: { type: 'User', id: actor.userId, label: actor.login },
      });
    });
    return {};
  }
}

const refused = (detail: string) => new AppError('invalid', 'identity.view-as-refused', detail);
