import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CannotStart, capture } from '../local/proc.ts';
import { workspace } from './home.ts';
import type { Progress } from './progress.ts';

export const webDist = path.join(workspace, 'services/web/dist');

/** Compiles what changed: services and libs by `tsc -b`, the web app by Vite when one of its sources changed. */
export async function build(progress: Progress, { web: withWeb = true } = {}): Promise<void> {
  await progress.step('build the services', () => tool('typescript/bin/tsc', ['-b'], workspace));
  if (!withWeb) return;
  const web = path.join(workspace, 'services/web');
  const stamp = path.join(web, 'dist/.built-from');
  const sources = fingerprint([
    web,
    path.join(workspace, 'libs/contracts/src'),
    path.join(workspace, 'pnpm-lock.yaml'),
  ]);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return;
  await progress.step('build the web app', async () => {
    await tool('vite/bin/vite.js', ['build', '--logLevel', 'warn'], web);
    mkdirSync(path.dirname(stamp), { recursive: true });
    writeFileSync(stamp, sources);
  });
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
