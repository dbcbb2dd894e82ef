import {
  type Dovecot,
  dovecot,
  dovecotMissing,
  type FaultProxy,
  faultProxy,
  Ledger,
  rawMail,
  waitFor,
} from '@helpmesh/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestPlatform, testPlatform } from '../e2e/platform.ts';
import { confirmAll, confirmations, mailOf, settled, tellLogsOfFailures } from './load.ts';
import { patience, scaled, waitPatience } from './scale.ts';

/** What becomes of a mail that was fetched, by the folder it came to. */
const mailboxes = { INBOX: 'seen', Emptied: 'delete', Moved: { move: 'Archive' } } as const;
const folders = Object.keys(mailboxes) as (keyof typeof mailboxes)[];
const missing = dovecotMissing();

let imap: Dovecot | undefined;
let line: FaultProxy | undefined;
let db: pg.Client | undefined;
let desk: TestPlatform;
beforeAll(async () => {
  if (missing !== undefined) return;
  imap = await dovecot();
  line = await faultProxy({ port: imap.port });
  // Each folder is there before it is looked into.
  for (const folder of folders) await imap.append(rawMail({ subject: `The first of ${folder}` }), folder);
  const { user, password } = imap;
  const place = { host: '127.0.0.1', port: line.port, tls: false, user, password, pollSeconds: 2 };
  const all = folders.map((folder) => ({
    ...place,
    ...{ name: folder.toLowerCase(), folder, afterwards: mailboxes[folder], address: 'helpdesk@localhost' },
  }));
  desk = await testPlatform({ ...confirmAll, 'mail-ingest': { IMAP_MAILBOXES: JSON.stringify(all) } });
  db = new pg.Client(desk.platform.databaseUrl('mail-ingest'));
  await db.connect();
}, 120_000);
afterAll(async () => {
  await db?.end();
  await desk?.platform.stop();
  await line?.close();
  await imap?.close();
});
tellLogsOfFailures(() => desk);

it(
  'F02: mailboxes are fetched while the fetcher is killed, connections break and all mails get new numbers; none is lost, none is doubled',
  async (context) => {
    if (!imap || !line) return context.skip(missing);
    const server = imap;
    const ledger = new Ledger();
    const mails = scaled({ short: 90, full: 5_000 });
    const kills = scaled({ short: 2, full: 20 });
    const cuts = scaled({ short: 1, full: 10 });
    const ingest = desk.platform.services['mail-ingest'];
    const began = performance.now();

    const filed = async () => {
      const text = "SELECT count(*)::int AS count FROM inbound_mail WHERE state = 'parsed'";
      return (await db?.query<{ count: number }>(text))?.rows[0]?.count ?? 0;
    };
    const put = { INBOX: 0, Emptied: 0, Moved: 0 };
    const filling = (async () => {
      for (let n = 0; n < mails; n++) {
        const token = ledger.offer();
        const folder = folders[n % folders.length] ?? 'INBOX';
        await server.append(rawMail(mailOf(token)), folder);
        put[folder] += 1;
        // In the mailbox it is the desk's to fetch.
        ledger.accept(token);
        // No faster than they are fetched: each fault finds mails on their way.
        if (n % 100 === 99)
          await waitFor(async () => (await filed()) > n - 400, {
            what: 'mails to be fetched',
            timeoutMs: waitPatience,
          });
      }
    })();
    const faults = [
      ...Array.from({ length: kills }, (_, n) => ({ at: (n + 1) / (kills + 1), what: 'kill' })),
      ...Array.from({ length: cuts }, (_, n) => ({ at: (n + 0.5) / cuts, what: 'cut' })),
      { at: 0.6, what: 'renumber' },
    ].sort((one, two) => one.at - two.at);
    let killed = 0;
    for (const { at, what } of faults) {
      await waitFor(async () => (await filed()) >= at * mails, {
        what: `${Math.round(at * mails)} mails`,
        timeoutMs: waitPatience,
      });
      if (what === 'kill') {
        killed += 1;
        ingest.kill('SIGKILL');
        await waitFor(() => ingest.restarts >= killed, { what: 'mail-ingest to be back', timeoutMs: 60_000 });
      } else if (what === 'cut') line.cut();
      else {
        await server.kill();
        await server.forgetNumbers();
        await server.start();
      }
    }
    await filling;

    expect(await settled(desk.admin, ledger, waitPatience)).toMatchObject({ lost: [], doubled: [], accepted: mails });
    expect(await confirmations(desk, ledger, waitPatience)).toMatchObject({ lost: [], doubled: [] });
    const flags = async () => ({
      seen: (await server.messages('INBOX')).filter(({ flags: all }) => all.includes('\\Seen')).length,
      kept: (await server.messages('INBOX')).length,
      left: (await server.messages('Emptied')).length + (await server.messages('Moved')).length,
      moved: (await server.messages('Archive')).length,
    });
    // With the first of each folder, which is nobody's of the ledger.
    const wanted = { seen: put.INBOX + 1, kept: put.INBOX + 1, left: 0, moved: put.Moved + 1 };
    await waitFor(async () => JSON.stringify(await flags()) === JSON.stringify(wanted), {
      what: `the mailboxes to be ${JSON.stringify(wanted)}, not ${JSON.stringify(await flags())}`,
      timeoutMs: 60_000,
    });
    const numbers = await db?.query<{ count: number }>(
      "SELECT count(DISTINCT uid_validity)::int AS count FROM inbound_mail WHERE channel = 'imap:inbox'",
    );
    expect(numbers?.rows[0]?.count).toBe(2);
    const seconds = Math.round((performance.now() - began) / 1_000);
    process.stdout.write(
      `F02: ${mails} mails in three folders, ${kills} kills, ${cuts} cuts, new numbers for all, in ${seconds} s: ` +
        '0 lost, 0 doubled, each flagged, deleted or moved as wished\n',
    );
  },
  patience,
);
