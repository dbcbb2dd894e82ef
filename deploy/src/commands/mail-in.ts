import { Command } from 'commander';
import { createTransport } from 'nodemailer';

/** Exit codes of sysexits.h, which mail servers read: try again later, or give the mail back. */
const EX_TEMPFAIL = 75;
const EX_UNAVAILABLE = 69;

export function mailInCommand(): Command {
  return new Command('mail-in')
    .description('hand a raw mail from standard input to Helpmesh, as the pipe transport of a mail server does')
    .requiredOption('--to <address...>', 'envelope recipients')
    .option('--from <address>', 'envelope sender; empty for a bounce', '')
    .option('--server <host:port>', 'where Helpmesh takes mail', 'localhost:2525')
    .addHelpText('after', '\nExit codes: 0 taken, 75 try again later, 69 refused for good.')
    .action(async (options: { to: string[]; from: string; server: string }) => {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
      const [host, port] = splitServer(options.server);
      const transport = createTransport({ host, port, ignoreTLS: true });
      try {
        const { from, to } = options;
        const { response } = await transport.sendMail({ raw: Buffer.concat(chunks), envelope: { from, to } });
        process.stdout.write(`${response}\n`);
      } catch (error) {
        const { responseCode = 400, message } = error as Error & { responseCode?: number };
        process.stderr.write(`${message}\n`);
        process.exitCode = responseCode >= 500 ? EX_UNAVAILABLE : EX_TEMPFAIL;
      } finally {
        transport.close();
      }
    });
}

/** `host:port`, `[v6]:port` or a host alone, then port 25. */
export function splitServer(server: string): [host: string, port: number] {
  const url = new URL(`smtp://${server}`);
  return [url.hostname.replace(/^\[|\]$/g, ''), Number(url.port || 25)];
}
