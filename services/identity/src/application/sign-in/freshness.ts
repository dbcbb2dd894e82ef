import type { Actor, checkPassword, OutputOf } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { mayCredentials } from '../../domain/access.ts';
import { freshMs } from '../../domain/second-factor.ts';
import { PrincipalStore } from '../../persistence/principal.store.ts';
import { SessionStore } from '../../persistence/session.store.ts';
import { refusals } from '../refusals.ts';
import { CheckPassword } from './check-password.ts';

/** Whoever finds a browser open must not change how its owner signs in: such changes want a recent proof. */
@Injectable()
export class Freshness {
  constructor(
    private readonly db: DataSource,
    private readonly sessions: SessionStore,
    private readonly principals: PrincipalStore,
    private readonly passwords: CheckPassword,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * A password in the request itself is proof enough; a session wants one of the last quarter of an hour; an API token
   * never is.
   * @throws AppError forbidden, `identity.not-authorized`, `identity.proof-needed`
   */
  async demand(actor: Actor): Promise<void> {
    if (!mayCredentials.inPerson(actor) || actor.via === 'token') throw refusals.notAuthorized();
    if (actor.via !== 'session') return;
    const at = actor.sessionId === undefined ? undefined : await this.sessions.provenAt(this.db, actor.sessionId);
    if (at && this.clock.now() - at.getTime() < freshMs) return;
    throw new AppError('forbidden', 'identity.proof-needed', 'Please confirm your password first.');
  }

  /** @throws AppError forbidden; limited */
  async prove(actor: Actor, password: string): Promise<OutputOf<typeof checkPassword>> {
    if (!mayCredentials.inPerson(actor) || actor.via === 'token') throw refusals.notAuthorized();
    const principal = await this.principals.byId(this.db, actor.userId);
    const right = await this.passwords.ofUser(actor.userId, principal?.passwordHash ?? null, password);
    if (right && actor.sessionId !== undefined) {
      await this.sessions.prove(this.db, actor.sessionId, new Date(this.clock.now()));
    }
    return { success: right };
  }
}
