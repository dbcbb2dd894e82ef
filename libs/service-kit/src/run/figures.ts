import {
  type DeadLetterLine,
  deadLetterLists,
  deadLetterReplays,
  type ServiceFigures,
  serviceFigures,
  type WatchedService,
} from '@helpmesh/contracts';
import { Answers, DeadLetters, type RpcContext } from '@helpmesh/messaging';
import { sql } from '@helpmesh/persistence';
import { Controller, Inject, type Type } from '@nestjs/common';
import { DataSource } from 'typeorm';

const MAX_CAUSE = 500;

/** The part of the figures that only the service itself knows. */
export type OwnFigures = Pick<ServiceFigures, 'counts' | 'last_created_at'>;

/**
 * Answers how a service is: the bus, of which all know the same, and what the service itself keeps. What was given up
 * is done again when asked.
 */
export function figuresController(
  service: WatchedService,
  own: (db: DataSource) => Promise<OwnFigures> = async () => ({ counts: {}, last_created_at: {} }),
): Type<unknown> {
  @Controller()
  class FiguresController {
    constructor(
      @Inject(DataSource) private readonly db: DataSource,
      @Inject(DeadLetters) private readonly letters: DeadLetters,
    ) {}

    @Answers(serviceFigures[service])
    async figures(): Promise<ServiceFigures> {
      const [outbox, dead_letters, figures] = await Promise.all([
        sql<ServiceFigures['outbox']>(
          this.db,
          `SELECT count(*) AS waiting, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS oldest
           FROM outbox WHERE due_at IS NULL`,
        ),
        this.letters.count(),
        own(this.db),
      ]);
      return { outbox: outbox[0] ?? { waiting: 0, oldest: 0 }, dead_letters, ...figures };
    }

    @Answers(deadLetterLists[service])
    async list(): Promise<{ letters: DeadLetterLine[] }> {
      const letters = await this.letters.list();
      return {
        letters: letters.map(({ id, consumer, subject, cause, tries, diedAt }) => ({
          ...{ id, consumer, subject, cause: cause.slice(0, MAX_CAUSE), tries, died_at: diedAt.toISOString() },
        })),
      };
    }

    @Answers(deadLetterReplays[service])
    async replay(_ctx: RpcContext, { id }: { id?: number | undefined }): Promise<{ open: number }> {
      return { open: await this.letters.redoOpen(id) };
    }
  }
  return FiguresController;
}
