export { afterCommit } from './after-commit.ts';
export { connect, createDataSource, type DataSourceOptions, type MigrationClass } from './data-source.ts';
export { GroupCommit } from './group-commit.ts';
export { migrate } from './migrate.ts';
export { askAside, Session, type SessionOptions } from './session.ts';
export { lockAllInTransaction, lockInTransaction, sql, transaction } from './sql.ts';
export { databaseError, sqlstateOf, violates } from './sqlstate.ts';
export { onTerms, type Terms, withoutTerms } from './terms.ts';
