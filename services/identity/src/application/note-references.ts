import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Reference, ReferenceStore } from '../persistence/reference.store.ts';

export type { Reference };

/** Keeps in mind what tickets refer to, so that it is not deleted. */
@Injectable()
export class NoteReferences {
  constructor(private readonly references: ReferenceStore) {}

  async run(tx: EntityManager, references: readonly Reference[]): Promise<void> {
    await this.references.add(tx, references);
  }
}
