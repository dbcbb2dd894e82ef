import { AttributeSet } from '@helpmesh/attributes';
import { messagingTables } from '@helpmesh/messaging';
import { connect, createDataSource, migrate, sql } from '@helpmesh/persistence';
import { infra } from '@helpmesh/testing';
import { expect, it, onTestFinished } from 'vitest';
import { parseSearch } from '../../domain/list/search-query.ts';
import { migrations } from '../../service.ts';
import { ListStore } from '../list.store.ts';
import { ReadStore } from '../read.store.ts';
import { SearchStore } from '../search.store.ts';
import { VisibleTickets } from '../visible-tickets.ts';
import { Ticket1795253000000 } from './1795253000000-ticket.ts';
import { Search1795253000001 } from './1795253000001-search.ts';
import { PublicWords1795253000002 } from './1795253000002-public-words.ts';
import { RefiledMail1795253000003 } from './1795253000003-refiled-mail.ts';

const noAttributes = new AttributeSet('Ticket', 0, []);
const noBook = { of: () => noAttributes };

it('a ticket of the first schema is read, listed and found after all migrations, and without them again', async () => {
  const url = await infra().database('ticket_upgrade');
  const earlier = [
    messagingTables,
    Ticket1795253000000,
    Search1795253000001,
    PublicWords1795253000002,
    RefiledMail1795253000003,
  ];
  const before = createDataSource({ url, migrations: earlier });
  await migrate(before);
  await connect(before);
  await sql(
    before,
    `INSERT INTO ticket (group_id, priority_id, state_id, number, title, owner_id, customer_id, created_by_id,
       updated_by_id, created_at, updated_at, version)
     VALUES (1, 2, 2, '10001', 'A broken printer', 1, 7, 7, 7, '2026-01-02T03:04:05.006Z', '2026-01-02T03:04:05.006Z', 1)`,
  );
  await sql(
    before,
    `INSERT INTO search_doc (ticket_id, group_id, customer_id, number, title, tsv)
     SELECT id, group_id, customer_id, number, title, to_tsvector('helpmesh', title) FROM ticket`,
  );
  await sql(
    before,
    `INSERT INTO replica_group (id, name, active, follow_up_possible, follow_up_assignment, signature, version) VALUES
       (1, 'Users', true, 'yes', true, E'Yours,\n<{{user.name}}> & co', 1), (2, 'Silent', true, 'yes', true, NULL, 1)`,
  );
  const words = () => sql(before, 'SELECT tsv::text AS words FROM search_doc');
  const wordsBefore = await words();

  const ds = createDataSource({ url, migrations });
  onTestFinished(async () => {
    await before.destroy();
    await ds.destroy();
  });
  const applied = await migrate(ds);
  expect(applied).toHaveLength(migrations.length - earlier.length);
  await connect(ds);
  const visible = VisibleTickets.toTheService();
  const read = await new ReadStore(noBook).tickets(ds, visible, [1], 'bare', true);
  expect(JSON.parse(read.get(1) as string)).toMatchObject({
    title: 'A broken printer',
    created_at: '2026-01-02T03:04:05.006Z',
  });
  const order = { key: 'updated_at', descending: true, limit: 10 } as const;
  const page = await new ListStore().page(ds, visible, {}, order);
  expect(JSON.parse(page.tickets)).toMatchObject([{ title: 'A broken printer', article_count: 0, state: 'open' }]);
  const request = { query: parseSearch('printer'), order: [], limit: 10, offset: 0 };
  const found = () => new SearchStore(noBook).find(ds, visible, request);
  expect(await found()).toEqual([1]);
  // Made anew beside all else, and found as before.
  await sql(
    ds,
    `UPDATE search_doc SET languages = '{en}', tsv = tsv || search_stems('{en}', to_tsvector('helpmesh', 'printers'))`,
  );
  expect(await found()).toEqual([1]);

  expect(await sql(ds, 'SELECT signature_html FROM replica_group ORDER BY id')).toEqual([
    { signature_html: 'Yours,<br>&lt;{{user.name}}&gt; &amp; co' },
    { signature_html: null },
  ]);

  for (const _ of applied) await ds.undoLastMigration();
  expect(await words()).toEqual(wordsBefore);
  expect(await sql(before, 'SELECT title FROM ticket')).toEqual([{ title: 'A broken printer' }]);
});
