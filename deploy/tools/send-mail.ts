import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { createTransport } from 'nodemailer';
import { splitServer } from '../src/commands/mail-in.ts';

interface Options {
  to: string[];
  from: string;
  subject: string;
  body: string;
  html?: string;
  attach?: string[];
  inReplyTo?: string;
  header?: string[];
  server: string;
}

await new Command('send-mail')
  .description('Sends one mail over SMTP, as a customer would. The body "-" is read from standard input.')
  .option('--to <address...>', 'recipients', ['helpdesk@localhost'])
  .option('--from <address>', 'sender, with or without a name', 'Nicole Braun <nicole.braun@zammad.org>')
  .option('--subject <text>', 'subject', 'A question')
  .option('--body <text>', 'text of the mail', 'Hello,\n\nplease help.\n')
  .option('--html <html>', 'HTML form of the text')
  .option('--attach <file...>', 'files to attach')
  .option('--in-reply-to <message-id>', 'the mail this one answers')
  .option('--header <line...>', 'further headers, as "Name: value"')
  .option('--server <host:port>', 'SMTP server', `localhost:${process.env.HELPMESH_SMTP_PORT ?? 2525}`)
  .showHelpAfterError('(--help shows what there is)')
  .action(send)
  .parseAsync();

async function send(options: Options): Promise<void> {
  const [host, port] = splitServer(options.server);
  const transport = createTransport({ host, port, ignoreTLS: true });
  try {
    const { messageId, response } = await transport.sendMail({
      from: options.from,
      to: options.to,
      subject: options.subject,
      text: options.body === '-' ? readFileSync(0, 'utf8') : options.body.replaceAll('\\n', '\n'),
      ...(options.html && { html: options.html }),
      attachments: (options.attach ?? []).map((file) => ({ filename: path.basename(file), path: file })),
      ...(options.inReplyTo && { inReplyTo: options.inReplyTo, references: options.inReplyTo }),
      headers: (options.header ?? []).map((line) => {
        const [key = '', ...value] = line.split(':');
        return { key: key.trim(), value: value.join(':').trim() };
      }),
    });
    process.stdout.write(`${response}\nMessage-ID: ${messageId}\n`);
  } catch (error) {
    process.stderr.write(`${options.server} did not take the mail: ${(error as Error).message}\n`);
    process.exitCode = 1;
  } finally {
    transport.close();
  }
}
