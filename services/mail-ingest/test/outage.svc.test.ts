import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { type FaultProxy, faultProxy, infra, rawMail, sendRaw, waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDesk, testDesk } from './desk.ts';

describe('while a part it needs is away', { timeout: 90_000 }, () => {
  let postgres: FaultProxy;
  let desk: TestDesk;

  beforeAll(async () => {
    const direct = await infra().database('mail_ingest');
    postgres = await faultProxy({ port: Number(new URL(direct).port), host: new URL(direct).hostname });
    desk = await testDesk({ DATABASE_URL: postgres.through(direct), MAIL_ACCEPT: 'any' }, { direct });
  });
  afterAll(async () => {
    await postgres?.heal();
    await desk?.stop();
    await postgres?.close();
  });

  const send = (subject: string) => sendRaw({ port: desk.smtpPort }, rawMail({ subject }));
  const later = { responseCode: 451 };

  it('says 451 without PostgreSQL, and takes the mail when it is back', async () => {
    await postgres.refuse();
    const started = performance.now();
    await expect(send('Down')).rejects.toMatchObject(later);
    expect(performance.now() - started).toBeLessThan(9_000);
    await postgres.heal();
    await waitFor(() => send('Up again').catch(() => undefined), { what: 'a 250' });
    expect((await desk.filedWith('Up again')).data.unreadable).toBeNull();
    expect((await desk.filed()).map(({ data }) => data.subject)).not.toContain('Down');
  });

  it('says 451 in time when PostgreSQL goes silent', async () => {
    postgres.stall();
    await expect(send('Silent')).rejects.toMatchObject(later);
    await postgres.heal();
    await waitFor(() => send('Talks again').catch(() => undefined), { what: 'a 250' });
    await desk.filedWith('Talks again');
  });

  it('says 451 when the blob store is away', async () => {
    const folder = desk.env.BLOB_DIR ?? '';
    renameSync(folder, `${folder}.away`);
    writeFileSync(folder, 'not a folder');
    await expect(send('Nowhere')).rejects.toMatchObject(later);
    rmSync(folder);
    renameSync(`${folder}.away`, folder);
    await waitFor(() => send('Somewhere').catch(() => undefined), { what: 'a 250' });
    await desk.filedWith('Somewhere');
  });

  it('loses and doubles nothing when connections break 20 times while mails arrive', async () => {
    const subjects = Array.from({ length: 120 }, (_, n) => `Cut ${n}`);
    let sent = 0;
    const cutting = (async () => {
      for (let cut = 1; cut <= 20; cut++) {
        await waitFor(() => sent >= cut * 5, { what: 'the next mails', timeoutMs: 60_000 });
        postgres.cut();
      }
    })();
    const queue = [...subjects];
    await Promise.all(
      Array.from({ length: 6 }, async () => {
        for (let subject = queue.shift(); subject !== undefined; subject = queue.shift()) {
          const raw = rawMail({ subject });
          // A sender comes again with the same bytes until it is told 250.
          await waitFor(() => sendRaw({ port: desk.smtpPort }, raw).catch(() => undefined), { what: 'a 250' });
          sent += 1;
        }
      }),
    );
    await cutting;
    await desk.settled();
    const filed = (await desk.filed()).map(({ data }) => data.subject).filter((subject) => subject.startsWith('Cut '));
    expect(filed.sort()).toEqual(subjects.sort());
  });
});
