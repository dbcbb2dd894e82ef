import { onPage, type PageFacts } from '@helpmesh/messaging';
import { CursorCodec, type WalkPage, type WalkQuery, walkOf } from '@helpmesh/service-kit';
import { Injectable } from '@nestjs/common';
import { type ListWindow, type PageQuery, type PageRule, windowOf } from '../domain/reading.ts';

/** A page of a list, by number or by walking, and what is told of it beside its rows. */
export interface ListPage {
  window: ListWindow;
  /** By walking: the rows before are not counted, so there is no total. */
  walked: boolean;
  told<T extends object>(answer: T, found: { ids: readonly number[]; total?: number | undefined }): T;
}

/** Pages of lists by id. */
@Injectable()
export class Pages {
  constructor(private readonly cursors: CursorCodec) {}

  /** @throws AppError invalid `paging.cursor-refused`, `paging.cursor-by-id`, `identity.sort-column-unknown` */
  of(list: string, query: PageQuery & WalkQuery, rule: PageRule): ListPage {
    const walk = walkOf(this.cursors, list, query);
    const window = windowOf(query, rule, walk);
    return {
      window,
      walked: walk !== undefined,
      told: (answer, { ids, total }) => onPage(answer, factsOf(ids, total, window, walk)),
    };
  }
}

function factsOf(ids: readonly number[], total: number | undefined, window: ListWindow, walk?: WalkPage): PageFacts {
  if (walk) return { rows: ids.length, next: walk.next(ids, window.limit) };
  // A page past the end has no row that could tell the total.
  return { rows: ids.length, ...((ids.length > 0 || window.offset === 0) && { total }) };
}
