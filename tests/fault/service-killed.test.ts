import { serviceNames } from '@helpmesh/deploy/local';
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
  'F03: any single service is killed while mails arrive; none is lost, none is doubled',
  async () => {
    const ledger = new Ledger();
    for (const name of serviceNames) {
      const service = desk.platform.services[name];
      const before = service.restarts;
      const killer = (async () => {
        const third = ledger.accepted + scaled({ short: 10, full: 300 });
        await waitFor(() => ledger.accepted >= third, { what: 'a third of the mails', timeoutMs: waitPatience });
        service.kill('SIGKILL');
        await waitFor(() => service.restarts > before, { what: `${name} to be back`, timeoutMs: 30_000 });
      })();
      const mails = scaled({ short: 30, full: 1_000 });
      await inParallel(Array(mails).keys(), 4, () => deliver(desk.platform.smtpPort, ledger));
      await killer;
    }
    expect(await settled(desk.admin, ledger, waitPatience)).toMatchObject({ lost: [], doubled: [] });
    expect(await confirmations(desk, ledger, waitPatience)).toMatchObject({ lost: [], doubled: [] });
  },
  patience,
);
