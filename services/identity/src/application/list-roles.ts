import type { Actor, listRoles, ParsedInputOf } from '@helpmesh/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { mayRoles } from '../domain/access.ts';
import { windowOf } from '../domain/reading.ts';
import { RoleStore } from '../persistence/role.store.ts';
import { type Json, Present } from './present.ts';
import { refusals } from './refusals.ts';

const rule = { standard: 500, max: 1000, columns: ['id', 'name', 'active', 'created_at', 'updated_at'], order: 'id' };

@Injectable()
export class ListRoles {
  constructor(
    private readonly db: DataSource,
    private readonly roles: RoleStore,
    private readonly present: Present,
  ) {}

  /** @throws AppError forbidden for customers */
  async run(actor: Actor, query: ParsedInputOf<typeof listRoles>['query']): Promise<Json | Json[]> {
    if (!mayRoles.see(actor)) throw refusals.notAuthorized();
    const rows = await this.roles.page(this.db, windowOf(query, rule));
    return this.present.many(this.db, actor, 'roles', rows, query);
  }
}
