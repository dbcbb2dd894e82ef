import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { type Api, breakingChanges, mayBreak } from '../api/breaking-changes.ts';
import { capture } from '../local/proc.ts';
import { workspace } from '../platform/home.ts';

const DOCUMENT = 'docs/api/openapi.json';

export function apiChangesCommand(): Command {
  return new Command('api-changes')
    .description('what clients of the last tagged release can no longer rely on; fails unless the version says so')
    .action(async () => {
      const { breaks, says } = await apiChanges(workspace);
      process.stdout.write(`${says}\n`);
      process.exitCode = breaks ? 1 : 0;
    });
}

/** Compares the document of this checkout with that of its last tag. @param folder  of the checkout */
export async function apiChanges(folder: string): Promise<{ breaks: boolean; says: string }> {
  const git = (...args: string[]) => capture('git', ['-C', folder, ...args]);
  const described = await git('describe', '--tags', '--abbrev=0', '--match', 'v[0-9]*');
  if (described.status !== 0)
    return { breaks: false, says: 'There is no tag of a release yet to compare the API with.' };
  const tag = described.output.trim();
  const shown = await git('show', `${tag}:${DOCUMENT}`);
  if (shown.status !== 0) return { breaks: false, says: `${tag} has no ${DOCUMENT} to compare the API with.` };
  const before = JSON.parse(shown.output) as Api;
  const after = JSON.parse(readFileSync(path.join(folder, DOCUMENT), 'utf8')) as Api;
  const changes = breakingChanges(before, after);
  if (changes.length === 0) return { breaks: false, says: `Clients of ${tag} can rely on all they knew.` };
  const told = `Clients of ${tag} cannot rely on this any more:\n${changes.map((change) => `  ${change}`).join('\n')}`;
  return { breaks: !mayBreak(before.info.version, after.info.version), says: told };
}
