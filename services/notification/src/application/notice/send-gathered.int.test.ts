import { leaveToken, type Message, type notifyAgents } from '@helpmesh/contracts';
import { isoTime, uuidv7 } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { connect, createDataSource, migrate, sql } from '@helpmesh/persistence';
import type { ErasureJob } from '@helpmesh/service-kit';
import { FakeClock, infra } from '@helpmesh/testing';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { MailEvents } from '../../events.ts';
import { LiquidThread } from '../../liquid/liquid-thread.ts';
import { GatheredNoticeStore } from '../../persistence/gathered-notice.store.ts';
import { LeftListStore } from '../../persistence/left-list.store.ts';
import { migrations } from '../../persistence/migrations.ts';
import { NoticeStore } from '../../persistence/notice.store.ts';
import { OutboundMailStore } from '../../persistence/outbound-mail.store.ts';
import { MailLists } from '../mail-lists.ts';
import { WriteMails } from '../template/write-mails.ts';
import { EraseNotices } from './erase-notices.ts';
import { NotifyAgents } from './notify-agents.ts';
import { SendGathered } from './send-gathered.ts';

type Command = Message<typeof notifyAgents>;

const clock = new FakeClock('2026-11-20T21:00:00.000Z');
const morning = '2026-11-21T06:00:00.000Z';
const [gathered, notices, mails] = [new GatheredNoticeStore(), new NoticeStore(), new OutboundMailStore()];
const settings = {
  ...{ from: { name: 'Desk', address: 'desk@x.org' }, ownAddresses: new Set<string>(), brand: 'Helpmesh' },
  ...{ page: 'https://desk.example/', fqdn: 'desk.example', threadingSecret: 'x'.repeat(32) },
  ...{ autoRepliesPerHour: 5, autoRepliesPerDomain: 5, autoRepliesInTotal: 5, maxSizeMb: 20, fileLinkDays: 30 },
};
let db: DataSource;
beforeAll(async () => {
  db = createDataSource({ url: await infra().database('send_gathered'), migrations });
  await migrate(db);
  await connect(db);
});
afterAll(() => db.destroy());
afterEach(async () => {
  await sql(db, 'TRUNCATE outbound_mail, gathered_notice, online_notification, paused_address');
  clock.set('2026-11-20T21:00:00.000Z');
});

let ticketId = 70;
const notice = (over: Partial<Command['data']> = {}): Command['data'] => ({
  ...{ kind: 'update', article: null, changes: [], dueAt: null, settles: null, onceOn: null, at: isoTime(clock.now()) },
  ticket: {
    ...{ id: ++ticketId, number: String(10_000 + ticketId), title: 'Portal <b>down</b>\nnow', customerId: 10 },
    ...{ group: 'Users', state: 'open', priority: '2 normal' },
  },
  by: { userId: 10, name: 'Clara Customer' },
  people: [],
  ...over,
});
const reader = (userId: number, after: string | undefined, locale = 'en'): Command['data']['people'][number] => ({
  ...{ userId, reason: 'owner', online: true, seen: false },
  mail: { address: `agent${userId}@x.org`, name: `Agent ${userId}`, locale, ...(after && { after }) },
});
/** Nobody wrote a text of their own. */
const writer = new WriteMails({ of: () => undefined, failed: () => undefined }, new LiquidThread());
const lists = () => new MailLists(db, new LeftListStore(), settings, clock);
const tell = (...orders: Command['data'][]) =>
  db.transaction((tx) =>
    new NotifyAgents(
      notices,
      mails,
      new Outbox('notification'),
      clock,
      settings,
      () => undefined,
      gathered,
      lists(),
      writer,
    ).run(
      tx,
      orders.map((data) => ({ id: uuidv7(), correlationId: uuidv7(), data }) as Command),
    ),
  );
const sender = () =>
  new SendGathered(db, gathered, notices, mails, clock, settings, new MailEvents(), () => undefined, lists(), writer);
const queued = () => mails.list(db, { state: undefined, limit: 50, offset: 0 });
const waiting = async () => (await sql(db, 'SELECT 1 FROM gathered_notice')).length;

