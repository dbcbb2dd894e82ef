import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { AppError } from '@helpmesh/kernel';
import { logger, nameService, stopTracing } from '@helpmesh/telemetry';
import type { z } from 'zod';
import { type ConfigSchema, configLines, configTable, loadConfig } from '../config/config.ts';

/** What `createXService(config)` gives: the thing that runs, in production and in tests. */
export interface Service {
  readonly name: string;
  /** Resolves when the service is ready for work. */
  start(): Promise<void>;
  /** Takes no new work, finishes what runs, lets go of everything. */
  stop(): Promise<void>;
  /** Brings the database and the streams to what this version needs. @returns names of the migrations applied */
  migrate(): Promise<string[]>;
  /** Looks at and replays what was given up; absent where nothing is consumed. @returns what to print */
  deadLetters?(words: readonly string[]): Promise<string>;
  /** After `start`: the gateway's page; of other services their health port. */
  readonly url: string;
}

/** A command that one service has beside those of all. */
export interface OwnCommand<C> {
  /** One line for `--help`. */
  help: string;
  /** @returns what to print, and whether all is well: else the process ends with code 1 */
  run(config: C): Promise<{ told: string; ok: boolean }>;
}

/** Time from the signal to the end of the process. Kubernetes gives 60 s, a terminal's Ctrl-C less patience. */
const STOP_DEADLINE_MS = 10_000;

/**
 * A major collection when the heap has grown by this much since the last: V8's own measure, made for one large process,
 * lets the seven services hold a third more than they use (docs/adr/0025-services-as-few-files.md).
 */
const HEAP_GROWING_PERCENT = 40;

const commands = ['start', 'migrate', 'config', 'dead-letters'];

const usage = (name: string, own: Record<string, { help: string }>) => `Usage: ${name} <command>

Commands:
  start      run the service until it is told to stop (SIGTERM, SIGINT); --migrate: bring it to this version first
  migrate    bring its database and streams to this version, then end
  config     print what can be set, as a Markdown table; --values prints what is in force
  dead-letters [list | show <id> | replay <id> | replay all]
             messages that were given up, and giving them another chance
${Object.entries(own)
  .map(([command, { help }]) => `  ${command.padEnd(10)} ${help}\n`)
  .join('')}
Settings come from the environment, or from files named by NAME_FILE.
`;

/**
 * The command line of a service: `start`, `migrate`, `config`, `dead-letters`, and what it has of its own (`own`). A
 * start that fails ends with one sentence and code 1; code 2 means the command line itself was wrong.
 */
export async function main<S extends ConfigSchema>(
  create: (config: Readonly<z.output<S>>) => Service,
  schema: S,
  name: string,
  own: Record<string, OwnCommand<Readonly<z.output<S>>>> = {},
): Promise<void> {
  nameService(name);
  const { command, words, values, migrateFirst, help } = readArguments();
  if (help) return void process.stdout.write(usage(name, own));
  if (command === undefined || ![...commands, ...Object.keys(own)].includes(command)) {
    process.stderr.write(usage(name, own));
    process.exitCode = 2;
    return;
  }
  try {
    if (command === 'config' && !values) return void process.stdout.write(configTable(schema));
    const config = loadConfig(schema);
    if (command === 'config') return void process.stdout.write(configLines(schema, config));
    if (command === 'start') return await run(create(config), migrateFirst);
    if (command === 'dead-letters') {
      const told = await create(config).deadLetters?.(words);
      return void process.stdout.write(told ?? `${name} consumes nothing\n`);
    }
    const special = own[command];
    if (special) {
      const { told, ok } = await special.run(config);
      process.exitCode = ok ? 0 : 1;
      return void process.stdout.write(told);
    }
    const applied = await create(config).migrate();
    process.stdout.write(`${name}: ${applied.length ? applied.join(', ') : 'nothing to migrate'}\n`);
  } catch (error) {
    fail(name, error);
  }
}

function readArguments() {
  const { values: given, positionals } = parseArgs({
    allowPositionals: true,
    strict: false,
    options: { help: { type: 'boolean', short: 'h' }, values: { type: 'boolean' }, migrate: { type: 'boolean' } },
  });
  const [command, ...words] = positionals;
  return {
    command,
    words,
    values: given.values === true,
    migrateFirst: given.migrate === true,
    help: given.help === true,
  };
}

/** @param migrateFirst  for where one process is all there is of a service: it loads the code once for both */
async function run(service: Service, migrateFirst: boolean): Promise<void> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
  const log = logger('main');
  const stopping = Promise.withResolvers<string>();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => stopping.resolve(signal));
  // The launcher holds the other end of this channel; when it dies, however it dies, its services follow.
  process.once('disconnect', () => stopping.resolve('the launcher is gone'));
  // A promise nobody awaits is a bug, but a desk that stops answering is worse: told, counted on to be fixed.
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a failure nobody awaited'));

  const starting = async () => {
    if (migrateFirst) await service.migrate();
    await service.start();
  };
  const told = await Promise.race([starting(), stopping.promise]);
  if (told === undefined) {
    log.info({ url: service.url }, `${service.name} is ready`);
    process.send?.('ready');
  }

  const why = await stopping.promise;
  log.info({ why }, `${service.name} stops`);
  const deadline = setTimeout(() => {
    log.error(`${service.name} did not stop in ${STOP_DEADLINE_MS} ms and is ended`);
    process.exit(1);
  }, STOP_DEADLINE_MS);
  await service.stop();
  await stopTracing();
  clearTimeout(deadline);
  log.info(`${service.name} has stopped`);
  // Whatever still holds the event loop open (a socket in TIME-WAIT handling, a pool timer) holds nothing we own.
  process.exit(0);
}

function fail(name: string, error: unknown): void {
  const known = error instanceof AppError && error.kind !== 'bug';
  if (!known) logger('main').fatal({ err: error }, `${name} cannot start`);
  process.stderr.write(`${name}: ${known ? error.detail : error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
