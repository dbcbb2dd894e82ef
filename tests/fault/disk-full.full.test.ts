import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startPlatform } from '@helpmesh/deploy/local';
import { Ledger, rawMail, sendRaw, waitFor } from '@helpmesh/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Desk, Mailbox } from '../e2e/desk.ts';
import type { TestPlatform } from '../e2e/platform.ts';
import { confirmAll, deliver, inParallel, settled, tellLogsOfFailures } from './load.ts';
import { patience, scaled, waitPatience } from './scale.ts';

const MiB = 1024 ** 2;
/** What each disk has to spare once everything runs. A new database alone takes 60 MiB. */
const ROOM = 16 * MiB;
const disks = { blobs: ROOM, nats: ROOM, postgres: 320 * MiB };
/** How long a disk stays full. */
const FULL_MS = scaled({ short: 5_000, full: 30_000 });

const run = (program: string, ...args: string[]) => spawnSync(program, args, { encoding: 'utf8' });

/** Each on a small disk of its own (tmpfs): the one that is full is the only one. */
describe('F14: a disk that is full', () => {
  let home: string;
  let why: string | undefined;
  let desk: TestPlatform;
  const folderOf = (disk: keyof typeof disks) => path.join(home, disk);
  const ballastOf = (disk: keyof typeof disks) => path.join(folderOf(disk), 'ballast');
  beforeAll(async () => {
    home = mkdtempSync(path.join(tmpdir(), 'helpmesh-full-'));
    run('chmod', '755', home);
    for (const [disk, size] of Object.entries(disks)) {
      mkdirSync(path.join(home, disk));
      const mounted = run('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path.join(home, disk));
      if (mounted.status !== 0) why = `no disk of its own can be made here: ${mounted.stderr.trim()}`;
    }
    if (why !== undefined) return;
    const platform = await startPlatform({ ports: 'private', home, profile: 'durable', serviceEnv: confirmAll });
    const anyone = new Desk(platform.url);
    const admin = anyone.as({ basic: [platform.admin.email, platform.admin.password] });
    desk = { platform, anyone, admin, mailbox: new Mailbox(platform.mailboxUrl) };
  }, 240_000);
  afterEach(() => {
    for (const disk of Object.keys(disks)) rmSync(ballastOf(disk as keyof typeof disks), { force: true });
  });
  afterAll(async () => {
    await desk?.platform.stop();
    for (const disk of Object.keys(disks)) run('umount', '-l', path.join(home, disk));
    rmSync(home, { recursive: true, force: true });
  });
  tellLogsOfFailures(() => desk);

  const free = (disk: keyof typeof disks) => {
    const { bavail, bsize } = statfsSync(folderOf(disk));
    return bavail * bsize;
  };
  /** Somebody else fills the disk, up to these bytes. */
  const fill = (disk: keyof typeof disks, left: number) => {
    try {
      writeFileSync(ballastOf(disk), Buffer.alloc(Math.max(0, free(disk) - left)));
    } catch (error) {
      // Somebody was quicker with the last of it.
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  };
  const verdict = (text: string) =>
    sendRaw({ port: desk.platform.smtpPort }, rawMail({ subject: 'Not of the ledger', text })).then(
      () => 250,
      (error: { responseCode?: number }) => error.responseCode ?? 0,
    );
  const arrivesAfter = async (ledger: Ledger, mails: number) => {
    await inParallel(Array(mails).keys(), 4, () =>
      deliver(desk.platform.smtpPort, ledger, { timeoutMs: waitPatience }),
    );
    expect(await settled(desk.admin, ledger, waitPatience)).toMatchObject({ lost: [], doubled: [] });
  };
  const mails = scaled({ short: 40, full: 400 });

  it(
    'of the files: mails are put off with 451, uploads with 503, and both are taken when there is room',
    async (context) => {
      if (why !== undefined) return context.skip(why);
      const ledger = new Ledger();
      await arrivesAfter(ledger, mails);
      fill('blobs', 64 * 1024);
      const large = 'x'.repeat(MiB);
      expect(await verdict(large)).toBe(451);
      const coming = arrivesAfter(ledger, mails);
      await pause(FULL_MS);
      expect(await verdict(large)).toBe(451);
      const form = new FormData();
      form.append('File', new Blob([large]), 'x.txt');
      const upload = await fetch(`${desk.platform.url}/api/v1/upload_caches/f14`, {
        ...{ method: 'POST', body: form, headers: desk.admin.authorization },
      });
      expect(upload.status).toBe(503);
      await upload.arrayBuffer();
      for (const service of Object.values(desk.platform.services)) expect(service.restarts).toBe(0);
      rmSync(ballastOf('blobs'));
      await coming;
      expect(await verdict(large)).toBe(250);
      process.stdout.write(`F14: disk of files full: ${2 * mails} mails, 451 and 503 meanwhile, 0 lost, 0 doubled\n`);
    },
    patience,
  );

  it(
    'of the broker: mails are taken all the same, and go on when there is room',
    async (context) => {
      if (why !== undefined) return context.skip(why);
      const ledger = new Ledger();
      await arrivesAfter(ledger, mails);
      fill('nats', 0);
      const port = desk.platform.smtpPort;
      await inParallel(Array(mails).keys(), 4, () => deliver(port, ledger, { timeoutMs: waitPatience }));
      await pause(FULL_MS);
      for (const service of Object.values(desk.platform.services)) expect(service.restarts).toBe(0);
      rmSync(ballastOf('nats'), { force: true });
      // A broker that met a full disk has ended its streams; the runbook says that it is to be started again.
      await desk.platform.nats?.restart();
      await arrivesAfter(ledger, mails);
      process.stdout.write(
        `F14: disk of the broker full: ${3 * mails} mails, all taken meanwhile, 0 lost, 0 doubled\n`,
      );
    },
    patience,
  );

  it(
    'of the database: mails are put off with 451, the API says 503, and everything goes on when there is room',
    async (context) => {
      if (why !== undefined) return context.skip(why);
      const ledger = new Ledger();
      await arrivesAfter(ledger, mails);
      fill('postgres', 0);
      await waitFor(async () => (await verdict('full?')) === 451, { what: 'a mail to be put off', timeoutMs: 60_000 });
      const coming = arrivesAfter(ledger, mails);
      await waitFor(
        async () => {
          const body = { title: 'No room', group: 'Users', customer_id: 2, article: { type: 'note', body: 'x' } };
          const answer = await desk.admin.call('POST', '/api/v1/tickets', body);
          return answer.status === 503 && /^\d+$/.test(answer.headers.get('retry-after') ?? '');
        },
        { what: 'the API to say 503', timeoutMs: 60_000 },
      );
      await pause(FULL_MS);
      for (const service of Object.values(desk.platform.services)) expect(service.restarts).toBe(0);
      rmSync(ballastOf('postgres'));
      await coming;
      await arrivesAfter(ledger, mails);
      process.stdout.write(
        `F14: disk of the database full: ${3 * mails} mails, 451 and 503 meanwhile, 0 lost, 0 doubled\n`,
      );
    },
    patience,
  );
});
