import type { Actor, OwnDeskSettings } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { HeldStore } from '../../persistence/held.store.ts';
import { requireAnyOf } from '../access.ts';
import { DeskSettings } from './desk-settings.ts';

/** What agents choose for themselves, in the place of what the desk does. */
@Injectable()
export class OwnSettings {
  constructor(
    private readonly db: DataSource,
    private readonly held: HeldStore,
    private readonly desk: DeskSettings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async read(actor: Actor): Promise<OwnDeskSettings> {
    requireAnyOf(actor, ['ticket.agent']);
    return { undo_send_seconds: await this.held.ownUndoSeconds(this.db, actor.userId) };
  }

  async update(actor: Actor, input: { undo_send_seconds?: number | null | undefined }): Promise<OwnDeskSettings> {
    requireAnyOf(actor, ['ticket.agent']);
    const { undo_send_seconds: seconds } = input;
    if (seconds !== undefined) {
      await this.held.setOwnUndoSeconds(this.db, actor.userId, seconds, this.clock.now());
    }
    return this.read(actor);
  }

  /** How long what the agent sends waits for second thoughts. */
  async undoSeconds(actor: Actor): Promise<number> {
    return (await this.held.ownUndoSeconds(this.db, actor.userId)) ?? (await this.desk.current()).undo_send_seconds;
  }
}
