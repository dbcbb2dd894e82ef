import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { anyFreePort, type Server, startServer } from '@helpmesh/deploy/local';
import type { ImapMessage } from './imap-server.ts';
import { waitFor } from './wait-for.ts';

/** A real Dovecot on a free port with an account of its own; mails live in a Maildir that the test reads and fills. */
export interface Dovecot {
  readonly port: number;
  /** Undefined where Debian's dovecot-pop3d is not installed. */
  readonly pop3Port: number | undefined;
  readonly user: string;
  readonly password: string;
  /** Puts a mail into a mailbox, as a delivery agent does; one that is not there is made. */
  append(raw: Buffer, mailbox?: string): Promise<void>;
  /** What is in a mailbox, in the order of arrival; `uid` counts from 1 and is not the server's. */
  messages(mailbox?: string): Promise<ImapMessage[]>;
  /** Ends the server as a crash does. */
  kill(): Promise<void>;
  /** Gives all mails of all mailboxes new numbers (UIDVALIDITY), as after a restore; the server is not running then. */
  forgetNumbers(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

const PROGRAM = '/usr/sbin/dovecot';
const POP3 = '/usr/lib/dovecot/pop3';
/** Dovecot's mail user; any one but root will do. */
const MAIL_USER = 65_534;

/** Why no Dovecot can be started here, or undefined: it switches users, so it needs root. */
export function dovecotMissing(): string | undefined {
  if (!existsSync(PROGRAM)) return 'Dovecot is not installed (deploy/tools/install-peers.sh installs it, as root)';
  return process.getuid?.() === 0 ? undefined : 'Dovecot switches users and needs root';
}

/** @param tokenInfoUrl  lets in by XOAUTH2 whoever this address knows the token of */
export async function dovecot({ tokenInfoUrl }: { tokenInfoUrl?: string } = {}): Promise<Dovecot> {
  const folder = await mkdtemp(path.join(tmpdir(), 'helpmesh-dovecot-'));
  await chmod(folder, 0o755);
  const user = 'testuser';
  const password = 'testpass';
  const port = await anyFreePort();
  const inbox = path.join(folder, 'mail');
  // Maildir++: a folder is a dot-name beside INBOX.
  const maildirOf = (mailbox: string) => (mailbox === 'INBOX' ? inbox : path.join(inbox, `.${mailbox}`));
  const made = new Map<string, Promise<void>>();
  const makeMaildir = async (maildir: string) => {
    for (const part of ['tmp', 'new', 'cur']) await mkdir(path.join(maildir, part), { recursive: true });
    for (const part of ['', 'tmp', 'new', 'cur']) await chown(path.join(maildir, part), MAIL_USER, MAIL_USER);
  };
  const ready = (mailbox: string) => {
    const making = made.get(mailbox) ?? makeMaildir(maildirOf(mailbox));
    made.set(mailbox, making);
    return making;
  };
  await ready('INBOX');
  const config = path.join(folder, 'dovecot.conf');
  const pop3Port = existsSync(POP3) ? await anyFreePort() : undefined;
  await writeFile(path.join(folder, 'oauth2.conf'), `tokeninfo_url = ${tokenInfoUrl}\nusername_attribute = username\n`);
  const more = `${pop3Port === undefined ? '' : pop3(pop3Port)}${tokenInfoUrl === undefined ? '' : oauth(folder)}`;
  await writeFile(config, configuration(folder, inbox, port, password) + more);

  let server: Server | undefined;
  let delivered = 0;

  async function start(): Promise<void> {
    server = await startServer(PROGRAM, ['-F', '-c', config], { name: 'Dovecot', ready: /starting up for imap/ });
    await waitFor(() => greets(port), { what: 'Dovecot to greet' });
  }
  await start();
  return {
    port,
    pop3Port,
    user,
    password,
    async append(raw, mailbox = 'INBOX') {
      delivered += 1;
      const name = `${1_700_000_000 + delivered}.M${delivered}P1.test`;
      const maildir = maildirOf(mailbox);
      await ready(mailbox);
      await writeFile(path.join(maildir, 'tmp', name), raw);
      await chown(path.join(maildir, 'tmp', name), MAIL_USER, MAIL_USER);
      await rename(path.join(maildir, 'tmp', name), path.join(maildir, 'new', name));
    },
    async messages(mailbox = 'INBOX') {
      // Flags stand behind `:2,` in the file name.
      const maildir = maildirOf(mailbox);
      const files: { name: string; file: string }[] = [];
      for (const part of ['new', 'cur']) {
        if (!existsSync(path.join(maildir, part))) continue;
        for (const name of await readdir(path.join(maildir, part))) {
          files.push({ name, file: path.join(maildir, part, name) });
        }
      }
      files.sort((one, two) => (one.name < two.name ? -1 : 1));
      return Promise.all(
        files.map(async ({ name, file }, at) => ({ uid: at + 1, flags: flagsOf(name), raw: await readFile(file) })),
      );
    },
    async kill() {
      await server?.stop('SIGKILL');
    },
    async forgetNumbers() {
      for (const name of await readdir(inbox, { recursive: true })) {
        if (path.basename(name).startsWith('dovecot'))
          await rm(path.join(inbox, name), { recursive: true, force: true });
      }
    },
    start,
    async close() {
      await server?.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const FLAGS: Record<string, string> = { S: '\\Seen', R: '\\Answered', F: '\\Flagged', T: '\\Deleted', D: '\\Draft' };

function flagsOf(name: string): string[] {
  return [...(name.split(':2,')[1] ?? '')].flatMap((letter) => FLAGS[letter] ?? []);
}

function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString().startsWith('* OK'));
    });
  });
}

const pop3 = (port: number) => `
protocols = imap pop3
service pop3-login {
  inet_listener pop3 {
    port = ${port}
  }
  inet_listener pop3s {
    port = 0
  }
}
`;

const oauth = (folder: string) => `
auth_mechanisms = plain xoauth2 oauthbearer
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = ${folder}/oauth2.conf
}
`;

function configuration(folder: string, maildir: string, port: number, password: string): string {
  return `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = /dev/stderr
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:${maildir}
first_valid_uid = 1
passdb {
  driver = static
  mechanisms = plain
  args = password=${password}
}
userdb {
  driver = static
  args = uid=${MAIL_USER} gid=${MAIL_USER} home=${folder}/mail
}
service imap-login {
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
namespace inbox {
  inbox = yes
  separator = /
  mailbox Archive {
    auto = create
  }
}
`;
}
