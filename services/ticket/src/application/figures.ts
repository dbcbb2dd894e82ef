import type { OwnFigures } from '@helpmesh/service-kit';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { FigureStore } from '../persistence/figure.store.ts';

/** What there is, and how much of it is new, for programs that watch. */
@Injectable()
export class Figures {
  constructor(
    private readonly db: DataSource,
    private readonly store: FigureStore,
  ) {}

  openedSince(since: string): Promise<number> {
    return this.store.openedSince(this.db, since);
  }
}

export function readFigures(db: DataSource): Promise<OwnFigures> {
  return new FigureStore().all(db);
}
