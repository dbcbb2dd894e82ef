import { readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { CannotStart } from '../local/proc.ts';

interface Where {
  url: string;
  token?: string;
}
interface Step {
  kind: string;
  key: string;
  action: string;
  changes: { field: string; from: unknown; to: unknown }[];
  missing: string[];
}
interface Outcome extends Step {
  done: boolean;
  error: string | null;
}

const urlOption = [
  '--url <address>',
  'of the desk (HELPMESH_URL)',
  process.env.HELPMESH_URL ?? 'http://localhost:8080',
] as const;
const tokenOption = ['--token <token>', 'of an administrator of everything; better in HELPMESH_TOKEN'] as const;

/** The configuration of a running desk as a file, by its REST API. */
export function configCommand(): Command {
  const command = new Command('config').description('the configuration of a running desk as one file');
  command
    .command('export')
    .description('write the configuration into a file, without secrets, people and tickets')
    .argument('[file]', 'where to; - for standard output', '-')
    .option(...urlOption)
    .option(...tokenOption)
    .action(async (file: string, where: Where) => {
      const text = `${JSON.stringify(await ask(where, 'GET', ''), null, 2)}\n`;
      if (file === '-') process.stdout.write(text);
      else writeFileSync(file, text);
    });
  command
    .command('diff')
    .description('say what would be created, changed and deleted; exit code 2 when that is something')
    .argument('<file>', 'a configuration')
    .option(...urlOption)
    .option(...tokenOption)
    .action(async (file: string, where: Where) => {
      const { steps } = (await ask(where, 'POST', '/diff', { document: documentIn(file) })) as { steps: Step[] };
      process.stdout.write(steps.length === 0 ? 'The desk is as the file says.\n' : steps.map(line).join(''));
      process.exitCode = steps.length === 0 ? 0 : 2;
    });
  command
    .command('import')
    .description('make the desk as the file says; what it does not name stays as it is')
    .argument('<file>', 'a configuration')
    .option(...urlOption)
    .option(...tokenOption)
    .option('--delete', 'also delete what the file does not have, of the kinds that it names', false)
    .option('--dry-run', 'only say what would be done', false)
    .addHelpText('after', '\nExit codes: 0 all is done, 1 something was refused. Done again, it changes nothing.')
    .action(async (file: string, options: Where & { delete: boolean; dryRun: boolean }) => {
      const document = documentIn(file);
      if (options.dryRun) {
        const { steps } = (await ask(options, 'POST', '/diff', { document })) as { steps: Step[] };
        const shown = steps.filter(({ action }) => options.delete || action !== 'delete');
        process.stdout.write(shown.length === 0 ? 'Nothing would be done.\n' : shown.map(line).join(''));
        return;
      }
      const body = { document, delete: options.delete };
      const { results } = (await ask(options, 'POST', '/import', body)) as { results: Outcome[] };
      for (const one of results) {
        const result = one.done ? 'done' : `REFUSED: ${one.error}`;
        process.stdout.write(`${one.action} ${one.kind} ${one.key}: ${result}${unset(one)}\n`);
      }
      if (results.length === 0) process.stdout.write('The desk is as the file says.\n');
      process.exitCode = results.every(({ done }) => done) ? 0 : 1;
    });
  return command;
}

function line(step: Step): string {
  const changes = step.changes.map(
    ({ field, from, to }) => `    ${field}: ${JSON.stringify(from)} -> ${JSON.stringify(to)}\n`,
  );
  return `${step.action} ${step.kind} ${step.key}${unset(step)}\n${changes.join('')}`;
}

const unset = ({ missing }: Pick<Step, 'missing'>): string =>
  missing.length === 0
    ? ''
    : ` (to be set by hand, as no file holds secrets, and switched off until then: ${missing.join(', ')})`;

/** @throws CannotStart */
function documentIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CannotStart(`${file} cannot be read: ${(error as Error).message}`);
  }
}

/** @throws CannotStart with the sentence of the desk */
async function ask({ url, token = process.env.HELPMESH_TOKEN }: Where, method: string, path: string, body?: object) {
  if (!token) throw new CannotStart('A token of an administrator is needed: set HELPMESH_TOKEN.');
  const address = `${url.replace(/\/+$/, '')}/api/v1/configuration${path}`;
  const response = await fetch(address, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  }).catch((error: Error) => {
    throw new CannotStart(
      `${address} does not answer: ${(error.cause as Error | undefined)?.message ?? error.message}`,
    );
  });
  const answer = (await response.json().catch(() => ({}))) as { error_human?: string; error?: string };
  if (!response.ok) throw new CannotStart(`${response.status}: ${answer.error_human ?? answer.error ?? 'refused'}`);
  return answer as unknown;
}
