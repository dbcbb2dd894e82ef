import path from 'node:path';
import { Command } from 'commander';
import { capture } from '../local/proc.ts';
import { workspace } from '../platform/home.ts';
import { resultLine } from '../test-run/reporter.ts';

interface Check {
  name: string;
  /** Script inside node_modules (or the workspace), and its arguments. */
  script: string;
  args: string[];
}

const checks: Check[] = [
  {
    name: 'format and lint',
    script: 'node_modules/@biomejs/biome/bin/biome',
    args: ['check', '--diagnostic-level=warn', '.'],
  },
  { name: 'types', script: 'node_modules/typescript/bin/tsc', args: ['-b'] },
  { name: 'types of the tests', script: 'node_modules/typescript/bin/tsc', args: ['-p', 'tests', '--noEmit'] },
  { name: 'types of the web app', script: 'node_modules/typescript/bin/tsc', args: ['-p', 'services/web', '--noEmit'] },
  {
    name: 'rings and borders',
    script: 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
    args: ['--config', '.dependency-cruiser.cjs', 'services', 'libs', 'deploy/src', 'deploy/tools', 'tests'],
  },
  {
    name: 'unused files, exports and packages',
    script: 'node_modules/knip/bin/knip.js',
    args: ['--treat-config-hints-as-errors'],
  },
  { name: 'generated files', script: 'deploy/bin/helpmesh.mjs', args: ['generate', '--check', '--no-build'] },
  { name: 'API of the last release', script: 'deploy/bin/helpmesh.mjs', args: ['api-changes'] },
  { name: 'text catalogues of the web app', script: 'services/web/scripts/check-catalogs.ts', args: [] },
];

export function checkCommand(): Command {
  return new Command('check')
    .description('format, lint, types, import rules, unused code, generated files; the last line is the result')
    .argument('[names...]', 'only the checks whose name contains one of these')
    .addHelpText('after', `\nChecks: ${checks.map(({ name }) => name).join('; ')}`)
    .action(check);
}

/** Runs all of them even when one fails: a person wants to see everything that is wrong. */
async function check(names: string[]): Promise<void> {
  const chosen = checks.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)));
  let failed = 0;
  for (const { name, script, args } of chosen) {
    const started = performance.now();
    const { status, output } = await capture(process.execPath, [path.join(workspace, script), ...args], {
      cwd: workspace,
      env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: '1' },
    });
    const seconds = `${((performance.now() - started) / 1000).toFixed(1)} s`.padStart(7);
    process.stdout.write(`${status === 0 ? '✓' : '✗'}${seconds}  ${name}\n`);
    if (status === 0) continue;
    failed += 1;
    process.stdout.write(`${output.trim().replaceAll(/^/gm, '    ')}\n\n`);
  }
  process.stdout.write(`\n${resultLine({ passed: chosen.length - failed, failed, skipped: 0 })}\n`);
  process.exitCode = failed > 0 ? 1 : 0;
}
