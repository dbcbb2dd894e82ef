import type { BlobStore } from '@helpmesh/blob';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ErasureStore } from '../../persistence/erasure.store.ts';
import { BLOBS } from '../ports.ts';

const FILES = 500;

/** Removes files from the store that were to go, when nothing refers to them. */
@Injectable()
export class UnwantedFiles {
  constructor(
    private readonly db: DataSource,
    private readonly store: ErasureStore,
    @Inject(BLOBS) private readonly blobs: BlobStore,
  ) {}

  /** @returns how many files are gone */
  async remove(): Promise<number> {
    let removed = 0;
    for (;;) {
      const files = await this.store.unwanted(this.db, FILES);
      for (const { sha256, used } of files) {
        if (!used) {
          await this.blobs.delete(sha256);
          removed += 1;
        }
        await this.store.settleUnwanted(this.db, sha256);
      }
      if (files.length < FILES) return removed;
    }
  }
}
