import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { CannotStart } from '../local/proc.ts';
import { build } from '../platform/build.ts';
import { compileCacheOf, workspace } from '../platform/home.ts';
import { terminalProgress } from '../platform/progress.ts';
import { type RunSummary, resultLine } from '../test-run/reporter.ts';

interface Options {
  faults?: boolean;
  peers?: boolean;
  build: boolean;
}

export function testCommand(): Command {
  return new Command('test')
    .description('run the tests on private servers of their own; the last line is the result')
    .argument('[filters...]', 'only files whose path contains one of these; options after -- go to vitest')
    .option('--faults', 'the long forms of the fault tests instead')
    .option('--peers', 'only the tests against real peers (Dovecot, …)')
    .option('--no-build', 'test what is built already (whole-system tests run the built services)')
    .addHelpText('after', '\nEnvironment\n  HELPMESH_TEST_INFRA  auto, embedded, containers or external')
    .action(test);
}

async function test(filters: string[], options: Options): Promise<void> {
  // A build that fails is a failure of its own; the tests that need no build still tell something.
  const built = options.build ? await tryToBuild() : true;
  const summary = await run(filters, options);
  if (!built) summary.failed += 1;
  const reasons = Map.groupBy(summary.skipped, ({ why }) => why || 'no reason given');
  for (const [why, tests] of reasons) {
    process.stdout.write(`\nskipped: ${why}\n${tests.map(({ name }) => `  ${name}\n`).join('')}`);
  }
  process.stdout.write(`\n${resultLine({ ...summary, skipped: summary.skipped.length })}\n`);
  process.exitCode = summary.failed > 0 || summary.passed === 0 ? 1 : 0;
}

async function run(filters: string[], options: Options): Promise<RunSummary> {
  const folder = mkdtempSync(path.join(tmpdir(), 'helpmesh-summary-'));
  const file = path.join(folder, 'summary.json');
  try {
    const suite = options.faults ? 'faults' : options.peers ? 'peers' : 'usual';
    // Hundreds of processes load the same packages, and that is most of what short ones do.
    const NODE_COMPILE_CACHE = process.env.NODE_COMPILE_CACHE || compileCacheOf(process.env);
    const env = { ...process.env, NODE_COMPILE_CACHE, HELPMESH_TEST_SUITE: suite, HELPMESH_TEST_SUMMARY: file };
    const reporters = ['--reporter=default', '--reporter=./deploy/src/test-run/reporter.ts'];
    const code = await vitest(['run', ...reporters, ...filters], env);
    if (!existsSync(file)) return { passed: 0, failed: 1, skipped: [] }; // it did not get as far as a result
    const summary = JSON.parse(readFileSync(file, 'utf8')) as RunSummary;
    if (code !== 0 && summary.failed === 0) summary.failed = 1;
    return summary;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function tryToBuild(): Promise<boolean> {
  try {
    await build(terminalProgress(process.stdout));
    return true;
  } catch (error) {
    if (!(error instanceof CannotStart)) throw error;
    process.stdout.write(`${error.message}\n`);
    return false;
  }
}

function vitest(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const bin = path.join(workspace, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [bin, ...args], { cwd: workspace, stdio: 'inherit', env });
  // Ctrl-C reaches vitest by itself; we stay to print the result.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
