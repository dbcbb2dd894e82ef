import { Ledger, waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestPlatform, testPlatform } from '../e2e/platform.ts';
import { confirmAll, confirmations, deliver, inParallel, settled, tellLogsOfFailures } from './load.ts';
import { patience, scaled, waitPatience } from './scale.ts';

let desk: TestPlatform;
beforeAll(async () => {
  desk = await testPlatform(confirmAll);
}, 120_000);
afterAll(() => desk?.platform.stop());
tellLogsOfFailures(() => desk);

it(
  'F01: mail-ingest is killed while mails arrive; none is lost, none is doubled',
  async () => {
    const ledger = new Ledger();
    const mails = scaled({ short: 500, full: 10_000 });
    const kills = scaled({ short: 3, full: 20 });
    const ingest = desk.platform.services['mail-ingest'];

    const began = performance.now();
    let taken = 0;
    const killer = (async () => {
      for (let kill = 1; kill <= kills; kill++) {
        await waitFor(() => taken >= (mails * kill) / (kills + 1), { what: `mail ${kill}`, timeoutMs: waitPatience });
        ingest.kill('SIGKILL');
        await waitFor(() => ingest.restarts >= kill, { what: 'mail-ingest to be back', timeoutMs: 30_000 });
      }
    })();
    await inParallel(Array(mails).keys(), 8, async () => {
      await deliver(desk.platform.smtpPort, ledger);
      taken += 1;
    });
    await killer;

    expect(ingest.restarts).toBe(kills);
    expect(await settled(desk.admin, ledger, waitPatience)).toMatchObject({ lost: [], doubled: [], accepted: mails });
    expect(await confirmations(desk, ledger, waitPatience)).toMatchObject({ lost: [], doubled: [] });
    const seconds = Math.round((performance.now() - began) / 1_000);
    process.stdout.write(
      `F01: ${mails} mails, ${kills} kills in ${seconds} s, 0 lost, 0 doubled, each confirmed once\n`,
    );
  },
  patience,
);
