import { Ledger, waitFor } from '@helpmesh/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestPlatform, testPlatform } from '../e2e/platform.ts';
import { confirmAll, confirmations, deliver, inParallel, settled, tellLogsOfFailures } from './load.ts';
import { patience, scaled, waitPatience } from './scale.ts';

/** The broker carries everything and owns nothing: whatever happens to it, PostgreSQL has the truth. */
describe('the broker', () => {
  let desk: TestPlatform;
  beforeAll(async () => {
    desk = await testPlatform(confirmAll);
  }, 120_000);
  afterAll(() => desk?.platform.stop());
  tellLogsOfFailures(() => desk);

  const everythingArrived = async (ledger: Ledger, mails: number) => {
    expect(await settled(desk.admin, ledger, waitPatience)).toMatchObject({ lost: [], doubled: [], accepted: mails });
    expect(await confirmations(desk, ledger, waitPatience)).toMatchObject({ lost: [], doubled: [] });
  };

  it(
    'F06: stopped for a while, mail is still taken, and everything flows when it is back',
    async () => {
      const ledger = new Ledger();
      const mails = scaled({ short: 60, full: 600 });
      for (let round = 0; round < scaled({ short: 1, full: 5 }); round++) {
        await desk.platform.nats?.stop();
        await inParallel(Array(mails).keys(), 8, () => deliver(desk.platform.smtpPort, ledger));
        const refused = await desk.admin.call('GET', '/api/v1/tickets/1');
        expect(refused.status).toBe(503);
        expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
        await desk.platform.nats?.start();
        await everythingArrived(ledger, mails * (round + 1));
      }
    },
    patience,
  );

  it(
    'F07: killed again and again, no event is lost and no effect is doubled',
    async () => {
      const ledger = new Ledger();
      const mails = scaled({ short: 200, full: 5_000 });
      const kills = scaled({ short: 3, full: 20 });
      const { nats } = desk.platform;
      const before = nats?.restarts ?? 0;
      let taken = 0;
      const killer = (async () => {
        for (let kill = 1; kill <= kills; kill++) {
          await waitFor(() => taken >= (mails * kill) / (kills + 1), { what: `mail ${kill}`, timeoutMs: waitPatience });
          nats?.kill('SIGKILL');
          await waitFor(() => (nats?.restarts ?? 0) >= before + kill, { what: 'NATS to be back', timeoutMs: 30_000 });
        }
      })();
      await inParallel(Array(mails).keys(), 8, async () => {
        await deliver(desk.platform.smtpPort, ledger);
        taken += 1;
      });
      await killer;
      await everythingArrived(ledger, mails);
    },
    patience,
  );

  it(
    'F11: a stream deleted with messages in it loses nothing',
    async () => {
      const ledger = new Ledger();
      const mails = scaled({ short: 100, full: 2_000 });
      const { host, username, password } = new URL(desk.platform.natsUrl);
      const connection = await connect({ servers: host, user: username, pass: password });
      const manager = await jetstreamManager(connection);
      const deleted: string[] = [];
      const half = inParallel(Array(mails).keys(), 8, () => deliver(desk.platform.smtpPort, ledger));
      await waitFor(() => ledger.accepted > mails / 3, { what: 'a third of the mails', timeoutMs: waitPatience });
      for await (const { config } of manager.streams.list()) {
        if (/^(EVT|CMD)_/.test(config.name) && (await manager.streams.delete(config.name))) deleted.push(config.name);
      }
      await half;
      await connection.close();
      expect(deleted).toEqual(expect.arrayContaining(['CMD_TICKET', 'EVT_TICKET', 'CMD_NOTIFICATION']));
      await everythingArrived(ledger, mails);
    },
    patience,
  );
});
