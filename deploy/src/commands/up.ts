import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { workspace } from '../platform/home.ts';
import { type Platform, startPlatform } from '../platform/platform.ts';
import { terminalProgress } from '../platform/progress.ts';

/** Fills a running platform with believable data; there when the module is. */
const demoFile = path.join(workspace, 'deploy/src/demo/demo.ts');

export function upCommand(): Command {
  const command = new Command('up')
    .description('build and start everything in the foreground; Ctrl-C stops it')
    .option('--home <folder>', 'where data, secrets and logs live (HELPMESH_HOME; default .helpmesh)')
    .option('--no-build', 'start what is built already')
    .addHelpText('after', help);
  if (existsSync(demoFile)) command.option('--demo', 'add a believable set of communities, people and tickets');
  return command.action(up);
}

async function up(options: { home?: string; build: boolean; demo?: boolean }): Promise<void> {
  const progress = terminalProgress(process.stdout);
  const stopping = stopOnSignal();
  progress.line('\nStarting Helpmesh\n');
  const started = performance.now();
  const platform = await stopping.whenNotStopped(
    startPlatform({
      build: options.build,
      progress,
      ...(options.home && { home: options.home }),
      // What the demo brings happened in the past.
      ...(options.demo && { serviceEnv: { ticket: { HELPMESH_IMPORT_MODE: 'true' } } }),
    }),
  );
  if (!platform) return;
  if (options.demo) {
    const { fillWithDemoData } = (await import(pathToFileURL(demoFile).href)) as {
      fillWithDemoData: (platform: Platform, note: (text: string) => void) => Promise<void>;
    };
    await progress.step('demo data', (note) => fillWithDemoData(platform, note));
  }
  progress.line(welcome(platform, (performance.now() - started) / 1000));
  await stopping.requested;
  progress.line('\nStopping');
  await progress.step('services, NATS and PostgreSQL', () => platform.stop());
}

/**
 * SIGINT, SIGTERM and SIGHUP ask for an orderly stop; a second one ends the launcher at once, and the kernel then
 * ends its children. A start that is under way is finished first, so that nothing is left half-started.
 */
function stopOnSignal() {
  const { promise: requested, resolve } = Promise.withResolvers<void>();
  let asked = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (asked) process.exit(130);
      asked = true;
      resolve();
    });
  }
  // The terminal may be gone when we say goodbye.
  process.stdout.on('error', () => undefined);
  return {
    requested,
    async whenNotStopped(starting: Promise<Platform>): Promise<Platform | undefined> {
      const platform = await starting.catch((error: unknown) => {
        if (asked) return undefined;
        throw error;
      });
      if (!asked) return platform;
      await platform?.stop();
      return undefined;
    },
  };
}

function welcome(platform: Platform, seconds: number): string {
  const sendMail = path.relative(process.cwd(), path.join(workspace, 'deploy/tools/send-mail.ts'));
  const node = path.relative(process.cwd(), path.join(workspace, 'node_modules/.bin/node'));
  return `
Helpmesh is ready (${seconds.toFixed(1)} s).

  Open      ${platform.url}
  Sign in   ${platform.admin.email}  /  ${platform.admin.password}
  Mailbox   ${platform.mailboxUrl}   all mail that is sent lands here, nothing leaves this machine
  Data      ${platform.home}   (logs in logs/)

Try this: send a mail as a customer, watch it become a ticket, and see the confirmation in the mailbox:

  ${node} ${sendMail} --server localhost:${platform.smtpPort} --from anna@customer.example --subject "The printer is on fire" --body "Please help."

Ctrl-C stops everything; the data is kept.
`;
}

const help = `
Environment
  DATABASE_URL, NATS_URL, REDIS_URL    use these servers; without them private ones are started
  HELPMESH_HTTP_PORT          8080     page and API
  HELPMESH_SMTP_PORT          2525     incoming mail
  HELPMESH_MAILBOX_PORT       8025     page and REST of the local mailbox
  HELPMESH_MAILBOX_SMTP_PORT  1025     SMTP of the local mailbox
  HELPMESH_HEALTH_PORT        9464     first of seven ports of health and metrics
  HELPMESH_ADMIN_PASSWORD              password of admin@example.com at the first start
  HELPMESH_SEED               zammad   rows of an empty system: zammad or blank
  HELPMESH_HOME, HELPMESH_CACHE        folders of the data and of downloaded programs
  NATS_SERVER_BIN                      the nats-server program to use
`;
