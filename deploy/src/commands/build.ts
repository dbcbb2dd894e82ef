import { Command } from 'commander';
import { build } from '../platform/build.ts';
import { terminalProgress } from '../platform/progress.ts';

export function buildCommand(): Command {
  return new Command('build')
    .description('build what changed: the services, joined into few files, and the web app')
    .action(() => build(terminalProgress(process.stdout)));
}
