import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { capture } from './proc.ts';

/** The folder that holds usr/…, or the reason why it cannot be had. */
export type Unpacked = { folder: string } | { why: string };

/**
 * Unpacks packages of the Debian or Ubuntu archive into `<cacheDir>/<name>` without installing them: no root, no
 * daemon started by a post-install script, nothing changed on the system. apt checks the archive's signatures.
 */
export async function unpackFromArchive(
  name: string,
  packages: readonly string[],
  cacheDir: string,
  log?: (line: string) => void,
): Promise<Unpacked> {
  const folder = path.join(cacheDir, name);
  return existsSync(folder) ? { folder } : unpack(name, packages, cacheDir, log);
}

/**
 * The same for what can be done without: a failure is remembered for an hour, so that a machine without network does
 * not wait for it at each start.
 */
export async function tryUnpackFromArchive(
  name: string,
  packages: readonly string[],
  cacheDir: string,
  log?: (line: string) => void,
): Promise<Unpacked> {
  const failure = path.join(cacheDir, `${name}.failed`);
  if (existsSync(failure) && Date.now() - statSync(failure).mtimeMs < 3_600_000) {
    return { why: readFileSync(failure, 'utf8') };
  }
  const found = await unpackFromArchive(name, packages, cacheDir, log);
  if ('why' in found && existsSync(cacheDir)) writeFileSync(failure, found.why);
  return found;
}

async function unpack(
  name: string,
  packages: readonly string[],
  cacheDir: string,
  log?: (line: string) => void,
): Promise<Unpacked> {
  const folder = path.join(cacheDir, name);
  if ((await capture('apt-get', ['--version'])).status !== 0) return { why: 'this system has no apt-get' };

  log?.(`fetching ${name} from the Debian archive`);
  mkdirSync(cacheDir, { recursive: true });
  const temp = await mkdtemp(path.join(tmpdir(), 'helpmesh-apt-'));
  const unpacked = await mkdtemp(path.join(cacheDir, `${name}-`));
  try {
    mkdirSync(path.join(temp, 'lists/partial'), { recursive: true });
    mkdirSync(path.join(temp, 'cache/archives/partial'), { recursive: true });
    // Private package lists: works where the system has none, and needs no right to write the system's.
    const options = ['-qq', '-o', `Dir::State::Lists=${temp}/lists`, '-o', `Dir::Cache=${temp}/cache`];
    options.push('-o', 'Debug::NoLocking=1', '-o', 'Acquire::Languages=none', '-o', 'Acquire::http::Timeout=20');
    if (process.getuid?.() === 0) options.push('-o', 'APT::Sandbox::User=root');
    const inTemp = { cwd: temp, env: { ...process.env, LC_ALL: 'C' } };

    // A failed third-party source makes `update` fail although ours is there: only the download decides.
    const update = await capture('apt-get', [...options, 'update'], inTemp);
    const download = await capture('apt-get', [...options, 'download', ...packages], inTemp);
    if (download.status !== 0) {
      const unreachable = /Failed to fetch|Could not (connect|resolve)/.test(update.output);
      if (unreachable) return { why: 'the Debian archive cannot be reached' };
      return { why: `apt-get could not fetch it (${lastLine(download.output)})` };
    }
    for (const deb of readdirSync(temp).filter((file) => file.endsWith('.deb'))) {
      const done = await capture('dpkg', ['-x', path.join(temp, deb), unpacked]);
      if (done.status !== 0) return { why: `dpkg could not unpack it (${lastLine(done.output)})` };
    }
    if (!existsSync(folder)) renameSync(unpacked, folder); // rename: a second launcher never sees half a folder
    return { folder };
  } catch (error) {
    if (existsSync(folder)) return { folder }; // the second launcher was faster
    return { why: (error as Error).message };
  } finally {
    rmSync(temp, { recursive: true, force: true });
    rmSync(unpacked, { recursive: true, force: true });
  }
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) ?? '';
}
