import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { Command } from 'commander';
import { build } from '../platform/build.ts';
import { workspace } from '../platform/home.ts';
import { terminalProgress } from '../platform/progress.ts';

/** A command that lives outside the launcher, as a program with its own --help; offered when it is there. */
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
  {
    name: 'bench-web',
    description: 'work the web client in Chromium and print the figures beside their budgets',
    file: path.join(workspace, 'tests/load/web-bench.ts'),
  },
];

export function scriptCommand({ name, description, file }: Script): Command {
  return new Command(name)
    .description(description)
    .argument('[args...]')
    .allowUnknownOption()
    .helpOption(false) // its own --help tells more
    .action(async (args: string[]) => {
      if (!args.includes('--help')) await build(terminalProgress(process.stderr));
      const child = spawn(process.execPath, [file, ...args], { cwd: workspace, stdio: 'inherit' });
      process.on('SIGINT', () => undefined); // it gets the signal too, and ends in order
      process.on('SIGTERM', () => child.kill('SIGTERM'));
      const [code] = (await once(child, 'exit')) as [number | null];
      process.exitCode = code ?? 1;
    });
}
