import { type Actor, groupsWith, hasPermission } from '@helpmesh/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { LibraryStore } from '../../persistence/library.store.ts';
import { notFound } from '../access.ts';

/** A macro as it is run. */
export interface UsableMacro {
  id: number;
  name: string;
  perform: Record<string, unknown>;
}

/** Macros as those use them who run them. */
@Injectable()
export class UsableMacros {
  constructor(
    private readonly db: DataSource,
    private readonly library: LibraryStore,
  ) {}

  /** An active one of the actor's groups; to others, also to administrators, it is not there. @throws not-found */
  async get(actor: Actor, id: number): Promise<UsableMacro> {
    const reader = { admin: false, userId: actor.userId, groupIds: groupsWith(actor, 'change'), administered: [] };
    const agent = hasPermission(actor, 'ticket.agent');
    const row = agent ? await this.library.get(this.db, 'macro', reader, id) : undefined;
    if (!row) throw notFound('Macro', id);
    return row as unknown as UsableMacro;
  }
}
