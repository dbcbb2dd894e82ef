import { Command } from 'commander';
import { createTransport } from 'nodemailer';

/** Exit codes of sysexits.h, which mail servers read: try again later, or give the mail back and say why. */
const EX_USAGE = 64;
const EX_DATAERR = 65;
const EX_NOUSER = 67;
const EX_UNAVAILABLE = 69;
const EX_TEMPFAIL = 75;

interface Options {
  to?: string[];
  from?: string;
  server: string;
}

export function mailInCommand(): Command {
  return new Command('mail-in')
    .description('hand a raw mail from standard input to Helpmesh, as the pipe transport of a mail server does')
    .option('--to <address...>', 'envelope recipients; else ORIGINAL_RECIPIENT or RECIPIENT, as mail servers set them')
    .option('--from <address>', 'envelope sender, empty for a bounce; else SENDER, as mail servers set it')
    .option('--server <host:port>', 'where Helpmesh takes mail', 'localhost:2525')
    .addHelpText(
      'after',
      '\nExit codes (sysexits.h): 0 taken, 75 try again later; refused for good: 64 no recipient is known, 65 the mail,\n' +
        '67 the recipients, 69 anything else.',
    )
    .action(async (given: Options) => {
      const { code, said } = await handIn(given, process.env, process.stdin);
      (code === 0 ? process.stdout : process.stderr).write(`${said}\n`);
      process.exitCode = code;
    });
}

/** @returns the exit code, and what is said about it */
export async function handIn(
  given: Options,
  env: Readonly<Record<string, string | undefined>>,
  input: AsyncIterable<Buffer | string>,
): Promise<{ code: number; said: string }> {
  const envelope = envelopeOf(given, env);
  if (envelope.to.length === 0) return { code: EX_USAGE, said: 'Nobody is named as recipient: use --to.' };
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk));
  const raw = Buffer.concat(chunks);
  if (raw.length === 0) return { code: EX_DATAERR, said: 'There is no mail in the input.' };
  const [host, port] = splitServer(given.server);
  const transport = createTransport({ host, port, ignoreTLS: true });
  try {
    const { response, rejected } = await transport.sendMail({ raw, envelope });
    // The mail is there for some: a second copy of it would be filed for nobody.
    return { code: 0, said: rejected.length === 0 ? response : `${response} (not for ${rejected.join(', ')})` };
  } catch (error) {
    return { code: exitCodeOf(error as SmtpError), said: (error as Error).message };
  } finally {
    transport.close();
  }
}

interface SmtpError extends Error {
  responseCode?: number;
  command?: string;
}

/** What a mail server makes of an answer: nothing is given back for good that could be taken later. */
export function exitCodeOf({ responseCode = 400, command = '' }: Pick<SmtpError, 'responseCode' | 'command'>): number {
  if (responseCode < 500) return EX_TEMPFAIL;
  if (/^RCPT/.test(command)) return EX_NOUSER;
  return /^DATA|^MAIL/.test(command) ? EX_DATAERR : EX_UNAVAILABLE;
}

/** As it was named, else as Postfix (pipe, local), Exim and Sendmail tell it to the programs they start. */
export function envelopeOf(
  { to, from }: Pick<Options, 'to' | 'from'>,
  env: Readonly<Record<string, string | undefined>>,
): { from: string; to: string[] } {
  const recipient = env.ORIGINAL_RECIPIENT || env.RECIPIENT;
  const sender = from ?? env.SENDER ?? '';
  return { to: to ?? (recipient ? [recipient] : []), from: /^(<>|mailer-daemon)$/i.test(sender) ? '' : sender };
}

/** `host:port`, `[v6]:port` or a host alone, then port 25. */
export function splitServer(server: string): [host: string, port: number] {
  const url = new URL(`smtp://${server}`);
  return [url.hostname.replace(/^\[|\]$/g, ''), Number(url.port || 25)];
}
