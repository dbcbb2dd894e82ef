import { statSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { CannotStart } from '../local/proc.ts';
import { backUp, restore } from '../platform/backup.ts';
import { homeOf } from '../platform/home.ts';

const homeOption = ['--home <folder>', 'the data folder (HELPMESH_HOME; default .helpmesh)'] as const;

export function backupCommand(): Command {
  return new Command('backup')
    .description('copy all data of the stopped platform into one archive')
    .argument('[file]', 'the archive to write', 'helpmesh-backup.tar.gz')
    .option(...homeOption)
    .addHelpText('after', '\nThe archive holds the secrets too: keep it where only you can read it.')
    .action(async (file: string, options: { home?: string }) => {
      if (process.env.DATABASE_URL) {
        throw new CannotStart('DATABASE_URL names a server of your own; back its databases up with pg_dump.');
      }
      await backUp(path.resolve(options.home ?? homeOf(process.env)), path.resolve(file));
      process.stdout.write(`${file}: ${Math.ceil(statSync(file).size / 1024 ** 2)} MB\n`);
    });
}

export function restoreCommand(): Command {
  return new Command('restore')
    .description('put an archive of "backup" into an empty data folder')
    .argument('<file>', 'the archive')
    .option(...homeOption)
    .action(async (file: string, options: { home?: string }) => {
      const home = path.resolve(options.home ?? homeOf(process.env));
      await restore(path.resolve(file), home);
      process.stdout.write(`restored to ${home}; start it with npm run up\n`);
    });
}
