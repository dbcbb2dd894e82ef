import { type BlobStore, openBlobStore } from '@helpmesh/blob';
import type { Actor } from '@helpmesh/contracts';
import { sql, transaction } from '@helpmesh/persistence';
import { FakeClock, rawMail, sendRaw, waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeepRawMails } from '../src/application/keep-raw-mails.ts';
import { RawMailStore } from '../src/persistence/raw-mail.store.ts';
import { type Row, type TestDesk, testDesk } from './desk.ts';

describe('mails as they came', () => {
  let desk: TestDesk;
  let blobs: BlobStore;
  beforeAll(async () => {
    desk = await testDesk();
    blobs = openBlobStore({ BLOB_DIR: desk.env.BLOB_DIR as string });
  });
  afterAll(async () => {
    await blobs?.close();
    await desk?.stop();
  });

  let mails = 0;
  async function received(): Promise<Row> {
    const subject = `Mail ${++mails}`;
    const from = `zyx${mails}@x.org`;
    await sendRaw({ port: desk.smtpPort }, rawMail({ from, subject, text: 'Hello.' }), {
      from,
      to: 'support@desk.example',
    });
    const { data } = await desk.filedWith(subject);
    await desk.settled();
    return (await desk.rows()).find(({ id }) => id === data.inboundId) as Row;
  }
  const ageBy = (ids: number[], days: number) =>
    sql(
      desk.db,
      `UPDATE inbound_mail SET received_at = received_at - $2 * interval '1 day' WHERE id = ANY ($1::bigint[])`,
      [ids, days],
    );
  /** @param needed  what the ticket service says */
  const keeping = (keepDays: number, needed: number[] = []) => {
    const clock = new FakeClock();
    clock.advance(Date.now() - clock.now());
    const ask = async (ids: readonly number[]) => ids.filter((id) => needed.includes(id));
    return new KeepRawMails(desk.db, new RawMailStore(), blobs, ask, clock, keepDays);
  };
  const now = async (id: number) => (await sql(desk.db, 'SELECT * FROM inbound_mail WHERE id = $1', [id]))[0];
  const officer: Actor = {
    ...{ kind: 'user', userId: 9, login: 'o', permissions: ['admin.data_privacy'], groups: {}, organizationIds: [] },
    ...{ sharedOrganizationIds: [], locale: 'en', via: 'session' },
  };

  it('go after their time with their addresses; young, needed and quarantined ones stay', async () => {
    const [old, young, needed, unread] = [await received(), await received(), await received(), await received()];
    await ageBy([old.id, needed.id, unread.id], 91);
    await sql(desk.db, `UPDATE inbound_mail SET state = 'quarantined' WHERE id = $1`, [unread.id]);
    const kept = keeping(90, [needed.id]);
    expect(await kept.preview(officer)).toEqual({
      ...{ keep_days: 90, due: 2, needed: 1, quarantined: 1, due_bytes: expect.any(Number) },
    });
    expect(await blobs.has(old.sha256)).toBe(true);
    expect(await kept.sweep()).toBe(1);
    expect(await now(old.id)).toMatchObject({
      ...{ state: 'parsed', envelope_from: null, from_address: null, recipients: [], client: null, message_id: null },
      erased_at: expect.any(Date),
    });
    expect(await blobs.has(old.sha256)).toBe(false);
    for (const { id, sha256 } of [young, needed, unread]) {
      expect(await now(id)).toMatchObject({ erased_at: null });
      expect(await blobs.has(sha256)).toBe(true);
    }
    expect(await kept.sweep()).toBe(0);
    // The ticket is closed.
    expect(await keeping(90).sweep()).toBe(1);
    expect(await blobs.has(needed.sha256)).toBe(false);
  });

  it('stay for ever when they may', async () => {
    const mail = await received();
    await ageBy([mail.id], 5_000);
    expect(await keeping(0).preview(officer)).toMatchObject({ keep_days: 0, due: 0 });
    expect(await keeping(0).sweep()).toBe(0);
    expect(await blobs.has(mail.sha256)).toBe(true);
    expect(await keeping(90).sweep()).toBe(1);
  });

  it("are nobody else's business than of who looks after data protection", async () => {
    for (const who of [undefined, { ...officer, permissions: ['admin.channel_email', 'ticket.agent'] }])
      await expect(keeping(90).preview(who)).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it('stay while the ticket service cannot say what it needs', async () => {
    const mail = await received();
    await ageBy([mail.id], 91);
    const down = async () => Promise.reject(new Error('down'));
    const kept = new KeepRawMails(desk.db, new RawMailStore(), blobs, down, { now: () => Date.now() } as never, 90);
    await expect(kept.sweep()).rejects.toThrow('down');
    expect(await blobs.has(mail.sha256)).toBe(true);
  });

  it('go with their ticket, however young, but for bytes that another mail has as well', async () => {
    const [mail, twin] = [await received(), await received()];
    await sql(
      desk.db,
      `INSERT INTO inbound_mail (queue_id, channel, recipients, sha256, size, received_at, state)
       VALUES (gen_random_uuid(), 'smtp', '[]', $1, 1, now(), 'duplicate')`,
      [twin.sha256],
    );
    await transaction(desk.db, (tx) => keeping(90).drop(tx, [mail.id, twin.id]));
    await waitFor(async () => (await sql(desk.db, 'SELECT 1 FROM unwanted_mail')).length === 0, {
      what: 'nothing to be left to remove',
    });
    expect(await blobs.has(mail.sha256)).toBe(false);
    expect(await blobs.has(twin.sha256)).toBe(true);
    expect(await now(mail.id)).toMatchObject({ from_address: null, erased_at: expect.any(Date) });
  });

  it('one that nobody has read yet stays, whatever is told', async () => {
    const mail = await received();
    await sql(desk.db, `UPDATE inbound_mail SET state = 'received', due_at = now() + interval '1 hour' WHERE id = $1`, [
      mail.id,
    ]);
    await transaction(desk.db, (tx) => keeping(90).drop(tx, [mail.id]));
    expect(await now(mail.id)).toMatchObject({ erased_at: null });
  });
});
