import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { anyFreePort, startServer } from '@helpmesh/deploy/local';
import { waitFor } from './wait-for.ts';

const run = promisify(execFile);
const PROGRAM = '/usr/sbin/exim4';

/** A certificate that vouches for itself. */
export interface Certificate {
  /** PEM. */
  cert: string;
  key: string;
}

/** A real Exim on a free port: it takes every mail into a folder, and delivers what it is given to another server. */
export interface Exim {
  readonly port: number;
  /** What it took, as it wrote it down: its Received line says how the mail came. */
  taken(): Promise<string[]>;
  /**
   * Delivers a mail to `localhost` at that port, by STARTTLS and with the certificate checked, or not at all.
   * @returns what its log says of the try
   */
  deliver(mail: { raw: string; from: string; to: string; port: number; trusted: string }): Promise<string>;
  close(): Promise<void>;
}

/** Why no Exim can be started here, or undefined: it switches users, so it needs root. */
export function eximMissing(): string | undefined {
  if (!existsSync(PROGRAM)) return 'Exim is not installed (deploy/tools/install-peers.sh installs it, as root)';
  return process.getuid?.() === 0 ? undefined : 'Exim switches users and needs root';
}

/** Made by the `openssl` of the machine. */
export async function selfSigned(host: string): Promise<Certificate> {
  const folder = await mkdtemp(path.join(tmpdir(), 'helpmesh-cert-'));
  try {
    const [cert, key] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')];
    const of = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`];
    const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    await run('openssl', ['req', '-x509', ...made, ...of, '-keyout', key, '-out', cert]);
    return { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param certificate  null: it offers no STARTTLS */
export async function exim(certificate: Certificate | null): Promise<Exim> {
  const folder = await mkdtemp(path.join(tmpdir(), 'helpmesh-exim-'));
  const port = await anyFreePort();
  for (const part of ['spool', 'log', 'mail']) {
    await mkdir(path.join(folder, part));
    await run('chown', ['Debian-exim', path.join(folder, part)]);
  }
  await chmod(folder, 0o755);
  const write = async (name: string, text: string) => {
    const file = path.join(folder, name);
    await writeFile(file, text);
    await run('chown', ['root:Debian-exim', file]);
    await chmod(file, 0o640);
    return file;
  };
  let tls = 'tls_advertise_hosts =';
  if (certificate) {
    const [cert, key] = [await write('cert.pem', certificate.cert), await write('key.pem', certificate.key)];
    tls = `tls_advertise_hosts = *\ntls_certificate = ${cert}\ntls_privatekey = ${key}`;
  }
  const config = await write('exim.conf', `${common(folder)}\n${tls}\n${receiving(folder, port)}`);
  // Without a word of debugging it says nothing at all.
  const server = await startServer(PROGRAM, ['-C', config, '-bdf', '-d-all+pid'], { name: 'Exim', ready: /off_t/ });
  await waitFor(() => greets(port), { what: 'Exim to greet' });
  let deliveries = 0;
  return {
    port,
    async taken() {
      const names = (await readdir(path.join(folder, 'mail'))).toSorted();
      return Promise.all(names.map((name) => readFile(path.join(folder, 'mail', name), 'utf8')));
    },
    async deliver({ raw, from, to, port: target, trusted }) {
      deliveries += 1;
      const own = path.join(folder, `out${deliveries}`);
      for (const part of ['', 'spool', 'log']) {
        await mkdir(path.join(own, part));
        await run('chown', ['Debian-exim', path.join(own, part)]);
      }
      const vouches = await write(`trusted${deliveries}.pem`, trusted);
      const sending = await write(`out${deliveries}.conf`, `${common(own)}\n${delivering(target, vouches)}`);
      const child = run(PROGRAM, ['-C', sending, '-odf', '-i', '-f', from, to]);
      child.child.stdin?.end(raw);
      await child;
      return readFile(path.join(own, 'log', 'mainlog'), 'utf8');
    },
    async close() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('data', (data) => {
      socket.end('QUIT\r\n');
      resolve(data.toString().startsWith('220 '));
    });
  });
}

const common = (folder: string) => `
primary_hostname = mx.peer.example
spool_directory = ${folder}/spool
log_file_path = ${folder}/log/%slog
pid_file_path = ${folder}/spool/exim.pid
notifier_socket =
host_lookup =
rfc1413_hosts =
deliver_drop_privilege = true
trusted_users = root
keep_environment =
message_size_limit = 50M
`;

const receiving = (folder: string, port: number) => `
daemon_smtp_ports = ${port}
local_interfaces = 127.0.0.1
acl_smtp_rcpt = take
acl_smtp_data = take
begin acl
take:
  accept
begin routers
all:
  driver = accept
  transport = folder
begin transports
folder:
  driver = appendfile
  file = ${folder}/mail/$message_exim_id
  create_directory = false
  user = Debian-exim
`;

const delivering = (port: number, trusted: string) => `
begin routers
all:
  driver = manualroute
  route_list = * localhost byname
  transport = desk
  self = send
begin transports
desk:
  driver = smtp
  port = ${port}
  hosts_require_tls = *
  tls_verify_certificates = ${trusted}
  tls_verify_hosts = *
  tls_verify_cert_hostnames = *
begin retry
* * F,1h,1m
`;
