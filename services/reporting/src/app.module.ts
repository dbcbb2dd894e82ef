import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ProjectTickets } from './application/project-tickets.ts';
import { ReportingConsumers } from './bus/consumers.ts';
import { ReportAnswers } from './bus/report.answers.ts';
import { ProjectionStore } from './persistence/projection.store.ts';
import { ReportStore } from './persistence/report.store.ts';

/** The map of the service: what it hears and what it answers. */
@Module({
  controllers: [ReportingConsumers, ReportAnswers],
  providers: [
    ProjectionStore,
    ReportStore,
    {
      provide: ProjectTickets,
      inject: [DataSource, ProjectionStore],
      useFactory: (db: DataSource, projection: ProjectionStore) => new ProjectTickets(db, projection),
    },
  ],
})
export class ReportingModule implements OnApplicationBootstrap {
  constructor(private readonly tickets: ProjectTickets) {}

  onApplicationBootstrap(): void {
    this.tickets.measure();
  }
}
