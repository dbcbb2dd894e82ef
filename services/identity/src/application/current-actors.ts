import type { Actor } from '@helpmesh/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { PrincipalStore } from '../persistence/principal.store.ts';
import { actorOf } from './sign-in/actor-of.ts';

/** What people may do at this moment, for work that was ordered earlier and is done in their names. */
@Injectable()
export class CurrentActors {
  constructor(
    private readonly db: DataSource,
    private readonly principals: PrincipalStore,
  ) {}

  /** Those of them who may sign in. */
  async of(userIds: readonly number[]): Promise<Actor[]> {
    const actors: Actor[] = [];
    for (const id of new Set(userIds)) {
      const principal = await this.principals.byId(this.db, id);
      if (principal?.grants.active) actors.push(actorOf(principal, { via: 'session', token: null }));
    }
    return actors;
  }
}
