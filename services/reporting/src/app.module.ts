import type { Clock } from '@helpmesh/kernel';
import { CLOCK, EraseMessagesOnly, erasureWork } from '@helpmesh/service-kit';
import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ProjectTickets } from './application/project-tickets.ts';
import { ReportTickets } from './application/report-tickets.ts';
import { ReportingConsumers } from './bus/consumers.ts';
import { ErasureController } from './bus/erasure.controller.ts';
import { ReportingFigures } from './bus/figures.controller.ts';
import { ReportAnswers } from './bus/report.answers.ts';
import { ProjectionStore } from './persistence/projection.store.ts';
import { ReportStore } from './persistence/report.store.ts';

/** The map of the service: what it hears and what it answers. */
@Module({
  controllers: [ReportingFigures, ReportingConsumers, ReportAnswers, ErasureController],
  providers: [
    ProjectionStore,
    ReportStore,
    // Projections know people by their ids alone.
    EraseMessagesOnly,
    erasureWork('reporting', EraseMessagesOnly),
    {
      provide: ProjectTickets,
      inject: [DataSource, ProjectionStore],
      useFactory: (db: DataSource, projection: ProjectionStore) => new ProjectTickets(db, projection),
    },
    {
      provide: ReportTickets,
      inject: [DataSource, ReportStore, CLOCK],
      useFactory: (db: DataSource, reports: ReportStore, clock: Clock) => new ReportTickets(db, reports, clock),
    },
  ],
})
export class ReportingModule implements OnApplicationBootstrap {
  constructor(private readonly tickets: ProjectTickets) {}

  onApplicationBootstrap(): void {
    this.tickets.measure();
  }
}