it('what is wanted later comes then, in one mail that names each ticket once', async () => {
  const first = notice({ people: [reader(4, morning), reader(5, undefined)] });
  await tell(first, notice({ kind: 'create', people: [reader(4, morning)] }));
  await tell(notice({ ticket: first.ticket, people: [reader(4, morning)] }));
  expect((await queued()).map(({ to }) => to[0]?.address)).toEqual(['agent5@x.org']);

  clock.set('2026-11-21T05:59:59.000Z');
  await sender().run();
  expect(await queued()).toHaveLength(1);
  clock.set(morning);
  // Two processes look at the same moment.
  await Promise.all([sender().run(), sender().run()]);
  const [mail, ...others] = (await queued()).filter(({ to }) => to[0]?.address === 'agent4@x.org');
  expect(others).toEqual([]);
  expect(mail).toMatchObject({ subject: 'What happened to tickets', automatic: true, kind: 'agent-notification' });
  const { id, number } = first.ticket;
  expect(mail?.text).toContain(
    `- #${number} Portal <b>down</b> now: changed (2)\n  https://desk.example/tickets/${id}`,
  );
  expect(mail?.text).toContain(': new\n');
  expect(mail?.html).toContain(`<a href="https://desk.example/tickets/${id}"`);
  expect(mail?.html).toContain(`#${number} Portal &lt;b&gt;down&lt;/b&gt; now: changed (2)</a>`);
  expect(await waiting()).toBe(0);
});

it('one whose time has come while its order waited leaves at once, as it is', async () => {
  await tell(notice({ people: [reader(4, isoTime(clock.now()))] }));
  expect(await queued()).toMatchObject([{ subject: expect.stringContaining('Changed: Portal') }]);
});

it('what was seen in the web page meanwhile needs no mail, and where all was, none comes', async () => {
  const seen = notice({ people: [reader(4, morning), reader(6, morning)] });
  const unseen = notice({ people: [reader(4, morning)] });
  await tell(seen, unseen);
  await sql(db, 'UPDATE online_notification SET seen = true WHERE ticket_id = $1', [seen.ticket.id]);
  clock.set(morning);
  await sender().run();
  const [mail, ...others] = await queued();
  expect(others).toEqual([]);
  expect(mail?.text).toContain(unseen.ticket.number);
  expect(mail?.text).not.toContain(seen.ticket.number);
  expect(await waiting()).toBe(0);
});

it('each is written to in their language, and nobody where no mailbox is', async () => {
  await tell(notice({ people: [reader(4, morning, 'de'), reader(6, morning), reader(7, morning, 'pl')] }));
  await sql(db, `INSERT INTO paused_address VALUES ('agent6@x.org', '2027-01-01')`);
  clock.set(morning);
  await sender().run();
  expect((await queued()).map(({ subject }) => subject).sort()).toEqual(['Neues zu Tickets', 'Nowości w zgłoszeniach']);
});

it('whoever stopped such mails gets none, at once or later, until they want them again', async () => {
  const people = [reader(4, morning), reader(5, undefined)];
  for (const { mail } of people) {
    const token = leaveToken('notices', mail?.address ?? '', settings.threadingSecret);
    expect(await lists().leave(token, null)).toEqual({ list: 'notices', on: true });
    expect(await lists().leave(token, false)).toEqual({ list: 'notices', on: false });
    expect(await lists().leave(token, null)).toEqual({ list: 'notices', on: false });
  }
  await tell(notice({ people }));
  expect([await waiting(), (await queued()).length]).toEqual([0, 0]);
  await lists().leave(leaveToken('notices', 'agent5@x.org', settings.threadingSecret), true);
  await tell(notice({ people }));
  expect((await queued()).map(({ to }) => to[0]?.address)).toEqual(['agent5@x.org']);
  await lists().forget(db, ['agent4@x.org']);
  expect(await sql(db, 'SELECT 1 FROM left_list')).toEqual([]);
  await expect(lists().leave('notices-x', false)).rejects.toMatchObject({ code: 'mail-list.link-unknown' });
});

it('a hundred tickets are named, and how many more there are', async () => {
  await tell(...Array.from({ length: 103 }, () => notice({ people: [reader(4, morning)] })));
  clock.set(morning);
  await sender().run();
  const [mail] = await queued();
  expect(mail?.text?.match(/^- #/gm)).toHaveLength(100);
  expect(mail?.text).toContain('- + 3\n');
});

it('nothing waits for a person who is erased, nor names one', async () => {
  await tell(
    notice({ people: [reader(4, morning), reader(5, morning)] }),
    notice({ ticket: { ...notice().ticket, title: 'Zoe Zed cannot sign in' }, people: [reader(5, morning)] }),
  );
  const person = { userId: 4, emails: ['agent4@x.org'], patterns: ['%zoe zed%'] };
  await new EraseNotices(db, notices, gathered, lists()).erase({ person } as unknown as ErasureJob);
  expect(await sql(db, 'SELECT user_id, title FROM gathered_notice')).toMatchObject([
    { user_id: 5, title: 'Portal <b>down</b>\nnow' },
  ]);
});
