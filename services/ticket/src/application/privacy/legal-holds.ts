import { AppError } from '@helpmesh/kernel';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { type Holds, RetentionStore } from '../../persistence/retention.store.ts';
import { IDENTITY, type Identity } from '../ports.ts';

/** What must stay as it is: tickets under legal hold, and those of people under one. */
@Injectable()
export class LegalHolds {
  constructor(
    private readonly store: RetentionStore,
    @Inject(IDENTITY) private readonly identity: Identity,
  ) {}

  /** As they are now; asks the network, so never inside a transaction. @throws AppError unavailable */
  now(): Promise<Holds> {
    return this.identity.heldObjects();
  }

  /** The ticket itself, its customer, or somebody who wrote in it. */
  async keep(on: DataSource | EntityManager, ticketId: number, holds: Holds): Promise<boolean> {
    return this.store.isHeld(on, ticketId, holds);
  }

  /** @returns an AppError conflict when it must stay */
  async whyKept(on: DataSource | EntityManager, ticketId: number, holds: Holds): Promise<AppError | undefined> {
    if (!(await this.keep(on, ticketId, holds))) return undefined;
    return new AppError('conflict', 'ticket.legal-hold', 'A legal hold keeps this ticket from being deleted.');
  }
}
