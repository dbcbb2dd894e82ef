import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { build } from '../platform/build.ts';
import { workspace } from '../platform/home.ts';
import { terminalProgress } from '../platform/progress.ts';

/** A command that lives outside the launcher, as a module that exports `main(args)`; offered when it is there. */
export interface Script {
  name: string;
  description: string;
  file: string;
}

export const scripts: Script[] = [
  {
    name: 'bench',
    description: 'measure the platform on private servers and print the figures beside their budgets',
    file: path.join(workspace, 'tests/load/bench.ts'),
  },
];

export function scriptCommand({ name, description, file }: Script): Command {
  return new Command(name)
    .description(description)
    .argument('[args...]')
    .allowUnknownOption()
    .helpOption(false) // its own --help tells more
    .action(async (args: string[]) => {
      await build(terminalProgress(process.stderr));
      const { main } = (await import(pathToFileURL(file).href)) as { main: (args: string[]) => Promise<void> };
      await main(args);
    });
}
