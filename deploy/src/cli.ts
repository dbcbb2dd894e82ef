import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { apiChangesCommand } from './commands/api-changes.ts';
import { backupCommand, restoreCommand } from './commands/backup.ts';
import { buildCommand } from './commands/build.ts';
import { checkCommand } from './commands/check.ts';
import { configCommand } from './commands/config.ts';
import { doctorCommand } from './commands/doctor.ts';
import { generateCommand } from './commands/generate.ts';
import { keysCommand } from './commands/keys.ts';
import { mailInCommand } from './commands/mail-in.ts';
import { migrateCommand } from './commands/migrate.ts';
import { scriptCommand, scripts } from './commands/scripts.ts';
import { testCommand } from './commands/test.ts';
import { upCommand } from './commands/up.ts';
import { CannotStart } from './local/proc.ts';

const program = new Command('helpmesh')
  .description('A federated service desk: starts, checks and looks after a Helpmesh of this checkout.')
  .showHelpAfterError('(--help shows what there is)');

const commands = [
  upCommand,
  buildCommand,
  migrateCommand,
  testCommand,
  checkCommand,
  generateCommand,
  apiChangesCommand,
  doctorCommand,
  configCommand,
  keysCommand,
  mailInCommand,
  backupCommand,
  restoreCommand,
];
for (const command of commands) program.addCommand(command());
for (const script of scripts) if (existsSync(script.file)) program.addCommand(scriptCommand(script));

try {
  await program.parseAsync();
} catch (error) {
  // One sentence for what the person can mend; a stack only for what is our mistake.
  process.stderr.write(error instanceof CannotStart ? `\n${error.message}\n` : `${(error as Error).stack}\n`);
  process.exitCode = 1;
}
