import { type BlobStore, openBlobStore } from '@helpmesh/blob';
import { sql } from '@helpmesh/persistence';
import { ErasedPerson } from '@helpmesh/service-kit';
import { rawMail, sendRaw } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EraseMails } from '../src/application/erase-mails.ts';
import { PersonalMails } from '../src/application/personal-mails.ts';
import { ErasureStore } from '../src/persistence/erasure.store.ts';
import { PersonalDataStore } from '../src/persistence/personal-data.store.ts';
import { type Row, type TestDesk, testDesk } from './desk.ts';

describe('erasing a person from the received mails', () => {
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
  async function received(from: string, text = 'Hello.'): Promise<Row> {
    const subject = `Mail ${++mails}`;
    const raw = rawMail({ from: `Somebody <${from}>`, subject, text });
    await sendRaw({ port: desk.smtpPort }, raw, { from, to: 'support@desk.example' });
    const { data } = await desk.filedWith(subject);
    await desk.settled();
    return (await desk.rows()).find(({ id }) => id === data.inboundId) as Row;
  }
  const now = async (id: number) => (await sql(desk.db, 'SELECT * FROM inbound_mail WHERE id = $1', [id]))[0];
  const erase = (email: string, { held = [] as number[], reached = [] as number[] } = {}) => {
    const terms = { userId: 42, pseudonym: 'erased-1', emails: [email], identifiers: [], names: [] };
    const person = new ErasedPerson({ ...terms, tickets: 'pseudonymise' });
    const above = (ids: number[]) => async (_: unknown, after: number) => ids.filter((id) => id > after);
    const eraser = new EraseMails(new ErasureStore(desk.db), blobs, { reached: above(reached), of: above(held) });
    return eraser.erase({ taskId: 1, person, heldTicketIds: new Set(held.length > 0 ? [9] : []) });
  };

  it('theirs are gone; the row stays without addresses, and is never filed again', async () => {
    const [theirs, other] = [await received('zoe@x.org'), await received('ann@x.org')];
    expect(await erase('zoe@x.org')).toEqual({ counts: { mails: 1 }, waiting: 0, kept: [] });
    expect(await now(theirs.id)).toMatchObject({
      ...{ state: 'parsed', envelope_from: 'erased-1@erased.invalid', from_address: 'erased-1@erased.invalid' },
      ...{ client: null, erased_at: expect.any(Date) },
    });
    expect(await blobs.has(theirs.sha256)).toBe(false);
    expect(await blobs.has(other.sha256)).toBe(true);
    expect(await erase('zoe@x.org')).toEqual({ counts: { mails: 0 }, waiting: 0, kept: [] });
  });

  it('those go as well in which the ticket service found them', async () => {
    const named = await received('ben@x.org', 'as zoe@x.org said');
    expect((await erase('zoe@x.org', { reached: [named.id] })).counts).toEqual({ mails: 1 });
    expect(await blobs.has(named.sha256)).toBe(false);
    expect(await now(named.id)).toMatchObject({ from_address: 'ben@x.org' });
  });

  it('those of a ticket under legal hold stay, and are named', async () => {
    const mail = await received('dan@x.org');
    expect(await erase('dan@x.org', { held: [mail.id], reached: [mail.id] })).toEqual({
      ...{
        counts: { mails: 0 },
        waiting: 0,
        kept: [{ object: 'InboundMail', id: String(mail.id), why: 'legal-hold' }],
      },
    });
    expect(await now(mail.id)).toMatchObject({ from_address: 'dan@x.org', erased_at: null });
    expect(await blobs.has(mail.sha256)).toBe(true);
  });

  it('one that nobody has read yet is waited for; quarantine ends with the mail', async () => {
    const mail = await received('eve@x.org');
    await sql(desk.db, `UPDATE inbound_mail SET state = 'received', due_at = now() + interval '1 hour' WHERE id = $1`, [
      mail.id,
    ]);
    expect(await erase('eve@x.org')).toEqual({ counts: { mails: 0 }, waiting: 1, kept: [] });
    expect(await blobs.has(mail.sha256)).toBe(true);
    await sql(desk.db, `UPDATE inbound_mail SET state = 'quarantined', cause = 'eve@x.org broke it' WHERE id = $1`, [
      mail.id,
    ]);
    expect((await erase('eve@x.org')).counts).toEqual({ mails: 1 });
    expect(await now(mail.id)).toMatchObject({ state: 'parsed', cause: 'erased-1@erased.invalid broke it' });
  });

  it('bytes that another mail has as well stay until that one goes', async () => {
    const mail = await received('fay@x.org');
    await sql(
      desk.db,
      `INSERT INTO inbound_mail (queue_id, channel, recipients, sha256, size, received_at, state)
       VALUES (gen_random_uuid(), 'smtp', '[]', $1, 1, now(), 'duplicate')`,
      [mail.sha256],
    );
    await erase('fay@x.org');
    expect(await blobs.has(mail.sha256)).toBe(true);
  });

  it('what came from a person is in their archive, with the mail itself until it is gone', async () => {
    const mails = new PersonalMails(new PersonalDataStore(desk.db));
    const of = async () => {
      const asked = { userId: 42, emails: ['gil@x.org'], internal: false };
      const { parts, next } = await mails.page(asked);
      expect(await mails.page({ ...asked, after: next as string })).toEqual({ parts: [], next: null });
      return parts;
    };
    await received('hal@x.org');
    const mail = await received('Gil@X.org');
    expect(await of()).toEqual([
      {
        path: `received/${mail.id}.json`,
        data: expect.objectContaining({ id: mail.id, recipients: ['support@desk.example'] }),
        files: [{ sha256: mail.sha256, size: expect.any(Number), filename: 'mail.eml', contentType: 'message/rfc822' }],
      },
    ]);
    await sql(desk.db, 'UPDATE inbound_mail SET erased_at = now() WHERE id = $1', [mail.id]);
    expect((await of())[0]?.files).toEqual([]);
  });
});
