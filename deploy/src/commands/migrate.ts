import { Command } from 'commander';
import { migratePlatform } from '../platform/platform.ts';
import { terminalProgress } from '../platform/progress.ts';

export function migrateCommand(): Command {
  return new Command('migrate')
    .description('bring the databases of all services to the newest schema, and stop')
    .option('--home <folder>', 'where data, secrets and logs live (HELPMESH_HOME; default .helpmesh)')
    .option('--no-build', 'run what is built already')
    .action(async (options: { home?: string; build: boolean }) => {
      const progress = terminalProgress(process.stdout);
      await migratePlatform({ build: options.build, progress, ...(options.home && { home: options.home }) });
    });
}
