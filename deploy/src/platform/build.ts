import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CannotStart, capture } from '../local/proc.ts';
import { serviceNames } from '../local/services.ts';
import { bundleFolder, bundleServices } from './bundle.ts';
import { workspace } from './home.ts';
import type { Progress } from './progress.ts';

export const webDist = path.join(workspace, 'services/web/dist');

/**
 * Compiles what changed: services and libs by `tsc -b`; then, when a source of theirs changed, joins the services into
 * few files and builds the web app.
 * @param toRun  false: only what is compiled is needed, nothing will be started
 */
export async function build(progress: Progress, { toRun = true } = {}): Promise<void> {
  await progress.step('build the services', () => tool('typescript/bin/tsc', ['-b'], workspace));
  if (!toRun) return;
  const lock = path.join(workspace, 'pnpm-lock.yaml');
  const libs = path.join(workspace, 'libs');
  const services = serviceNames.map((service) => path.join(workspace, 'services', service));
  await whenChanged(path.join(bundleFolder, '.built-from'), [...services, libs, lock], () =>
    progress.step('join the services', bundleServices),
  );
  const web = path.join(workspace, 'services/web');
  await whenChanged(path.join(webDist, '.built-from'), [web, path.join(libs, 'contracts/src'), lock], () =>
    progress.step('build the web app', () => tool('vite/bin/vite.js', ['build', '--logLevel', 'warn'], web)),
  );
}

/** Does nothing when the stamp in the output says that it was made from these very sources. */
async function whenChanged(stamp: string, sources: string[], make: () => Promise<void>): Promise<void> {
  const now = fingerprint(sources);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return;
  await make();
  writeFileSync(stamp, now);
}

/** Runs a tool of the workspace on our own Node. */
async function tool(script: string, args: string[], cwd: string): Promise<void> {
  const file = [cwd, workspace].map((base) => path.join(base, 'node_modules', script)).find(existsSync);
  if (!file) throw new CannotStart(`${script} is not installed; run npm run setup.`);
  const { status, output } = await capture(process.execPath, [file, ...args], { cwd });
  if (status !== 0) throw new CannotStart(`The build failed:\n${output.trim()}`);
}

/** Changes when a file below the given places is added, removed or written. */
function fingerprint(places: string[]): string {
  const hash = createHash('sha256');
  const visit = (place: string): void => {
    const { isDirectory, mtimeMs, size } = describe(place);
    if (!isDirectory) {
      hash.update(`${place} ${mtimeMs} ${size}\n`);
      return;
    }
    for (const name of readdirSync(place).sort()) {
      if (name !== 'node_modules' && name !== 'dist') visit(path.join(place, name));
    }
  };
  for (const place of places) visit(place);
  return hash.digest('hex');
}

function describe(place: string) {
  const stats = statSync(place);
  return { isDirectory: stats.isDirectory(), mtimeMs: stats.mtimeMs, size: stats.size };
}
