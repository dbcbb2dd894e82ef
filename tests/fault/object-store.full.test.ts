import { Ledger, type ObjectStore, objectStore, rawMail, sendRaw, waitFor } from '@helpmesh/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Json } from '../e2e/desk.ts';
import { type TestPlatform, testPlatform } from '../e2e/platform.ts';
import { confirmAll, deliver, inParallel, settled, tellLogsOfFailures } from './load.ts';
import { patience, scaled, waitPatience } from './scale.ts';

let store: ObjectStore;
let desk: TestPlatform;
let db: pg.Client;
beforeAll(async () => {
  store = await objectStore();
  const services = ['identity', 'ticket', 'mail-ingest', 'federation', 'gateway'] as const;
  desk = await testPlatform({
    ...Object.fromEntries(services.map((service) => [service, store.env])),
    notification: { ...store.env, ...confirmAll.notification },
  });
  db = new pg.Client(desk.platform.databaseUrl('mail-ingest'));
  await db.connect();
}, 120_000);
afterAll(async () => {
  await db?.end();
  await desk?.platform.stop();
  await store?.close();
});
tellLogsOfFailures(() => desk);

const file = { name: 'plan.pdf', type: 'application/pdf', content: 'The plan.' };
/** More than is kept in memory until it is read: it is read from the store. */
const large = { ...file, content: Buffer.alloc(200_000, 'plan') };

/** What the server says to one mail that is sent once. */
async function verdict(subject: string): Promise<number> {
  const port = desk.platform.smtpPort;
  return sendRaw({ port }, rawMail({ subject })).then(
    () => 250,
    (error: { responseCode?: number }) => error.responseCode ?? 0,
  );
}

it(
  'F13: while the object store fails, is slow or away, a mail is taken when it is stored, and nothing is lost',
  async () => {
    const { admin, platform } = desk;
    const ledger = new Ledger();
    const [failing, slow, away] = scaled({ short: [40, 8, 10], full: [1_000, 80, 100] });
    const deliverAll = (mails: number, width: number, attachment: typeof file | typeof large = file) =>
      inParallel(Array(mails).keys(), width, () =>
        deliver(platform.smtpPort, ledger, { timeoutMs: waitPatience, attachments: [attachment] }),
      );
    await deliverAll(1, 1);
    await settled(admin, ledger, waitPatience);
    const [first]: Json[] = await admin.get('/api/v1/tickets?per_page=1&sort_by=id&order_by=desc');
    const [article] = await admin.articlesOf(first.id);
    const [attached] = article.attachments;
    const path = `/api/v1/ticket_attachment/${first.id}/${article.id}/${attached.id}`;
    expect((await admin.call('GET', path)).status).toBe(200);

    store.fail(0.3);
    await deliverAll(failing, 8);
    store.fail(0);

    store.slow(10_000);
    await deliverAll(slow, 40);
    store.slow(0);

    // Away: each is told to come again, and comes until it is taken.
    await store.stop();
    const coming = deliverAll(away, 8, large);
    const verdicts = await Promise.all(Array.from({ length: 8 }, (_, n) => verdict(`Away ${n}`)));
    expect(new Set(verdicts)).toEqual(new Set([451]));
    const refused = await admin.call('GET', path);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    const form = new FormData();
    form.append('File', new Blob(['x']), 'x.txt');
    const upload = await fetch(`${platform.url}/api/v1/upload_caches/f13`, {
      ...{ method: 'POST', body: form, headers: admin.authorization },
    });
    expect(upload.status).toBe(503);
    await upload.arrayBuffer();
    for (const service of Object.values(platform.services)) expect(service.restarts, 'no service dies of it').toBe(0);
    // Stored, and half of it gone when it is read: read again, and nobody's fault.
    store.breakOff(true);
    await store.start();
    await coming;
    store.breakOff(false);

    expect(await settled(admin, ledger, waitPatience)).toMatchObject({ lost: [], doubled: [] });
    await waitFor(
      async () => (await db.query("SELECT 1 FROM inbound_mail WHERE state = 'received'")).rows.length === 0,
      { what: 'all mails to be worked on', timeoutMs: waitPatience },
    );
    const { rows } = await db.query<{ sha256: string; state: string }>('SELECT sha256, state FROM inbound_mail');
    const kept = new Set([...store.objects.keys()].map((key) => key.slice(key.lastIndexOf('/') + 1)));
    expect(rows.filter(({ sha256 }) => !kept.has(sha256))).toEqual([]);
    expect(rows.filter(({ state }) => state !== 'parsed' && state !== 'duplicate')).toEqual([]);
    expect((await admin.call('GET', path)).status).toBe(200);
    process.stdout.write(
      `F13: ${ledger.accepted} mails, ${failing} while three of ten calls failed, ${slow} with 10 s for each call, ${away} while the store was away: ` +
        '0 lost, 0 doubled, each as it came in the store; else 451, and 503 for files\n',
    );
  },
  patience,
);
