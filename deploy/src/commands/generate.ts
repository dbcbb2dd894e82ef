import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { build } from '../platform/build.ts';
import { workspace } from '../platform/home.ts';
import { silent } from '../platform/progress.ts';
import { type Generator, generators } from './generators.ts';

export function generateCommand(): Command {
  return new Command('generate')
    .description(`write the files that are made from sources: ${generators.map(({ name }) => name).join(', ')}`)
    .option('--check', 'write nothing; fail when a file is not what it would become')
    .option('--no-build', 'use what is built already')
    .action(async (options: { check?: boolean; build: boolean }) => {
      if (options.build) await build(silent, { toRun: false });
      const stale = await staleFiles(generators);
      for (const [file, text] of stale) {
        process.stdout.write(`${options.check ? 'stale' : 'written'}: ${file}\n`);
        if (!options.check) write(file, text);
      }
      if (stale.size === 0) process.stdout.write('all generated files are up to date\n');
      else if (options.check) process.exitCode = 1;
    });
}

/** The files that are not what their generator would make of them, with the text they should have. */
export async function staleFiles(from: readonly Generator[]): Promise<Map<string, string>> {
  const stale = new Map<string, string>();
  for (const { name, files } of from) {
    try {
      for (const [file, text] of await files()) {
        const absolute = path.join(workspace, file);
        if (!existsSync(absolute) || readFileSync(absolute, 'utf8') !== text) stale.set(file, text);
      }
    } catch (error) {
      throw new Error(`The generator "${name}" failed: ${(error as Error).message}`, { cause: error });
    }
  }
  return stale;
}

function write(file: string, text: string): void {
  const absolute = path.join(workspace, file);
  mkdirSync(path.dirname(absolute), { recursive: true });
  writeFileSync(absolute, text);
}
