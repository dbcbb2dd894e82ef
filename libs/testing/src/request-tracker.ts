import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { anyFreePort, type Server, startServer } from '@helpmesh/deploy/local';
import { waitFor } from './wait-for.ts';

/** A real RT 5 on a free port, with a database of its own in a file. Its mail goes to files. */
export interface RequestTracker {
  /** Its address, without a slash at the end. */
  readonly url: string;
  readonly root: RtAccount;
  /** Makes a user who may work in a queue, as an administrator would. */
  addAgent(name: string, queue: string): Promise<RtAccount>;
  /** Makes a token by which somebody's programs sign in. */
  addToken(name: string): Promise<string>;
  /** Calls its REST as somebody. @returns what it answers, parsed. @throws Error with what it says when it refuses */
  call(as: RtAccount, method: string, path: string, body?: unknown): Promise<unknown>;
  /** Reads its database, which costs a hundredth of asking RT. */
  rows<Row>(sql: string, ...params: (string | number)[]): Row[];
  /** Mails that it has sent so far, raw. */
  mails(): Promise<string[]>;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export interface RtAccount {
  name: string;
  password: string;
}

const SERVER = '/usr/share/request-tracker5/libexec/rt-server';
const SETUP = '/usr/sbin/rt-setup-database-5';
const SQLITE = '/usr/share/request-tracker5/etc/schema.SQLite';
/** What agents of a queue need, and nothing more. */
const RIGHTS = [
  ...['SeeQueue', 'ShowTicket', 'CreateTicket', 'ModifyTicket', 'ReplyToTicket'],
  ...['CommentOnTicket', 'ShowTicketComments', 'OwnTicket'],
];

/** How long somebody who writes may hold the database, ms. */
const BUSY_MS = 20_000;

/** Why no RT can be started here, or undefined. */
export function requestTrackerMissing(): string | undefined {
  if ([SERVER, SETUP, SQLITE].every((file) => existsSync(file))) return undefined;
  return 'RT 5 is not installed (deploy/tools/install-peers.sh installs it, as root)';
}

export async function requestTracker(): Promise<RequestTracker> {
  const folder = await mkdtemp(path.join(tmpdir(), 'helpmesh-rt-'));
  const port = await anyFreePort();
  const url = `http://127.0.0.1:${port}`;
  const root = { name: 'root', password: 'a password of root' };
  const place = (name: string) => path.join(folder, name);
  for (const name of ['conf.d', 'mail', 'session', 'mason', 'mason/cache', 'mason/etc', 'mason/obj'])
    await mkdir(place(name));
  await writeFile(place('mail.sh'), `#!/bin/sh\nexec cat >"$(mktemp ${place('mail')}/XXXXXXXX)"\n`, { mode: 0o755 });
  await writeFile(place('password'), root.password, { mode: 0o600 });
  await writeFile(place('RT_SiteConfig.pm'), configuration(place, port));
  // Debian's own settings, of a machine-wide RT, stay where they are.
  const env = { ...process.env, RT_SITE_CONFIG: place('RT_SiteConfig.pm'), RT_SITE_CONFIG_DIR: place('conf.d') };
  const setup = ['--action', 'init', '--skip-create', '--root-password-file', place('password')];
  await promisify(execFile)(SETUP, setup, { env, cwd: folder });

  const perl = async (script: string, ...args: string[]) => {
    const command = ['-I/usr/share/request-tracker5/lib', '-e', script, ...args];
    return (await promisify(execFile)('perl', command, { env })).stdout;
  };
  let server: Server | undefined;
  const rt: RequestTracker = {
    url,
    root,
    async addAgent(name, queue) {
      const password = `the password of ${name}`;
      await rt.call(root, 'POST', '/user', { Name: name, RealName: name, Privileged: 1, Password: password });
      // REST2 grants no rights: that is done by a page of the administration, and by a script.
      await perl(GRANT, name, queue, ...RIGHTS);
      return { name, password };
    },
    addToken: (name) => perl(TOKEN, name),
    async call(as, method, to, body) {
      const response = await fetch(`${url}/REST/2.0${to}`, {
        method,
        headers: {
          authorization: `Basic ${Buffer.from(`${as.name}:${as.password}`).toString('base64')}`,
          'content-type': 'application/json',
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${to}: ${response.status} ${text}`);
      return text === '' ? null : JSON.parse(text);
    },
    rows<Row>(sql: string, ...params: (string | number)[]) {
      // RT may be writing.
      const db = new DatabaseSync(place('rt.db'), { readOnly: true, timeout: BUSY_MS });
      try {
        return db.prepare(sql).all(...params) as Row[];
      } finally {
        db.close();
      }
    },
    async mails() {
      const files = await readdir(place('mail'));
      return Promise.all(files.map((file) => readFile(path.join(place('mail'), file), 'utf8')));
    },
    async start() {
      const args = ['--host', '127.0.0.1', '--port', String(port), '--server', 'Starlet', '--max-workers', '2'];
      // It says nothing when it is ready.
      const command = ['-c', 'echo starting; exec "$@"', 'sh', SERVER, ...args];
      server = await startServer('/bin/sh', command, { name: 'RT', ready: /starting/, env, cwd: folder });
      await waitFor(() => fetch(`${url}/REST/2.0/rt`).then(({ status }) => status === 401), {
        what: 'RT to answer',
        timeoutMs: 90_000,
      });
    },
    async stop() {
      await server?.stop();
      server = undefined;
    },
    async close() {
      await rt.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await rt.start();
  return rt;
}

const GRANT = `
use RT; RT::LoadConfig(); RT::Init();
my ($name, $queue, @rights) = @ARGV;
my $user = RT::User->new(RT->SystemUser); $user->Load($name);
my $place = RT::Queue->new(RT->SystemUser); $place->Load($queue);
for (@rights) {
  my ($ok, $why) = $user->PrincipalObj->GrantRight(Right => $_, Object => $place);
  die "$_: $why" unless $ok;
}
`;

const TOKEN = `
use RT; RT::LoadConfig(); RT::Init();
my ($name) = @ARGV;
my $user = RT::User->new(RT->SystemUser); $user->Load($name);
my $token = RT::AuthToken->new(RT->SystemUser);
my ($ok, $why, $shown) = $token->Create(Owner => $user->Id, Description => 'for tests');
die $why unless $ok;
print $shown;
`;

function configuration(place: (name: string) => string, port: number): string {
  const settings: Record<string, string> = {
    ...{ rtname: 'rt.example.org', Organization: 'rt.example.org', WebDomain: '127.0.0.1' },
    ...{ WebBaseURL: `http://127.0.0.1:${port}`, DatabaseType: 'SQLite', DatabaseName: place('rt.db') },
    ...{ MailCommand: 'sendmailpipe', SendmailPath: place('mail.sh'), LogToSTDERR: 'warning' },
    // A zone of its own: what is asked by time must not depend on it.
    ...{ Timezone: 'America/New_York', MasonDataDir: place('mason'), MasonSessionDir: place('session') },
  };
  const lines = Object.entries(settings).map(([name, value]) => `Set($${name}, '${value}');`);
  return `${lines.join('\n')}\nSet($WebPort, ${port});\nSet($LogToSyslog, undef);\n1;\n`;
}
