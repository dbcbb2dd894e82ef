import { execFile } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import {
  type Actor,
  agreements,
  peers,
  shares,
  ticketCreated,
  ticketDeleted,
  ticketUpdated,
} from '@helpmesh/contracts';
import { AppError, derivedId, epochMs, uuidv7 } from '@helpmesh/kernel';
import { ErasedPerson } from '@helpmesh/service-kit';
import { waitFor } from '@helpmesh/testing';
import { SignJWT } from 'jose';
import { Webhook } from 'standardwebhooks';
import { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EraseShared } from '../src/application/erase-shared.ts';
import { WatchOffers } from '../src/application/watch-offers.ts';
import { WatchOutages } from '../src/application/watch-outages.ts';
import { OfferStore } from '../src/persistence/offer.store.ts';
import { Desk, type Told } from './desk.ts';
import { echo, isSignedBy, type Receiver, receiver } from './receiver.ts';

const desks = [new Desk(5), new Desk()] as const;
const PING = 'eu.eosc.helpdesk.webhook.ping.v1';
const [a, b] = desks;
/** Ids of the other desk, at each. */
const peerIds: number[] = [];
const tokens: string[] = [];

beforeAll(async () => {
  await Promise.all(desks.map((desk) => desk.start()));
  for (const [desk, other] of [[a, b] as const, [b, a] as const]) {
    const { id } = await desk.ask(peers.create, {
      body: { name: desk === a ? 'Desk B' : 'Desk A', node: `${other.node}/` },
    });
    peerIds.push(id);
    tokens.push((await desk.ask(peers.makeToken, { params: { id } })).token);
  }
  for (const [i, desk] of desks.entries()) {
    const id = peerIds[i] as number;
    await desk.ask(peers.keepToken, { params: { id }, body: { token: tokens[1 - i] } });
    const body = { kind: 'full', name: 'Together', group_id: 1, peer_id: id, disclosure: 'name+email' };
    await desk.ask(agreements.create, { body });
  }
});
afterAll(async () => {
  for (const desk of desks) await desk.stop();
});

/** The copy of a ticket at the other desk, by its title. */
function copyOf(title: string, at: Desk = b): { id: number; row: Told } {
  const found = [...at.tickets.rows].find(([, row]) => row.title === title);
  if (!found) throw new Error(`there is no "${title}" yet`);
  return { id: found[0], row: found[1] };
}

async function shared(title: string): Promise<{ here: number; there: number }> {
  const here = await a.open(title);
  const { id: there } = await waitFor(() => copyOf(title), { what: `a copy of "${title}"` });
  return { here, there };
}

const rowAt = (desk: Desk, id: number) => desk.tickets.rows.get(id) as Told;
const bodies = (desk: Desk, id: number) =>
  rowAt(desk, id)
    .articles.map(({ body }) => body)
    .sort();

describe('a ticket of a group that is kept equal with another helpdesk', () => {
  it('is there as well, with its words and its requester, and its changes come back', async () => {
    const here = await a.open('The portal is down');
    await a.tickets.say(here, 'Since this morning', { sender: 'Customer', author: 'Zoë Müller' });
    const { id: there } = await waitFor(() => copyOf('The portal is down'), { what: 'a copy' });
    await waitFor(() => bodies(b, there).length === 1, { what: 'the words' });
    expect(rowAt(b, there)).toMatchObject({ stateType: 'new', customer: { name: 'Zoë Müller' }, groupId: 1 });
    expect(rowAt(b, there).articles[0]).toMatchObject({ sender: 'Customer', author: 'Zoë Müller (Desk A)' });

    await b.tickets.change(there, { stateType: 'open', priority: '3 high', tags: ['grid'] });
    await b.tickets.say(there, 'We look at it');
    await waitFor(() => rowAt(a, here).stateType === 'open' && bodies(a, here).length === 2, { what: 'the answer' });
    expect(rowAt(a, here)).toMatchObject({ priority: '3 high', tags: ['grid'] });
    expect(bodies(a, here)).toEqual(['Since this morning', 'We look at it']);
  });

  it('stays as whoever works on it says; another wish is noted there', async () => {
    const { here, there } = await shared('Who decides');
    await b.tickets.change(there, { priority: '1 low' });
    await waitFor(() => rowAt(a, here).priority === '1 low', { what: 'the priority' });
    await a.tickets.change(here, { priority: '3 high' });
    const note = await waitFor(() => rowAt(b, there).articles.find(({ internal }) => internal), {
      what: 'a suggestion',
    });
    expect(note.body).toContain('priority: high');
    await waitFor(() => rowAt(a, here).priority === '1 low', { what: 'the answer' });
    expect(rowAt(b, there).priority).toBe('1 low');
  });

  it('has the files of its comments there too, each fetched once; those that may not come are named with the reason', async () => {
    const { here, there } = await shared('With files');
    const params = { id: (await b.ask(agreements.list, {}))[0]?.id };
    const limits = { max_attachment_bytes: 100, attachment_types: ['text/*'] };
    await b.ask(agreements.update, { params, body: limits });
    const files = [
      await a.file('log.txt', 'Grüße'),
      await a.file('big.txt', 'x'.repeat(101)),
      await a.file('picture.png', 'png', 'image/png'),
    ];
    a.fileTrouble = 'down';
    a.fetched.length = 0;
    await a.tickets.say(here, 'see the files', { files });
    await waitFor(() => a.fetched.length > 0, { what: 'a try' });
    a.fileTrouble = 'others';
    const tried = a.fetched.length;
    await waitFor(() => a.fetched.length > tried, { what: 'another try' });
    expect(bodies(b, there)).toEqual([]);
    a.fileTrouble = undefined;
    const article = await waitFor(() => rowAt(b, there).articles[0], { what: 'the comment', timeoutMs: 30_000 });
    expect(await b.contents(article)).toEqual({ 'log.txt': 'Grüße' });
    expect(article.files[0]).toMatchObject({ contentType: 'text/plain' });
    expect(article.body.split('\n\n')).toEqual([
      'see the files',
      expect.stringMatching(
        /^\[big\.txt was not transferred: it has 101 bytes, and the agreement takes 100\. It is at /,
      ),
      expect.stringMatching(/^\[picture\.png was not transferred: the agreement takes no files of type image\/png\./),
    ]);
    // And on the way back; nothing of it is asked for again.
    const asked = a.fetched.length;
    b.fetched.length = 0;
    await b.tickets.say(there, 'ours', { files: [await b.file('fix.patch', '+1')] });
    const answer = await waitFor(() => rowAt(a, here).articles.find(({ body }) => body === 'ours'), {
      what: 'the answer',
    });
    expect(await a.contents(answer)).toEqual({ 'fix.patch': '+1' });
    await quiet();
    expect([a.fetched.length, b.fetched.length]).toEqual([asked, 1]);
    const [path = ''] = b.fetched;
    const other = await b.call('hmp_of_somebody', 'GET', path);
    expect(other.status).toBe(401);
    await b.ask(agreements.update, { params, body: { max_attachment_bytes: 20_000_000, attachment_types: [] } });
  });

  it('says what whoever works on it says of it in its own words, and nothing of that to a helpdesk of before', async () => {
    const agent = [['ticket.agent'], { '1': ['full'] }] as [string[], Actor['groups']];
    const detailsAt = async (desk: Desk, id: number) =>
      (await desk.ask(shares.ofTicket, { params: { id } }, ...agent)).details;
    const details = {
      ...{ group: 'Networks', service: 'Data transfer', impact: 'high' as const, urgency: null },
      ...{ firstResponseDue: null, solutionDue: '2026-05-04T12:00:00.000Z' },
    };
    const { here, there } = await shared('With details');
    expect(await detailsAt(a, here)).toBeNull();
    await b.tickets.change(there, { details });
    const told = await waitFor(() => detailsAt(a, here), { what: 'the details' });
    expect(told).toEqual({
      ...{ helpdesk: 'Desk B', group: 'Networks', service: 'Data transfer', impact: 'high', urgency: null },
      ...{ first_response_due: null, solution_due: '2026-05-04T12:00:00.000Z' },
    });
    // They are nothing that is done here, and nobody is asked about them.
    expect(rowAt(a, here).details).toBeUndefined();
    expect(await detailsAt(b, there)).toBeNull();
    await quiet();

    const theirs = await b.open('Of before');
    const ours = await waitFor(() => copyOf('Of before', a).id, { what: 'a copy' });
    await quiet();
    b.old = true;
    try {
      await a.tickets.change(ours, { details: { ...details, group: 'Storage' }, owner: 'Grace' });
      await a.tickets.say(ours, 'We look at it');
      await waitFor(() => bodies(b, theirs).length === 1, { what: 'the words', timeoutMs: 20_000 });
      expect(await detailsAt(b, theirs)).toBeNull();
    } finally {
      b.old = false;
    }
    await quiet();
  });

  it('keeps what only agents may read to itself', async () => {
    const { here, there } = await shared('Secrets');
    await a.tickets.say(here, 'between us', { internal: true });
    await a.tickets.say(here, 'for all');
    await waitFor(() => bodies(b, there).includes('for all'), { what: 'the public words' });
    expect(bodies(b, there)).toEqual(['for all']);
  });

  it('is no longer told of when it moves to another group, and what comes from there is refused', async () => {
    const { here, there } = await shared('Moved away');
    await a.tickets.change(here, { groupId: 2 });
    await a.others.say(ticketUpdated, a.told(here, { group_id: { from: 1, to: 2 } }), { aggregateId: here });
    await a.others.settled('federation');
    await b.tickets.say(there, 'still here?');
    await waitFor(async () => (await b.ask(peers.tickets, { params: { id: peerIds[1] } })).length === 0, {
      what: 'the end',
    });
    expect(bodies(a, here)).toEqual([]);
  });

  it('does not come back when it was deleted', async () => {
    const { here, there } = await shared('Deleted');
    const data = { ticket: a.told(here).ticket };
    a.tickets.rows.delete(here);
    await a.others.say(ticketDeleted, data, { aggregateId: here });
    await a.others.settled('federation');
    await b.tickets.say(there, 'anybody?');
    await b.others.settled('federation');
    await waitFor(async () => (await b.ask(peers.tickets, { params: { id: peerIds[1] } })).length === 0, {
      what: 'the end',
    });
    expect([...a.tickets.rows.values()].some(({ title }) => title === 'Deleted')).toBe(false);
  });
});

describe('what one person does', () => {
  it('is one message, and no storm', async () => {
    const { there } = await shared('Quiet');
    await quiet();
    const uuid = [...b.tickets.uuids].find(([, id]) => id === there)?.[0] as string;
    const messages = () => desks.map((desk) => desk.heard.get(uuid)?.size ?? 0);
    expect(messages()).toEqual([0, 1]);
    await b.tickets.change(there, { stateType: 'closed', owner: 'Ada' });
    await quiet();
    expect(messages()).toEqual([1, 1]);
  });
});

/** Nothing is under way at either desk. */
async function quiet(): Promise<void> {
  const still = async () => {
    for (const [i, desk] of desks.entries()) {
      await desk.others.settled('federation');
      const params = { id: peerIds[i] };
      const waiting = await desk.ask(peers.tickets, { params });
      // What failed on the way would be tried again by itself, later.
      if (waiting.some(({ attempts }) => attempts > 0)) await desk.ask(peers.replay, { params, body: {} });
      if (waiting.length > 0) return false;
    }
    return true;
  };
  await waitFor(async () => (await still()) && (await still()), { what: 'both desks to rest', timeoutMs: 25_000 });
}

describe('cut lines, lost answers and doubled calls', () => {
  it('leave both desks equal in the end: nothing is lost, nothing is there twice', async () => {
    const ids: { here: number; there: number }[] = [];
    for (let i = 0; i < 8; i++) ids.push(await shared(`Storm ${i}`));
    for (const desk of desks) {
      desk.trouble = { drop: 0.2, lose: 0.2, repeat: 0.2 };
      desk.tickets.losesAnswers = 4;
    }
    const said: string[][] = ids.map(() => []);
    for (let n = 0; n < 90; n++) {
      const i = n % ids.length;
      const { here, there } = ids[i] as { here: number; there: number };
      const [desk, id] = n % 3 === 0 ? [a, here] : [b, there];
      if (n === 50) b.down = true;
      if (n === 70) b.down = false;
      const kind = Math.floor(Math.random() * 4);
      if (kind === 0) {
        const body = `word ${n}`;
        said[i]?.push(body);
        await desk.tickets.say(id, body);
      } else if (kind === 1)
        await desk.tickets.change(id, { priority: ['1 low', '2 normal', '3 high'][n % 3] as string });
      else if (kind === 2)
        await desk.tickets.change(id, { stateType: ['open', 'closed', 'pending reminder'][n % 3] as string });
      else await desk.tickets.change(id, { tags: [...new Set([...rowAt(desk, id).tags, `t${n % 5}`])] });
    }
    for (const desk of desks) {
      desk.trouble = { drop: 0, lose: 0, repeat: 0 };
      desk.tickets.losesAnswers = 0;
    }
    await quiet();
    ids.forEach(({ here, there }, i) => {
      const [one, other] = [rowAt(a, here), rowAt(b, there)];
      expect([other.title, other.stateType, other.priority]).toEqual([one.title, one.stateType, one.priority]);
      expect([...other.tags].sort()).toEqual([...one.tags].sort());
      const words = (desk: Desk, id: number) => bodies(desk, id).filter((body) => body.startsWith('word'));
      expect(words(a, here)).toEqual([...(said[i] as string[])].sort());
      expect(words(b, there)).toEqual(words(a, here));
    });
  }, 120_000);
});

describe('an agent', () => {
  const agent = [['ticket.agent'], { '1': ['full'] }] as [string[], Actor['groups']];
  const reader = [['ticket.agent'], { '1': ['read'] }] as [string[], Actor['groups']];
  const sharesAt = async (desk: Desk, id: number) =>
    (await desk.ask(shares.ofTicket, { params: { id } }, ...agent)).shares;

  it('sees who else has a ticket, how that stands, and what they want otherwise', async () => {
    const { here, there } = await shared('Seen by agents');
    await quiet();
    expect(await a.ask(shares.status, {}, ...reader)).toEqual({ active: true, stopped: false });
    expect(await sharesAt(a, here)).toMatchObject([
      { peer: 'Desk B', state: 'synced', since: expect.any(String), error: null, wishes: [] },
    ]);
    expect(await sharesAt(b, there)).toMatchObject([{ peer: 'Desk A', remote_number: rowAt(a, here).number }]);

    await a.tickets.change(here, { priority: '3 high' });
    const wish = async () => (await sharesAt(b, there))[0]?.wishes[0];
    const wished = await waitFor(wish, { what: 'the wish' });
    expect(wished).toMatchObject({ field: 'priority', theirs: 'high', ours: 'normal' });
    const listed = await b.ask(peers.wishes, { params: { id: peerIds[1] } });
    expect(listed.find(({ id }) => id === wished.id)).toMatchObject({ ticket_id: there, field: 'priority' });
    expect((await b.ask(peers.list, {}))[0]?.wishes).toBe(listed.length);
    await b.tickets.change(there, { priority: '3 high' });
    await waitFor(async () => (await wish()) === undefined, { what: 'the wish to be granted' });
  });

  describe('hands a ticket over', () => {
    const seen = (desk: Desk, id: number) => desk.ask(shares.ofTicket, { params: { id } }, ...agent);
    const give = (desk: Desk, id: number, over = {}, by = agent) =>
      desk.ask(
        shares.handOver,
        { params: { id }, body: { peer_id: peerIds[desk === a ? 0 : 1], reason: 'their network', ...over } },
        ...by,
      );
    const answer = (desk: Desk, id: number, status: string, reason = '', by = agent) =>
      desk.ask(shares.answerHandOver, { params: { id }, body: { status, reason } }, ...by);
    /** Who works on it, at both. */
    const worksAt = async (here: number, there: number) =>
      (await Promise.all([seen(a, here), seen(b, there)])).map((one) => [
        ...[one.works_here, one.shares[0]?.works_on_it, one.handover?.status],
      ]);
    const until = (desk: Desk, id: number, status: string) =>
      waitFor(
        async () => {
          const shown = await seen(desk, id);
          return shown.handover?.status === status ? shown : undefined;
        },
        { what: `"${status}" to be seen` },
      );
    const notes = (desk: Desk, id: number) =>
      rowAt(desk, id).articles.flatMap(({ internal, body }) => (internal ? [body] : []));

    it('to another desk, which works on it once it has accepted, and may give it back with a reason', async () => {
      const { here, there } = await shared('Handed over');
      await b.tickets.change(there, { owner: 'Ada', priority: '1 low' });
      await waitFor(() => rowAt(a, here).priority === '1 low', { what: 'the priority' });
      await quiet();
      await expect(give(a, here)).rejects.toMatchObject({ code: 'federation.not-handed-over' });
      await expect(give(b, there, { peer_id: 99 })).rejects.toMatchObject({ code: 'federation.not-handed-over' });
      await expect(give(b, there, {}, reader)).rejects.toMatchObject({ kind: 'forbidden' });
      await expect(answer(a, here, 'accepted')).rejects.toMatchObject({ code: 'federation.no-handover' });
      expect(await worksAt(here, there)).toEqual([
        [false, true, undefined],
        [true, false, undefined],
      ]);

      await give(b, there);
      await give(b, there);
      const offered = await until(a, here, 'offered');
      expect(offered.handover).toMatchObject({ direction: 'in', from: 'Desk B', reason: 'their network' });
      expect((await seen(b, there)).handover).toMatchObject({ direction: 'out', to: 'Desk A', status: 'offered' });
      await quiet();
      expect(await worksAt(here, there)).toEqual([
        [false, true, 'offered'],
        [true, false, 'offered'],
      ]);
      expect(notes(a, here)).toEqual(['Desk B wants to hand this ticket over:\ntheir network']);
      await expect(answer(a, here, 'accepted', '', reader)).rejects.toMatchObject({ kind: 'forbidden' });

      await answer(a, here, 'accepted');
      await answer(a, here, 'accepted');
      await waitFor(async () => (await seen(a, here)).works_here, { what: 'the desk to work on it' });
      await quiet();
      expect(await worksAt(here, there)).toEqual([
        [true, false, 'accepted'],
        [false, true, 'accepted'],
      ]);
      expect(notes(b, there)).toEqual(['Desk A has accepted this ticket.']);
      // What was theirs to say is ours now, and the other way round.
      await a.tickets.change(here, { priority: '3 high' });
      await waitFor(() => rowAt(b, there).priority === '3 high', { what: 'the priority there' });
      await b.tickets.change(there, { priority: '2 normal' });
      await waitFor(async () => (await sharesAt(a, here))[0]?.wishes[0]?.theirs === 'normal', { what: 'a wish' });
      await quiet();
      expect(rowAt(b, there).priority).toBe('3 high');

      expect(await seen(a, here)).toMatchObject({ returns_to: 'Desk B' });
      await expect(answer(a, here, 'returned', ' ')).rejects.toMatchObject({ code: 'federation.reason-needed' });
      await answer(a, here, 'returned', 'not ours after all');
      await answer(a, here, 'returned', 'not ours after all');
      const back = await until(b, there, 'returned');
      expect(back).toMatchObject({ works_here: true, handover: { to: 'Desk A', answer: 'not ours after all' } });
      await quiet();
      expect(notes(b, there).at(-1)).toBe('Desk A has given this ticket back:\nnot ours after all');
      expect(await worksAt(here, there)).toEqual([
        [false, true, 'returned'],
        [true, false, 'returned'],
      ]);
      await b.tickets.change(there, { stateType: 'closed' });
      await waitFor(() => rowAt(a, here).stateType === 'closed', { what: 'the end' });
    });

    it('to one that does not accept it: it stays, with the reason, and may be offered once more', async () => {
      const { here, there } = await shared('Not accepted');
      await quiet();
      await give(b, there);
      await until(a, here, 'offered');
      await expect(answer(a, here, 'rejected')).rejects.toMatchObject({ code: 'federation.reason-needed' });
      await answer(a, here, 'rejected', 'not our network');
      const back = await until(b, there, 'rejected');
      expect(back).toMatchObject({ works_here: true, handover: { direction: 'out', answer: 'not our network' } });
      await quiet();
      expect(notes(b, there)).toEqual(['Desk A has not accepted this ticket:\nnot our network']);
      await expect(answer(a, here, 'accepted')).rejects.toMatchObject({ code: 'federation.no-handover' });
      expect(await worksAt(here, there)).toEqual([
        [false, true, 'rejected'],
        [true, false, 'rejected'],
      ]);
      await give(b, there, { reason: 'look again' });
      await until(a, here, 'offered');
      await answer(b, there, 'withdrawn');
      await waitFor(async () => (await seen(a, here)).handover === null, { what: 'the offer to be gone' });
      await quiet();
      expect((await seen(b, there)).handover).toBeNull();
    });

    it('with a time to answer: when that has passed, whoever offered it is told once, and it is seen and measured', async () => {
      const { here, there } = await shared('Nobody answers');
      await quiet();
      const peer = peerIds[1] as number;
      const watch = () => b.service.get(WatchOffers).look();
      const told = () => b.tickets.called.filter(({ body }) => body.includes('has not answered'));
      const offers = () => b.ask(peers.offers, { params: { id: peer } });
      await give(b, there);
      await until(a, here, 'offered');
      const due = (await offers())[0]?.due_at as string;
      // A working day, as long as the agreement says nothing else.
      expect(Date.parse(due) - Date.now()).toBeGreaterThan(7.9 * 3_600_000);
      expect((await seen(b, there)).handover).toMatchObject({ due_at: due });
      expect((await seen(a, here)).handover).toMatchObject({ due_at: null });
      expect(await a.ask(peers.offers, { params: { id: peerIds[0] } })).toMatchObject([
        { ticket_id: here, direction: 'in', reason: 'their network', due_at: null },
      ]);
      // Agents of the other one heard of the offer.
      expect(a.tickets.called.at(-1)).toMatchObject({ body: expect.stringContaining('wants to hand'), userIds: [] });
      await watch();
      expect(told()).toEqual([]);
      await answer(b, there, 'withdrawn');
      expect(await offers()).toEqual([]);
      await waitFor(async () => (await seen(a, here)).handover === null, { what: 'the offer to be gone' });

      b.tickets.minuteMs = 0;
      await give(b, there).finally(() => {
        b.tickets.minuteMs = 60_000;
      });
      await until(a, here, 'offered');
      await watch();
      await watch();
      const body = expect.stringContaining('Desk A has not answered the offer to hand this ticket over');
      expect(told()).toEqual([{ body, userIds: [3] }]);
      expect(await offers()).toMatchObject([{ ticket_id: there, direction: 'out' }]);
      // The two desks of this process share their metrics: what they are made of is looked at.
      const figures = await b.service.get(OfferStore).figures(b.service.get(DataSource), epochMs(Date.now()));
      expect(figures.get(peer)).toEqual({ waiting: 1, late: 1 });
      await answer(a, here, 'accepted');
      await waitFor(async () => !(await seen(b, there)).works_here, { what: 'the answer' });
      expect(await offers()).toEqual([]);
      await watch();
      expect(told()).toHaveLength(1);
    });

    it('from where it was sent at first back to where it began, and no move of groups sends it again', async () => {
      const { here, there } = await shared('Given back');
      await quiet();
      expect(await seen(a, here)).toMatchObject({ works_here: false, returns_to: null });
      expect(await seen(b, there)).toMatchObject({ works_here: true, returns_to: 'Desk A' });
      await answer(b, there, 'returned', 'belongs to you');
      await until(a, here, 'returned');
      await a.others.say(ticketUpdated, a.told(here, { group_id: { from: 1, to: 1 } }), { aggregateId: here });
      await quiet();
      expect(await worksAt(here, there)).toEqual([
        [true, false, 'returned'],
        [false, true, 'returned'],
      ]);
    });

    it('to nobody who does not have it any more: an offer to them binds no longer', async () => {
      const { here, there } = await shared('Offered in vain');
      await quiet();
      await give(b, there);
      await until(a, here, 'offered');
      const uuid = [...b.tickets.uuids].find(([, id]) => id === there)?.[0] as string;
      expect((await b.call(tokens[1] as string, 'DELETE', `tickets/${uuid}/share`)).status).toBe(204);
      expect((await seen(b, there)).handover).toBeNull();
      await expect(give(b, there)).rejects.toMatchObject({ code: 'federation.not-handed-over' });
    });
  });

  it('puts a wish aside, and has the ticket compared', async () => {
    const { here, there } = await shared('Wished');
    await quiet();
    await a.tickets.change(here, { priority: '3 high' });
    const { id: wish_id } = await waitFor(async () => (await sharesAt(b, there))[0]?.wishes[0], { what: 'the wish' });
    const params = { id: there, wish_id };
    await expect(b.ask(shares.dismissWish, { params }, ...reader)).rejects.toMatchObject({ kind: 'forbidden' });
    await b.ask(shares.dismissWish, { params }, ...agent);
    await expect(b.ask(shares.dismissWish, { params }, ...agent)).rejects.toMatchObject({ kind: 'not-found' });
    expect(await b.ask(shares.sync, { params: { id: there } }, ...agent)).toEqual({ helpdesks: 1 });
    await quiet();
    expect(await sharesAt(b, there)).toMatchObject([{ state: 'synced', wishes: [] }]);
  });

  it('is told nothing of tickets in other groups', async () => {
    const { here } = await shared('Not theirs');
    const of = (permissions: string[], groups: Actor['groups'] = {}) =>
      a.ask(shares.ofTicket, { params: { id: here } }, permissions, groups);
    await expect(of(['ticket.agent'], { '2': ['full'] })).rejects.toMatchObject({ kind: 'not-found' });
    await expect(of(['ticket.customer'])).rejects.toMatchObject({ kind: 'forbidden' });
    expect(await of(...reader)).toMatchObject({ may_sync: false });
  });
});

describe('an administrator', () => {
  it('tests the connection: who is there, and what is wrong otherwise', async () => {
    const params = { id: peerIds[0] };
    const found = { product: 'Helpmesh', agreements: 1, signed_in_by: 'key' };
    expect(await a.ask(peers.test, { params })).toMatchObject(found);
    b.down = true;
    const failed = { kind: 'unavailable', code: 'peer.test-failed', detail: expect.stringContaining('not answer') };
    await expect(a.ask(peers.test, { params })).rejects.toMatchObject(failed);
    b.down = false;
  });

  it('sees what would be sent of a ticket, and nothing is sent', async () => {
    const here = a.tickets.open('Only looked at', { customer: 'Zoë Müller' });
    await a.tickets.say(here, 'to all');
    await a.tickets.say(here, 'to us', { internal: true });
    const [agreement] = await a.ask(agreements.list, {});
    const ask = { params: { id: agreement?.id }, body: { ticket_id: here } };
    const both = ['admin.integration', 'ticket.agent'];
    expect(await a.ask(agreements.preview, ask, both, { '1': ['read'] })).toMatchObject({
      ...{ to: b.node, why_not: null, comments: [{ body: 'to all' }], comments_total: 1, internal_articles: 1 },
      ticket: { fields: { subject: 'Only looked at', requester: { name: 'Zoë Müller', email: 'zoe@example.org' } } },
    });
    await a.ask(agreements.update, { params: ask.params, body: { disclosure: 'none', active: false } });
    const less = await a.ask(agreements.preview, ask, both, { '1': ['read'] });
    expect(less).toMatchObject({ why_not: 'The agreement is not active.' });
    expect(Object.keys(less.ticket?.fields.requester ?? {})).toEqual(['pseudonym']);
    await a.ask(agreements.update, { params: ask.params, body: { disclosure: 'name+email', active: true } });
    await expect(a.ask(agreements.preview, ask, both, {})).rejects.toMatchObject({ kind: 'not-found' });
    await quiet();
    expect(() => copyOf('Only looked at')).toThrow();
  });

  it('measures each helpdesk: lag, queues, and whether it rests', async () => {
    const { here, there } = await shared('Measured');
    await quiet();
    const figure = async (name: string) => {
      const text = await (await fetch(`${a.service.url}/metrics`)).text();
      const line = text.split('\n').find((one) => one.startsWith(`${name}{`) && one.includes(`peer="${peerIds[0]}"`));
      return Number(line?.split(' ').at(-1));
    };
    // The two desks of this process share their metrics, so the same is done at both.
    const rest = async (paused: boolean) => {
      for (const [i, desk] of desks.entries())
        await desk.ask(peers.update, { params: { id: peerIds[i] }, body: { paused } });
    };
    await rest(true);
    await a.tickets.say(here, 'waits');
    await b.tickets.say(there, 'waits as well');
    await waitFor(async () => (await figure('helpmesh_federation_lag_seconds')) > 0, { what: 'the lag to be seen' });
    expect(await figure('helpmesh_federation_paused')).toBe(1);
    await rest(false);
    await waitFor(async () => (await figure('helpmesh_federation_lag_seconds')) === 0, { what: 'no lag' });
    expect(await figure('helpmesh_federation_paused')).toBe(0);
  });

  it('pauses a helpdesk: both sides keep what is to be done, and it is done afterwards', async () => {
    const { here, there } = await shared('Paused');
    await quiet();
    const params = { id: peerIds[0] };
    await a.ask(peers.update, { params, body: { paused: true } });
    await a.tickets.say(here, 'while paused');
    await b.tickets.say(there, 'to the paused');
    await waitFor(async () => (await a.ask(peers.list, {}))[0]?.waiting === 1, { what: 'something to wait' });
    expect(bodies(b, there)).toEqual(['to the paused']);
    await a.ask(peers.update, { params, body: { paused: false } });
    await waitFor(() => bodies(b, there).length === 2 && bodies(a, here).length === 2, { what: 'both words' });
  });

  it('stops everything that would be sent, at once', async () => {
    const { here, there } = await shared('Stopped');
    await quiet();
    await a.ask(peers.turnSwitch, { body: { stopped: true } });
    await a.tickets.say(here, 'not now');
    await b.tickets.say(there, 'comes in');
    await waitFor(() => bodies(a, here).includes('comes in'), { what: 'what comes in' });
    expect(bodies(b, there)).toEqual(['comes in']);
    await a.ask(peers.turnSwitch, { body: { stopped: false } });
    await waitFor(() => bodies(b, there).length === 2, { what: 'what has waited' });
  });

  it('sees a helpdesk that does not answer, and why', async () => {
    const here = await a.open('Unreachable');
    b.down = true;
    await a.tickets.say(here, 'hello?');
    const [peer] = await waitFor(
      async () => {
        const rows = await a.ask(peers.list, {});
        return rows[0]?.failing_since ? rows : undefined;
      },
      { what: 'the trouble to be seen' },
    );
    expect(peer).toMatchObject({ name: 'Desk B', last_error: expect.stringContaining('does not answer') });
    b.down = false;
    await waitFor(() => copyOf('Unreachable'), { what: 'the copy' });
    await quiet();
    expect((await a.ask(peers.list, {}))[0]).toMatchObject({ failing_since: null, last_error: null, waiting: 0 });
  });

  /**
   * It answers again, and is asked at once: how long a helpdesk is left alone grows with how long it was away, and a call
   * that failed meanwhile has reckoned with a day.
   */
  const comesBack = () => {
    b.down = false;
    return a.service
      .get(DataSource)
      .query('UPDATE peer SET failing_since = now(), held_until = NULL WHERE failing_since IS NOT NULL');
  };

  it('has one task for a helpdesk that has been away for a day, which is closed when it is there again', async () => {
    const { here, there } = await shared('Away for a day');
    await quiet();
    const database = a.service.get(DataSource);
    const watch = () => a.service.get(WatchOutages).look();
    const awayFor = (hours: number) =>
      database.query(`UPDATE peer SET failing_since = now() - $1 * interval '1 hour' WHERE failing_since IS NOT NULL`, [
        hours,
      ]);
    const tasks = () => [...a.tickets.rows.values()].filter(({ title }) => title.startsWith('Helpdesk Desk B'));
    const onTicket = async () =>
      (await a.ask(shares.ofTicket, { params: { id: here } }, ['ticket.agent'], { '1': ['full'] })).shares[0]
        ?.away_since;
    b.down = true;
    await a.tickets.say(here, 'anybody?');
    await waitFor(async () => (await a.ask(peers.list, {}))[0]?.failing_since, { what: 'the trouble to be seen' });
    expect(await onTicket()).toBeNull();
    await awayFor(2);
    await watch();
    expect(await onTicket()).toEqual(expect.any(String));
    expect(tasks()).toEqual([]);

    await awayFor(25);
    // It is opened, and whoever asked dies before the answer.
    a.tickets.losesAnswers = 1;
    await watch();
    a.tickets.losesAnswers = 0;
    await watch();
    await watch();
    expect(tasks()).toMatchObject([{ title: 'Helpdesk Desk B does not answer: 1 ticket waits', groupId: 1 }]);
    const [task] = tasks() as [Told];
    expect(task.articles).toMatchObject([{ internal: true, body: expect.stringContaining('does not answer') }]);

    await comesBack();
    await waitFor(() => bodies(b, there).includes('anybody?'), { what: 'the words' });
    await waitFor(async () => (await a.ask(peers.list, {}))[0]?.failing_since === null, { what: 'the answer' });
    a.tickets.losesAnswers = 1;
    await watch();
    a.tickets.losesAnswers = 0;
    await watch();
    await watch();
    expect(tasks()).toHaveLength(1);
    expect(task).toMatchObject({
      stateType: 'closed',
      articles: [{}, { body: expect.stringContaining('answers again') }],
    });
    expect(task.articles).toHaveLength(2);
    expect(await onTicket()).toBeNull();
    await quiet();
  });

  it('has no task for a helpdesk that is away on purpose', async () => {
    const { here } = await shared('Away on purpose');
    await quiet();
    const database = a.service.get(DataSource);
    const tickets = a.tickets.rows.size;
    b.down = true;
    await a.tickets.say(here, 'hello?');
    await waitFor(async () => (await a.ask(peers.list, {}))[0]?.failing_since, { what: 'the trouble to be seen' });
    const params = { id: peerIds[0] };
    await a.ask(peers.update, { params, body: { paused: true } });
    await database.query(`UPDATE peer SET failing_since = now() - interval '25 hours'`);
    await a.service.get(WatchOutages).look();
    await a.ask(peers.update, { params, body: { paused: false } });
    await a.ask(peers.turnSwitch, { body: { stopped: true } });
    await a.service.get(WatchOutages).look();
    await comesBack();
    await a.ask(peers.turnSwitch, { body: { stopped: false } });
    await quiet();
    await a.service.get(WatchOutages).look();
    expect(a.tickets.rows.size).toBe(tickets);
  });

  it('has a helpdesk that does not answer tried by one call at a time, which brings it nothing; then all goes on, the newest not last', async () => {
    const pairs = await Promise.all(Array.from({ length: 32 }, (_, i) => shared(`Tried ${i}`)));
    await quiet();
    b.down = true;
    const [last, ...others] = pairs.toReversed();
    for (const { here } of others) await a.tickets.say(here, 'while away');
    await waitFor(async () => (await a.ask(peers.list, {}))[0]?.failing_since, { what: 'the trouble to be seen' });
    // What is heard of together is as new as each other.
    await a.others.settled('federation');
    await a.tickets.say(last?.here as number, 'while away');
    // Those that were under way when it was seen.
    await waitFor(() => b.calls.at(-1) === 'GET ', { what: 'a try' });
    const before = b.calls.length;
    await waitFor(() => b.calls.length >= before + 2, { what: 'more tries' });
    expect(new Set(b.calls.slice(before))).toEqual(new Set(['GET ']));
    b.down = false;
    await waitFor(() => pairs.every(({ there }) => bodies(b, there).length === 1), { what: 'all words' });
    // By when they came: one look of eight is for what has waited longest, and eight are taken at once.
    const came = pairs.map(({ there }) => rowAt(b, there).articles[0]?.id as number);
    const newest = came.at(-1) as number;
    expect(came.filter((id) => id < newest).length).toBeLessThan(20);
    await quiet();
  });

  it('compares all tickets, and what one side has lost is there again', async () => {
    const { here, there } = await shared('Restored');
    await b.tickets.say(there, 'before');
    await waitFor(() => bodies(a, here).length === 1, { what: 'the words' });
    await quiet();
    // As after a restore of an older backup: the copy has lost its last word, and nobody told anybody.
    rowAt(a, here).articles = [];
    await b.tickets.change(there, { priority: '1 low' });
    await waitFor(() => rowAt(a, here).priority === '1 low', { what: 'the priority' });
    expect(
      (await a.ask(peers.replay, { params: { id: peerIds[0] }, body: { compare: true } })).tickets,
    ).toBeGreaterThan(0);
    await quiet();
    expect(rowAt(b, there).priority).toBe('1 low');
  });

  it('needs the permission for integrations', async () => {
    for (const question of [peers.list, peers.showSwitch])
      await expect(a.ask(question, {}, ['ticket.agent'])).rejects.toMatchObject({ kind: 'forbidden' });
    const body = { name: 'X', node: a.node };
    await expect(a.ask(peers.create, { body })).rejects.toMatchObject({ code: 'peer.node-refused' });
    await expect(a.ask(peers.create, { body: { ...body, node: b.node } })).rejects.toMatchObject({
      code: 'peer.node-taken',
    });
    await expect(a.ask(peers.create, { body: { ...body, node: 'http://10.0.0.1' } })).rejects.toMatchObject({
      code: 'net.address-refused',
    });
    await expect(a.ask(peers.delete, { params: { id: peerIds[0] } })).rejects.toMatchObject({ code: 'peer.in-use' });
  });
});

describe('another helpdesk', () => {
  const fields = {
    ...{ subject: 'By hand', requester: { pseudonym: 'p' }, assignedNode: '', state: 'new', priority: 'high' },
    ...{ ownerName: null, tags: [] },
  };
  const node = 'https://desk.example.org';
  let third = '';
  beforeAll(async () => {
    const { id } = await a.ask(peers.create, { body: { name: 'By hand', node } });
    third = (await a.ask(peers.makeToken, { params: { id } })).token;
    await a.ask(agreements.create, { body: { kind: 'full', name: 'By hand', group_id: 2, peer_id: id } });
  });
  const ticketOf = (uuid: string) => ({
    ...{ uuid, number: '1', url: `${node}/1`, originNode: node, createdAt: new Date().toISOString() },
    fields: { ...fields, assignedNode: a.node },
  });
  const token = () => third;

  it('learns what we speak without a token, and nothing else', async () => {
    expect(await a.call('', 'GET', '')).toMatchObject({ status: 200, body: { product: 'Helpmesh', node: a.node } });
    for (const path of ['tickets', 'events', 'agreements'])
      expect((await a.call('wrong', 'GET', path)).status).toBe(401);
  });

  it('opens, reads, changes and comments a ticket with plain requests', async () => {
    const uuid = uuidv7();
    const path = `tickets/${uuid}`;
    const first = await a.call(token(), 'PUT', path, ticketOf(uuid), { 'if-none-match': '*' });
    expect([
      first.status,
      (await a.call(token(), 'PUT', path, ticketOf(uuid), { 'if-none-match': '*' })).status,
    ]).toEqual([202, 202]);
    const { id, row } = await waitFor(() => copyOf('By hand', a), { what: 'the ticket' });
    expect(row.priority).toBe('3 high');
    await a.tickets.change(id, { stateType: 'open', owner: 'Ada' });
    const seen = await waitFor(
      async () => {
        const answer = await a.call(token(), 'GET', path);
        return answer.status === 200 && answer.body.ticket.fields.ownerName === 'Ada' ? answer : undefined;
      },
      { what: 'the ticket as it stands' },
    );
    expect(seen.body.ticket.fields).toMatchObject({ state: 'in_progress', priority: 'high', subject: 'By hand' });
    const etag = seen.headers.get('etag') as string;
    expect((await a.call(token(), 'GET', path, undefined, { 'if-none-match': etag })).status).toBe(304);
    expect((await a.call(token(), 'PATCH', path, { subject: 'Renamed' })).body.code).toBe(
      'federation.precondition-needed',
    );
    expect((await a.call(token(), 'PATCH', path, { subject: 'Renamed' }, { 'if-match': '"v0"' })).body.code).toBe(
      'federation.version-moved',
    );
    expect((await a.call(token(), 'PATCH', path, { subject: 'Renamed' }, { 'if-match': etag })).status).toBe(202);
    await waitFor(() => rowAt(a, id).title === 'Renamed', { what: 'the new subject' });
    const comment = {
      ...{ uuid: uuidv7(), author: { node, displayName: 'Eve', role: 'agent' }, visibility: 'public' },
      ...{ createdAt: new Date().toISOString(), format: 'text/plain', body: 'by curl', attachments: [] },
    };
    for (let i = 0; i < 2; i++) {
      const { status } = await a.call(token(), 'PUT', `${path}/comments/${comment.uuid}`, comment);
      expect([200, 202]).toContain(status);
    }
    await waitFor(() => bodies(a, id).length === 1, { what: 'the comment' });
    await a.others.settled('federation');
    const listed = await a.call(token(), 'GET', `${path}/comments`);
    expect(listed.body.comments.map((one: { uuid: string }) => one.uuid)).toEqual([comment.uuid]);
    expect(bodies(a, id)).toEqual(['by curl']);
    // A file is brought before the comment that names it: whoever cannot be called is asked for nothing.
    const bytes = Buffer.from('of a file');
    const file = { uuid: uuidv7(), filename: 'a.txt', mediaType: 'text/plain', size: bytes.length };
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const lost = { ...file, uuid: uuidv7(), filename: 'lost.txt', sha256 };
    expect((await a.call(token(), 'PUT', `attachments/${file.uuid}/content`, bytes)).status).toBe(201);
    const naming = { ...comment, uuid: uuidv7(), body: 'with a file', attachments: [{ ...file, sha256 }, lost] };
    await a.call(token(), 'PUT', `${path}/comments/${naming.uuid}`, naming);
    const article = await waitFor(() => rowAt(a, id).articles.find(({ files }) => files.length > 0), {
      what: 'a file',
    });
    expect(await a.contents(article)).toEqual({ 'a.txt': 'of a file' });
    expect(article.body).toContain('lost.txt was not transferred: it was not sent. It is at http');
    rowAt(a, id).articles.pop();
    // Whoever cannot be called reads what happened, a page at a time, each thing once.
    const made = await a.call(token(), 'GET', 'events?limit=1');
    expect(made.body.events).toMatchObject([{ type: 'eu.eosc.helpdesk.agreement.changed.v1', source: a.node }]);
    const page = await a.call(token(), 'GET', `events?limit=1&after=${made.body.cursor}`);
    expect(page.body.events).toMatchObject([{ subject: uuid, source: a.node, data: { ticket: { uuid } } }]);
    const rest = await a.call(token(), 'GET', `events?after=${page.body.cursor}`);
    expect(rest.body.events.map((one: { id: string }) => one.id)).not.toContain(page.body.events[0].id);
    expect((await a.call(token(), 'GET', `events?after=${rest.body.cursor}`)).body.events).toEqual([]);
  });

  it('lists what is between us by state, group and when it changed, a page at a time', async () => {
    const open = async (subject: string, over: object = {}) => {
      const uuid = uuidv7();
      const ticket = { ...ticketOf(uuid), fields: { ...ticketOf(uuid).fields, subject, ...over } };
      await a.call(token(), 'PUT', `tickets/${uuid}`, ticket, { 'if-none-match': '*' });
      const { id } = await waitFor(() => copyOf(subject, a), { what: 'the ticket' });
      await a.others.settled('federation');
      return { uuid, id };
    };
    type Listed = { uuid: string; state: string; updatedAt: string; version: string };
    const list = async (query: Record<string, string>) => {
      const { status, body, headers } = await a.call(token(), 'GET', `tickets?${new URLSearchParams(query)}`);
      return { status, tickets: body?.tickets as Listed[], link: headers.get('link'), code: body?.code };
    };
    const uuids = async (query: Record<string, string>) => (await list(query)).tickets.map(({ uuid }) => uuid);
    const [first, second] = [await open('Listed first', { state: 'on_hold' }), await open('Listed second')];
    const rests = async () => (await a.ask(peers.list, {})).find(({ name }) => name === 'By hand')?.waiting === 0;
    await waitFor(async () => (await uuids({})).includes(second.uuid) && (await rests()), { what: 'both to be told' });
    expect(await uuids({ state: 'on_hold' })).toEqual([first.uuid]);
    expect(await uuids({ state: 'on_hold,new' })).toEqual(expect.arrayContaining([first.uuid, second.uuid]));
    expect(await uuids({ group: '2', state: 'on_hold' })).toEqual([first.uuid]);
    expect(await uuids({ group: '1' })).toEqual([]);
    const { tickets } = await list({ state: 'on_hold' });
    const since = new Date(Date.now() + 1).toISOString();
    expect(await uuids({ updatedSince: since })).toEqual([]);
    await a.tickets.change(first.id, { stateType: 'closed' });
    await waitFor(async () => (await uuids({ updatedSince: since })).length > 0, { what: 'a change' });
    const [changed] = (await list({ updatedSince: since })).tickets as [Listed];
    expect(changed).toMatchObject({ uuid: first.uuid, state: 'solved' });
    expect(changed.updatedAt > (tickets[0]?.updatedAt as string)).toBe(true);
    expect(await uuids({ updatedSince: changed.updatedAt })).toEqual([first.uuid]);
    // The next page asks for the same.
    const page = await list({ state: 'new,solved', limit: '1' });
    expect(page.link).toContain('state=new%2Csolved');
    const next = await a.call(token(), 'GET', /v1\/([^>]+)>/.exec(page.link ?? '')?.[1] ?? '');
    expect(next.body.tickets).toHaveLength(1);
    expect(next.body.tickets).not.toEqual(page.tickets);
    for (const wrong of [{ state: 'pending' }, { updatedSince: 'yesterday' }, { group: 'x' }] as Record<
      string,
      string
    >[])
      expect((await list(wrong)).code).toBe('federation.unreadable');
  });

  it('offers what it works on, and answers what is offered to it', async () => {
    const uuid = uuidv7();
    const path = `tickets/${uuid}`;
    const ticket = { ...ticketOf(uuid), fields: { ...fields, subject: 'Offered by hand', assignedNode: node } };
    await a.call(token(), 'PUT', path, ticket, { 'if-none-match': '*' });
    const { id } = await waitFor(() => copyOf('Offered by hand', a), { what: 'the ticket' });
    await a.tickets.change(id, { tags: ['seen'] });
    const agent = [['ticket.agent'], { '2': ['full'] }] as [string[], Actor['groups']];
    const seen = () => a.ask(shares.ofTicket, { params: { id } }, ...agent);
    const until = (status: string) =>
      waitFor(async () => (await seen()).handover?.status === status, { what: `"${status}" to be seen` });
    const stands = async () => {
      const { body, headers } = await a.call(token(), 'GET', path);
      return { ...body.ticket?.fields, etag: headers.get('etag') };
    };
    const standing = (status: string) =>
      waitFor(
        async () => {
          const now = await stands();
          return now.handover?.status === status ? now : undefined;
        },
        { what: `"${status}" to be told` },
      );
    const say = (status: string, reason?: string, etag?: string) =>
      waitFor(
        async () => {
          const headers = { 'if-match': etag ?? (await stands()).etag };
          const said = await a.call(
            token(),
            'PATCH',
            `${path}/handover`,
            { status, ...(reason && { reason }) },
            headers,
          );
          // Something was told meanwhile: whoever calls looks again.
          return etag === undefined && said.body?.code === 'federation.version-moved' ? undefined : said;
        },
        { what: 'an answer' },
      );
    await waitFor(async () => (await stands()).etag, { what: 'the ticket to be told' });
    const code = async (said: ReturnType<typeof say>) => (await said).body?.code;
    expect(await code(say('accepted'))).toBe('federation.no-handover');
    expect(await code(say('withdrawn', undefined, '"v99"'))).toBe('federation.version-moved');
    expect((await a.call(token(), 'PATCH', path, { assignedNode: a.node })).body.code).toBe('federation.unreadable');

    const offer = () => a.call(token(), 'POST', `${path}/handover`, { reason: 'your network' });
    expect([(await offer()).status, (await offer()).status]).toEqual([202, 202]);
    await until('offered');
    expect(await seen()).toMatchObject({
      ...{ works_here: false, handover: { direction: 'in', from: 'By hand', reason: 'your network' } },
    });
    await a.others.settled('federation');
    expect(rowAt(a, id).articles.filter(({ internal }) => internal)).toHaveLength(1);
    await a.ask(shares.answerHandOver, { params: { id }, body: { status: 'accepted' } }, ...agent);
    expect(await standing('accepted')).toMatchObject({ assignedNode: a.node });
    expect(await seen()).toMatchObject({ works_here: true, returns_to: 'By hand' });

    const back = { status: 'returned', reason: 'not our network' };
    await a.ask(shares.answerHandOver, { params: { id }, body: back }, ...agent);
    expect(await standing('returned')).toMatchObject({ assignedNode: node, handover: { answer: 'not our network' } });
    // And the other way round: it is given to them, they do not accept it at first, and then give it back.
    await offer();
    await until('offered');
    await a.ask(shares.answerHandOver, { params: { id }, body: { status: 'accepted' } }, ...agent);
    await standing('accepted');
    const peer_id = (await a.ask(peers.list, {})).find(({ name }) => name === 'By hand')?.id;
    const give = () => a.ask(shares.handOver, { params: { id }, body: { peer_id, reason: 'yours' } }, ...agent);
    await give();
    await standing('offered');
    expect(await code(say('rejected'))).toBe('federation.reason-needed');
    expect((await say('rejected', 'not now')).status).toBe(202);
    await until('rejected');
    expect(await seen()).toMatchObject({ works_here: true, handover: { direction: 'out', answer: 'not now' } });
    await give();
    await standing('offered');
    expect((await say('accepted')).status).toBe(202);
    await waitFor(async () => !(await seen()).works_here, { what: 'them to work on it' });
    await waitFor(async () => (await stands()).assignedNode === node, { what: 'them to be told' });
    expect((await say('returned', 'done here')).status).toBe(202);
    await waitFor(async () => (await seen()).works_here, { what: 'us to work on it' });
    expect((await seen()).handover).toMatchObject({ status: 'returned', answer: 'done here', direction: 'out' });
  });

  it('speaks for one that it alone knows to have a ticket, and no longer once that has a link of its own', async () => {
    const uuid = uuidv7();
    const path = `tickets/${uuid}`;
    const ticket = {
      ...ticketOf(uuid),
      fields: { ...fields, subject: 'In the name of another', assignedNode: b.node },
    };
    await a.call(token(), 'PUT', path, ticket, { 'if-none-match': '*' });
    const { id } = await waitFor(() => copyOf('In the name of another', a), { what: 'the ticket' });
    await a.tickets.change(id, { tags: ['seen'] });
    const patch = (change: object) =>
      waitFor(
        async () => {
          const etag = (await a.call(token(), 'GET', path)).headers.get('etag');
          const said = etag && (await a.call(token(), 'PATCH', path, change, { 'if-match': etag }));
          return said && said.status === 202;
        },
        { what: 'a change' },
      );
    await patch({ priority: 'low' });
    await waitFor(() => rowAt(a, id).priority === '1 low', { what: 'the priority' });
    await a.tickets.change(id, { groupId: 1 });
    await a.others.say(ticketUpdated, a.told(id, { group_id: { from: 2, to: 1 } }), { aggregateId: id });
    const { id: there } = await waitFor(() => copyOf('In the name of another'), { what: 'a copy' });
    await patch({ priority: 'high' });
    const agent = [['ticket.agent'], { '1': ['full'] }] as [string[], Actor['groups']];
    const wished = async () => {
      const all = (await a.ask(shares.ofTicket, { params: { id } }, ...agent)).shares;
      return all.find(({ peer }) => peer === 'By hand')?.wishes[0];
    };
    expect(await waitFor(wished, { what: 'a wish' })).toMatchObject({ field: 'priority', theirs: 'high', ours: 'low' });
    expect([rowAt(a, id).priority, rowAt(b, there).priority]).toEqual(['1 low', '1 low']);
    await b.tickets.change(there, { priority: '2 normal' });
    await waitFor(() => rowAt(a, id).priority === '2 normal', { what: 'their own word' });
  });

  it('waits for what happens, and reads of the end of sharing', async () => {
    const uuid = uuidv7();
    const ticket = { ...ticketOf(uuid), fields: { ...ticketOf(uuid).fields, subject: 'Told at once' } };
    await a.call(token(), 'PUT', `tickets/${uuid}`, ticket, { 'if-none-match': '*' });
    const { id } = await waitFor(() => copyOf('Told at once', a), { what: 'the ticket' });
    const read = async (cursor: number, wait: number) =>
      (await a.call(token(), 'GET', `events?after=${cursor}&wait=${wait}`)).body as {
        cursor: number;
        events: { subject: string; type: string; data: object }[];
      };
    let { cursor } = await read(0, 0);
    const waiting = read(cursor, 20);
    await a.tickets.change(id, { stateType: 'open' });
    const page = await waiting;
    expect(page.events).toMatchObject([{ subject: uuid, data: { ticket: { fields: { state: 'in_progress' } } } }]);
    cursor = page.cursor;
    const gone = read(cursor, 20);
    const data = { ticket: a.told(id).ticket };
    a.tickets.rows.delete(id);
    await a.others.say(ticketDeleted, data, { aggregateId: id });
    const end = await gone;
    expect(end.events).toMatchObject([
      { subject: uuid, type: 'eu.eosc.helpdesk.ticket.unshared.v1', data: { why: 'The ticket was deleted here.' } },
    ]);
    expect((await read(end.cursor, 0)).events).toEqual([]);
  });

  it.each([
    ['TypeScript', process.execPath, 'first-ticket.ts'],
    ['Python', 'python3', 'first-ticket.py'],
    ['curl', 'bash', 'first-ticket.sh'],
  ])('opens its first ticket with the example in %s', async (name, command, file) => {
    const folder = path.resolve(import.meta.dirname, '../../../docs/examples/federation');
    const env = {
      ...process.env,
      NODE_OPTIONS: '',
      FED_URL: `${a.node}/federation/v1`,
      FED_TOKEN: token(),
      FED_NODE: node,
    };
    const running = promisify(execFile)(command, [path.join(folder, file), `From ${name}`], { env, timeout: 50_000 });
    const { id } = await waitFor(() => copyOf(`From ${name}`, a), { what: 'the ticket', timeoutMs: 20_000 });
    const article = await waitFor(() => rowAt(a, id).articles[0], { what: 'the comment', timeoutMs: 20_000 });
    expect(article).toMatchObject({ body: `Told by ${name}`, sender: 'Customer', author: 'Lin (By hand)' });
    expect(await a.contents(article)).toEqual({ 'log.txt': 'what the log says\n' });
    await a.tickets.change(id, { stateType: 'open' });
    expect((await running).stdout).toBe('in_progress\n');
  });

  it('has one effect with an Idempotency-Key, and the same answer again; another message with that key is refused', async () => {
    const uuid = uuidv7();
    const ticket = { ...ticketOf(uuid), fields: { ...ticketOf(uuid).fields, subject: 'With a key' } };
    const eventOf = (number: string) => ({
      ...{ specversion: '1.0', id: uuidv7(), source: node, type: 'eu.eosc.helpdesk.ticket.created.v1', subject: uuid },
      ...{ time: new Date().toISOString(), datacontenttype: 'application/json' },
      data: { sequence: 1, acknowledged: 0, via: [node], ticket: { ...ticket, number }, changed: [], comments: [] },
    });
    const event = eventOf('1');
    const headers = { 'idempotency-key': `key-${uuid}` };
    const tell = (body: object) => a.call(token(), 'POST', 'events', body, headers);
    expect((await Promise.all([tell(event), tell(event), tell(event)])).map(({ status }) => status)).toEqual([
      ...[202, 202, 202],
    ]);
    expect((await tell(eventOf('2'))).body.code).toBe('idempotency.key-reused');
    await waitFor(() => copyOf('With a key', a), { what: 'the ticket' });
    expect([...a.tickets.rows.values()].filter(({ title }) => title === 'With a key')).toHaveLength(1);
  });

  it('is told how often it may call, and is shown no token at another address', async () => {
    const body = { name: 'Too eager', node: 'https://eager.example.org', calls_per_minute: 2 };
    const { id } = await a.ask(peers.create, { body });
    const { token: eager } = await a.ask(peers.makeToken, { params: { id } });
    await a.ask(peers.keepToken, { params: { id }, body: { token: 'made for us' } });
    expect(await a.ask(peers.update, { params: { id }, body: { name: 'Eager' } })).toMatchObject({ has_token: true });
    const elsewhere = { node: 'https://elsewhere.example.org' };
    expect(await a.ask(peers.update, { params: { id }, body: elsewhere })).toMatchObject({ has_token: false });
    const first = await a.call(eager, 'GET', 'code-lists');
    expect([first.status, first.headers.get('ratelimit-policy')]).toEqual([200, '"fed";q=2;w=60']);
    expect(first.headers.get('ratelimit')).toMatch(/^"fed";r=1;t=\d+$/);
    await a.call(eager, 'GET', 'code-lists');
    const third = await a.call(eager, 'GET', 'code-lists');
    expect([third.status, third.body.code]).toEqual([429, 'http.too-many-requests']);
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
    const figures = await (await fetch(`${a.service.url}/metrics`)).text();
    expect(figures).toMatch(new RegExp(`^helpmesh_federation_limited_total\\{.*peer="${id}".*\\} 1$`, 'm'));
    expect((await a.call(token(), 'GET', 'code-lists')).status).toBe(200);
  });

  it('is refused what it may not say, in words', async () => {
    const uuid = uuidv7();
    const change = { sequence: 1, acknowledged: 0, via: [node], ticket: ticketOf(uuid), changed: [], comments: [] };
    const event = {
      ...{ specversion: '1.0', id: uuidv7(), source: node, type: 'eu.eosc.helpdesk.ticket.created.v1' },
      ...{ subject: uuid, time: new Date().toISOString(), datacontenttype: 'application/json', data: change },
    };
    const say = async (over: object) => (await a.call(token(), 'POST', 'events', { ...event, ...over })).body?.code;
    expect(await say({ more: 1 })).toBe('federation.unreadable');
    const nul = { ...ticketOf(uuid), number: 'a\u0000b' };
    expect(await say({ data: { ...change, ticket: nul } })).toBe('federation.unreadable');
    expect(await say({ source: 'https://evil.example' })).toBe('federation.wrong-sender');
    expect(await say({ subject: derivedId(uuid, 'x') })).toBe('federation.wrong-subject');
    expect(await say({ data: { ...change, via: [a.node, node] } })).toBe('federation.loop');
    const ours = { ...ticketOf(uuid), originNode: a.node };
    expect(await say({ data: { ...change, ticket: ours } })).toBe('federation.unshared');
    expect((await a.call(token(), 'GET', `tickets/${uuidv7()}`)).body.code).toBe('federation.not-shared');
    expect((await a.call(token(), 'GET', 'nothing/here')).body.code).toBe('federation.no-such-path');
  });

  it('goes on with the token before while it learns the new one, and not with older ones', async () => {
    const params = { id: peerIds[0] };
    const [first, second, third] = [
      (await a.ask(peers.makeToken, { params })).token,
      (await a.ask(peers.makeToken, { params })).token,
      (await a.ask(peers.makeToken, { params })).token,
    ] as [string, string, string];
    const statuses = async () =>
      Promise.all([first, second, third].map(async (one) => (await a.call(one, 'GET', 'code-lists')).status));
    expect(await statuses()).toEqual([401, 200, 200]);
    const [peer] = await a.ask(peers.list, {});
    await a.ask(peers.removeToken, { params: { ...params, token_id: peer?.tokens[0]?.id } });
    expect(await statuses()).toEqual([401, 401, 200]);
  });
});

describe('a helpdesk that signs', () => {
  const node = 'https://signs.example.org';
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'one' };
  let params: { id: number };
  let agreement: number;
  const trust = (body: object) => a.ask(peers.trustKeys, { params, body });
  const given = { from: 'given', jwks: { keys: [jwk] } };
  beforeAll(async () => {
    params = { id: (await a.ask(peers.create, { body: { name: 'Signs', node } })).id };
    const body = { kind: 'full', name: 'Signed', group_id: 2, peer_id: params.id, active: false };
    agreement = (await a.ask(agreements.create, { body })).id;
    await a.ask(agreements.create, { body: { ...body, name: 'Another' } });
  });

  const assertion = (over: object = {}) =>
    new SignJWT({ iss: node, sub: node, aud: a.node, jti: uuidv7(), ...over })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setExpirationTime('1 minute')
      .sign(privateKey);
  async function ask(client_assertion: string, more: Record<string, string> = {}) {
    const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    const form = { grant_type: 'client_credentials', client_assertion_type, client_assertion, ...more };
    const response = await fetch(`${a.node}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) });
    return { status: response.status, body: (await response.json()) as Record<string, string> };
  }
  const status = async (token = '', path = 'agreements') => (await a.call(token, 'GET', path)).status;

  it('is believed with the keys that it has given, and not with those that it would publish where nobody calls', async () => {
    const refused = { status: 401, body: { error: 'invalid_client' } };
    expect(await ask(await assertion())).toMatchObject(refused);
    expect(await trust(given)).toMatchObject({ keys: { from: 'given', url: null, kids: ['one'] } });
    const { status: ok, body } = await ask(await assertion(), { client_id: node });
    expect([ok, body.token_type, body.expires_in]).toEqual([200, 'Bearer', 600]);
    expect(await status(body.access_token)).toBe(200);
    expect(await ask(await assertion(), { client_id: b.node })).toMatchObject(refused);
    expect(await ask(await assertion({ aud: b.node }))).toMatchObject(refused);
    expect(await ask(await assertion({ iss: b.node, sub: b.node }))).toMatchObject(refused);
  });

  it('shows each signature once, however many processes ask at the same time', async () => {
    const once = await assertion();
    const answers = await Promise.all([ask(once), ask(once), ask(once), ask(once)]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 401, 401, 401]);
    expect((await ask(once)).status).toBe(401);
  });

  it('gets a token for some of its agreements, which opens nothing of the others', async () => {
    const { body } = await ask(await assertion(), { scope: `agreement:${agreement}` });
    expect(body.scope).toBe(`agreement:${agreement}`);
    const seen = await a.call(body.access_token as string, 'GET', 'agreements');
    expect(seen.body.agreements).toMatchObject([{ id: agreement, name: 'Signed' }]);
    expect(await ask(await assertion(), { scope: 'agreement:1' })).toMatchObject({
      ...{ status: 400, body: { error: 'invalid_scope' } },
    });
  });

  it('is shut out at once when its keys are withdrawn, and when it is deleted', async () => {
    const { access_token: token } = (await ask(await assertion())).body;
    expect(await status(token)).toBe(200);
    await trust({ from: 'none' });
    expect([await status(token), (await ask(await assertion())).status]).toEqual([401, 401]);
    await trust(given);
    expect(await status(token)).toBe(401);
  });

  it.each([
    ['TypeScript', process.execPath, 'token.ts'],
    ['Python', 'python3', 'token.py'],
    ['curl', 'bash', 'token.sh'],
  ])('gets its token with the example in %s', async (_, command, file) => {
    const program = path.resolve(import.meta.dirname, '../../../docs/examples/federation', file);
    const folder = mkdtempSync(path.join(tmpdir(), 'helpmesh-key-'));
    const more = { NODE_OPTIONS: '', FED_URL: `${a.node}/federation/v1`, FED_NODE: node };
    const env = { ...process.env, ...more, FED_KEY: path.join(folder, 'key.pem') };
    const run = async (...args: string[]) =>
      (await promisify(execFile)(command, [program, ...args], { env, timeout: 30_000 })).stdout.trim();
    await trust({ from: 'given', jwks: JSON.parse(await run('keys')) });
    expect(await status(await run())).toBe(200);
    rmSync(folder, { recursive: true });
    await trust(given);
  });

  it('gives public keys alone, of a strength, and from addresses that may be called', async () => {
    const refused = async (body: object) => (await trust(body).catch((error: unknown) => error)) as { code?: string };
    const secret = { ...jwk, ...privateKey.export({ format: 'jwk' }) };
    expect(await refused({ from: 'given', jwks: { keys: [secret] } })).toMatchObject({ code: 'peer.keys-refused' });
    expect(await refused({ from: 'given', jwks: { keys: [jwk, jwk] } })).toMatchObject({ code: 'peer.keys-refused' });
    expect(await refused({ from: 'given' })).toMatchObject({ code: 'peer.keys-missing' });
    expect(await refused({ from: 'url' })).toMatchObject({ code: 'peer.keys-missing' });
    const inside = { from: 'url', url: 'https://169.254.169.254/keys' };
    expect(await refused(inside)).toMatchObject({ code: 'net.address-refused' });
  });
});

describe('a requester who was erased', () => {
  const ERASED = 'eu.eosc.helpdesk.ticket.requester_erased.v1';
  const node = 'https://reads.example.org';
  let token = '';
  /** Opens tickets at the first desk, and is not called either. */
  const opener = { node: 'https://opens.example.org', token: '' };
  beforeAll(async () => {
    const { id } = await a.ask(peers.create, { body: { name: 'Reads', node } });
    token = (await a.ask(peers.makeToken, { params: { id } })).token;
    const { id: peer_id } = await a.ask(peers.create, { body: { name: 'Opens', node: opener.node } });
    opener.token = (await a.ask(peers.makeToken, { params: { id: peer_id } })).token;
    await a.ask(agreements.create, { body: { kind: 'full', name: 'Opened', group_id: 5, peer_id } });
  });
  const job = (userId: number, heldTicketIds: number[] = []) => {
    const terms = { pseudonym: `erased-${userId}`, tickets: 'pseudonymise' as const, emails: [], identifiers: [] };
    const person = new ErasedPerson({ userId, ...terms, names: [] });
    return { taskId: userId, person, heldTicketIds: new Set(heldTicketIds) };
  };
  /** What is told to whom, as far as it is not acknowledged. */
  const open = (desk: Desk) =>
    desk.service
      .get(DataSource)
      .query('SELECT event_id, error FROM requester_erasure WHERE acknowledged_at IS NULL') as Promise<
      { event_id: string; error: string | null }[]
    >;
  const forgottenAt = (desk: Desk, id: number) =>
    desk.tickets.forgotten.filter(({ ticketId }) => ticketId === id).map(({ requester }) => requester);
  /** As whom a ticket's requester is known. */
  async function nameAt(desk: Desk, title: string) {
    const sql = `SELECT fields -> 'requester' AS requester FROM shared_ticket WHERE fields ->> 'subject' = $1`;
    return (await desk.service.get(DataSource).query(sql, [title]))[0]?.requester;
  }
  /** A ticket that is opened from there. */
  async function theirs(subject: string, requester: object): Promise<string> {
    const uuid = uuidv7();
    const ticket = {
      ...{ uuid, number: '1', url: `${opener.node}/1`, originNode: opener.node, createdAt: new Date().toISOString() },
      fields: {
        ...{ subject, requester, assignedNode: a.node, state: 'new', priority: 'normal', ownerName: null, tags: [] },
      },
    };
    expect(
      (await a.call(opener.token, 'PUT', `tickets/${uuid}`, ticket, { 'if-none-match': '*' })).status,
    ).toBeLessThan(300);
    return uuid;
  }
  const erasedThere = (uuid: string, pseudonym: string) =>
    a.call(opener.token, 'POST', 'events', {
      ...{ specversion: '1.0', id: uuidv7(), source: opener.node, type: ERASED, subject: uuid },
      ...{ time: new Date().toISOString(), datacontenttype: 'application/json' },
      data: { requester: { pseudonym }, until: new Date().toISOString() },
    });
  async function of(userId: number, title: string, groupId = 1) {
    const here = a.tickets.open(title, { groupId });
    const row = rowAt(a, here);
    row.customer = { id: userId, name: `Kim ${userId}`, email: `kim${userId}@example.org` };
    const { changes: _, changedById: __, ...data } = a.told(here);
    const customer = { userId, email: row.customer.email as string, name: row.customer.name, locale: 'en' };
    await a.others.say(ticketCreated, { ...data, article: null, customer, createdById: 3 }, { aggregateId: here });
    return here;
  }

  it('is forgotten at the other desk, which says so when it has; nobody else is, and nobody twice', async () => {
    const [here, kept] = [await of(71, 'Of Kim'), await of(72, 'Of somebody else')];
    const { id: there } = await waitFor(() => copyOf('Of Kim'), { what: 'a copy' });
    const { id: other } = await waitFor(() => copyOf('Of somebody else'), { what: 'a copy' });
    await quiet();
    const eraser = a.service.get(EraseShared);
    expect((await eraser.erase(job(71))).counts).toMatchObject({ told_helpdesks: 1 });
    await waitFor(() => forgottenAt(b, there).length > 0, { what: 'the other desk to forget' });
    expect(forgottenAt(b, there)).toEqual([
      { names: ['Kim 71'], emails: ['kim71@example.org'], isFirst: true, isOnly: true },
    ]);
    await waitFor(async () => (await open(a)).length === 0, { what: 'the other desk to say so' });
    expect(rowAt(b, there).customer).toMatchObject({ id: 1, name: '-' });
    expect(forgottenAt(b, other)).toEqual([]);
    expect([rowAt(a, here).customer.id, rowAt(a, kept).customer.id]).toEqual([71, 72]);
    // Another round finds nobody to ask, and what comes again does nothing.
    expect((await eraser.erase(job(71))).counts).toMatchObject({ told_helpdesks: 0 });
    const uuid = [...b.tickets.uuids].find(([, id]) => id === there)?.[0] as string;
    const [told] = (await a.service
      .get(DataSource)
      .query(
        `SELECT event_id AS id, pseudonym FROM requester_erasure r JOIN link l ON l.id = r.link_id WHERE l.uuid = $1`,
        [uuid],
      )) as { id: string; pseudonym: string }[];
    const event = {
      ...{ specversion: '1.0', id: told?.id, source: a.node, type: ERASED, subject: uuid },
      ...{ time: new Date().toISOString(), datacontenttype: 'application/json' },
      data: { requester: { pseudonym: told?.pseudonym }, until: new Date().toISOString() },
    };
    expect((await b.call(tokens[1] as string, 'POST', 'events', event)).status).toBe(202);
    expect(forgottenAt(b, there)).toHaveLength(1);
    // And the ticket goes on.
    await b.tickets.say(there, 'still worked on');
    await waitFor(() => bodies(a, here).includes('still worked on'), { what: 'the words' });
  });

  it('is forgotten although the ticket is shared no more, and waits for a legal hold, on either side', async () => {
    const here = await of(73, 'Unshared since');
    const { id: there } = await waitFor(() => copyOf('Unshared since'), { what: 'a copy' });
    await quiet();
    await a.tickets.change(here, { groupId: 3 });
    await a.others.say(ticketUpdated, a.told(here, { group_id: { from: 1, to: 3 } }), { aggregateId: here });
    await a.others.settled('federation');
    const eraser = a.service.get(EraseShared);
    expect((await eraser.erase(job(73, [here]))).counts).toMatchObject({ told_helpdesks: 0 });
    b.tickets.isHeld = true;
    await eraser.erase(job(73));
    const [waiting] = await waitFor(
      async () => {
        const rows = await open(a);
        return rows[0]?.error ? rows : undefined;
      },
      { what: 'the refusal' },
    );
    expect(waiting?.error).toContain('legal hold');
    expect(forgottenAt(b, there)).toEqual([]);
    await waitFor(async () => (await open(a)).length === 0, { what: 'another try', timeoutMs: 30_000 });
    expect(forgottenAt(b, there)).toHaveLength(1);
  });

  it('is nobody whom a helpdesk may name: only of tickets that came by it', async () => {
    const { here, there } = await shared('Not theirs to forget');
    await quiet();
    const uuid = [...b.tickets.uuids].find(([, id]) => id === there)?.[0] as string;
    const event = (source: string, subject = uuid) => ({
      ...{ specversion: '1.0', id: uuidv7(), source, type: ERASED, subject },
      ...{ time: new Date().toISOString(), datacontenttype: 'application/json' },
      data: { requester: { pseudonym: 'p' }, until: new Date().toISOString() },
    });
    const said = async (body: object, by = tokens[0] as string, at: Desk = a) =>
      (await at.call(by, 'POST', 'events', body)).body?.code;
    // B holds the ticket, and it began at A.
    const { token: ofB } = await a.ask(peers.makeToken, { params: { id: peerIds[0] } });
    expect(await said(event(b.node), ofB)).toBe('federation.not-the-origin');
    expect(await said(event(a.node), tokens[1] as string, b)).toBe('federation.no-such-requester');
    expect(await said(event(a.node), ofB)).toBe('federation.wrong-sender');
    expect(await said(event(node), token)).toBe('federation.not-shared');
    expect(await said(event(b.node, uuidv7()), ofB)).toBe('federation.not-shared');
    expect(await said({ ...event(b.node), more: 1 }, ofB)).toBe('federation.unreadable');
    expect(forgottenAt(a, here)).toEqual([]);
  });

  it("is forgotten also when the ticket is somebody else's by now", async () => {
    const here = await of(75, 'Given to another');
    const { id: there } = await waitFor(() => copyOf('Given to another'), { what: 'a copy' });
    await quiet();
    await a.tickets.change(here, { customer: { id: 76, name: 'Kim 76', email: 'kim76@example.org' } });
    await quiet();
    expect((await a.service.get(EraseShared).erase(job(75))).counts).toMatchObject({ told_helpdesks: 1 });
    await waitFor(() => forgottenAt(b, there).length > 0, { what: 'the other desk to forget' });
    expect(forgottenAt(b, there)).toEqual([
      { names: ['Kim 75'], emails: ['kim75@example.org'], isFirst: true, isOnly: false },
    ]);
    expect(await nameAt(b, 'Given to another')).toMatchObject({ name: 'Kim 76' });
  });

  it('is not forgotten where an address leads to nobody who would do so: it is said again', async () => {
    await of(77, 'Address moves');
    const { id: there } = await waitFor(() => copyOf('Address moves'), { what: 'a copy' });
    await quiet();
    b.isElsewhere = true;
    await a.service.get(EraseShared).erase(job(77));
    const failed = async () => (await open(a)).find(({ error }) => error?.includes('404'));
    await waitFor(failed, { what: 'an answer of somebody else' });
    b.isElsewhere = false;
    await waitFor(async () => (await open(a)).length === 0, { what: 'another try', timeoutMs: 30_000 });
    expect(forgottenAt(b, there)).toHaveLength(1);
  });

  it('is one of those whom the helpdesk has told of; whoever came before or after stays', async () => {
    const uuid = await theirs('Changed hands', { pseudonym: 'p-ada', name: 'Ada First', email: 'ada@peer.example' });
    await waitFor(async () => (await nameAt(a, 'Changed hands'))?.name === 'Ada First', { what: 'the ticket' });
    const { id } = copyOf('Changed hands', a);
    await a.others.settled('federation');
    const seen = await a.call(opener.token, 'GET', `tickets/${uuid}`);
    const bob = { requester: { pseudonym: 'p-bob', name: 'Bob Next' } };
    const etag = seen.headers.get('etag') as string;
    expect((await a.call(opener.token, 'PATCH', `tickets/${uuid}`, bob, { 'if-match': etag })).status).toBe(202);
    await waitFor(async () => (await nameAt(a, 'Changed hands'))?.name === 'Bob Next', { what: 'the other requester' });
    await quiet();
    expect((await erasedThere(uuid, 'p-eve')).body.code).toBe('federation.no-such-requester');
    expect((await erasedThere(uuid, 'p-ada')).status).toBe(202);
    expect(forgottenAt(a, id)).toEqual([
      { names: ['Ada First'], emails: ['ada@peer.example'], isFirst: true, isOnly: false },
    ]);
    expect(await nameAt(a, 'Changed hands')).toEqual({ pseudonym: 'p-bob', name: 'Bob Next' });
    await quiet();
    expect((await erasedThere(uuid, 'p-bob')).status).toBe(202);
    expect(forgottenAt(a, id)[1]).toEqual({ names: ['Bob Next'], emails: [], isFirst: false, isOnly: false });
    expect(await nameAt(a, 'Changed hands')).toEqual({ pseudonym: 'p-bob' });
    const told = await a.service
      .get(DataSource)
      .query('SELECT told FROM link_requester WHERE pseudonym LIKE $1', ['p-%']);
    expect(told).toEqual([{ told: {} }, { told: {} }]);
  });

  it('is forgotten in what waits to be taken in: the ticket is opened without them', async () => {
    const apply = a.tickets.apply.bind(a.tickets);
    a.tickets.apply = async () => {
      throw new AppError('conflict', 'test.inactive', 'Not now.');
    };
    const uuid = await theirs('Waits', { pseudonym: 'p-lea', name: 'Lea Waits', email: 'lea@peer.example' });
    await waitFor(async () => (await erasedThere(uuid, 'p-lea')).status === 202, { what: 'the answer' });
    const waiting = await a.service.get(DataSource).query('SELECT change::text FROM link_inbox');
    expect(waiting.length).toBeGreaterThan(0);
    expect(JSON.stringify(waiting)).not.toMatch(/Lea Waits|lea@peer/);
    a.tickets.apply = apply;
    const { row } = await waitFor(() => copyOf('Waits', a), { what: 'the ticket', timeoutMs: 30_000 });
    expect(row.customer.name).toBe('-');
  });

  it('is told in the feed to a helpdesk that is not called, which acknowledges; files are, and changes of an agreement', async () => {
    const peer_id = (await a.ask(peers.list, {})).find(({ name }) => name === 'Reads')?.id;
    const { id } = await a.ask(agreements.create, {
      body: { kind: 'full', name: 'Read', group_id: 4, peer_id, disclosure: 'name' },
    });
    const here = await of(74, 'Read of', 4);
    await a.tickets.say(here, 'with a file', { files: [await a.file('log.txt', 'Grüße')] });
    // biome-ignore lint/suspicious/noExplicitAny: whatever was told
    const told = async () => (await a.call(token, 'GET', 'events?limit=200')).body.events as any[];
    const found = (type: string) =>
      waitFor(async () => (await told()).find((one) => one.type === `eu.eosc.helpdesk.${type}.v1`), { what: type });
    const made = await found('agreement.changed');
    expect(made).toMatchObject({ subject: String(id), source: a.node });
    const { body } = await a.call(token, 'GET', 'agreements');
    expect(made.data).toEqual(body.agreements[0]);
    expect(made.data).toMatchObject({ id, group: 4, status: 'accepted', requesterDisclosure: 'name' });

    const file = await found('attachment.available');
    const page = await told();
    const comment = page.flatMap(({ data }) => data.comments ?? []).find(({ attachments }) => attachments.length > 0);
    expect(file.data).toMatchObject({ comment: comment.uuid, attachment: comment.attachments[0] });
    expect(page.findIndex(({ id: one }) => one === file.id)).toBeGreaterThan(
      page.findIndex(({ data }) => data.comments?.some(({ uuid }: { uuid: string }) => uuid === comment.uuid)),
    );
    const bytes = await fetch(file.data.url, { headers: { authorization: `Bearer ${token}` } });
    expect(await bytes.text()).toBe('Grüße');

    await a.service.get(EraseShared).erase(job(74));
    const erased = await found('ticket.requester_erased');
    expect(erased).toMatchObject({
      subject: comment && file.subject,
      data: { requester: { pseudonym: expect.any(String) } },
    });
    expect(Date.parse(erased.data.until) - Date.parse(erased.time)).toBe(30 * 86_400_000);
    const first = page.find(({ data }) => data.ticket);
    expect(erased.data.requester.pseudonym).toBe(first.data.ticket.fields.requester.pseudonym);
    const say = (at: string) => a.call(token, 'PUT', `tickets/${at}/requester-erased`, { event: erased.id });
    expect((await say(uuidv7())).body.code).toBe('federation.not-shared');
    const isOpen = async () => (await open(a)).some(({ event_id }) => event_id === erased.id);
    expect(await isOpen()).toBe(true);
    expect(await a.ask(peers.get, { params: { id: peer_id } })).toMatchObject({ erasures: 1 });
    const { token: stranger } = await a.ask(peers.makeToken, { params: { id: peerIds[0] } });
    await a.call(stranger, 'PUT', `tickets/${erased.subject}/requester-erased`, { event: erased.id });
    expect(await isOpen()).toBe(true);
    expect([(await say(erased.subject)).status, (await say(erased.subject)).status]).toEqual([204, 204]);
    expect(await isOpen()).toBe(false);
    expect(await a.ask(peers.get, { params: { id: peer_id } })).toMatchObject({ erasures: 0 });

    await a.ask(agreements.update, { params: { id }, body: { answer_hours: 4 } });
    await a.ask(agreements.update, { params: { id }, body: { disclosure: 'none' } });
    await a.ask(agreements.delete, { params: { id } });
    // What is its own business is not told.
    const changes = (await told()).filter(({ type }) => type.includes('agreement')).map(({ data }) => data);
    expect(changes.map(({ status, requesterDisclosure }) => [status, requesterDisclosure])).toEqual([
      ['accepted', 'name'],
      ['accepted', 'none'],
      ['ended', 'none'],
    ]);
  });
});

describe('an address of a helpdesk to which what happens is told', () => {
  const node = 'https://hooked.example.org';
  let token = '';
  let far: Receiver;
  let params: { id: number };
  beforeAll(async () => {
    far = await receiver();
    const { id } = await a.ask(peers.create, { body: { name: 'Hooked', node } });
    params = { id };
    token = (await a.ask(peers.makeToken, { params })).token;
    await a.ask(agreements.create, { body: { kind: 'full', name: 'Hooked', group_id: 3, peer_id: id } });
  });
  afterAll(() => far.close());
  // One that a test has left would be told what the next one does.
  afterEach(async () => {
    for (const { id } of await a.ask(peers.webhooks, { params })) {
      await a.ask(peers.removeWebhook, { params: { ...params, webhook_id: id } });
    }
  });

  interface Hook {
    id: string;
    secret: string;
    publicKey: string;
    status: string;
    reason: string | null;
    waiting: number;
    cursor: number;
    failures: number;
  }
  const make = async (at: string, more = {}) => {
    const { status, body, headers } = await a.call(token, 'POST', 'webhooks', { url: far.url(at), ...more });
    expect([status, headers.get('location')]).toEqual([201, `/federation/v1/webhooks/${body.id}`]);
    return body as Hook;
  };
  const look = async ({ id }: Pick<Hook, 'id'>) => (await a.call(token, 'GET', `webhooks/${id}`)).body as Hook;
  const until = (hook: Pick<Hook, 'id'>, is: (now: Hook) => boolean, what: string) =>
    waitFor(
      async () => {
        const now = await look(hook);
        return is(now) ? now : undefined;
      },
      { what },
    );
  const active = (hook: Pick<Hook, 'id'>) => until(hook, ({ status }) => status === 'active', 'a yes');
  const end = ({ id }: Pick<Hook, 'id'>) => a.call(token, 'DELETE', `webhooks/${id}`);
  async function told(title: string): Promise<number> {
    const id = await a.open(title, { groupId: 3 });
    await a.others.settled('federation');
    return id;
  }
  const events = (at: string) => far.at(at).filter(({ body }) => body.type !== PING);
  const subjects = (at: string) => events(at).map(({ body }) => body.data.ticket?.fields.subject);

  it('is told nothing before whoever is there has repeated a challenge, and then everything in order, signed', async () => {
    far.answer('/first', () => ({ status: 200, body: '{}' }));
    const hook = await make('/first');
    await until(hook, ({ failures }) => failures > 0, 'a refusal');
    const id = await told('Before the yes');
    expect((await look(hook)).status).toBe('pending');
    far.answer('/first', echo);
    await a.call(token, 'POST', `webhooks/${hook.id}/ping`);
    await active(hook);
    await a.tickets.change(id, { stateType: 'open' });
    await waitFor(() => events('/first').length >= 2, { what: 'what happened' });
    await until(hook, ({ waiting }) => waiting === 0, 'all to be told');
    const [first] = events('/first');
    expect(first?.body).toMatchObject({ specversion: '1.0', source: a.node, data: { ticket: { originNode: a.node } } });
    expect(first?.headers['content-type']).toBe('application/cloudevents+json');
    expect(first?.headers['webhook-id']).toBe(first?.body.id);
    const numbers = events('/first').map(({ body }) => body.data.sequence);
    expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
    for (const { headers, text } of far.at('/first')) {
      expect(new Webhook(hook.secret).verify(text, headers)).toBeTruthy();
      expect(isSignedBy(hook.publicKey, headers, text)).toBe(true);
    }
    await end(hook);
  });

  it('waits after a failure, says why, and goes on where it stood with what it missed', async () => {
    far.answer('/moody', echo);
    const hook = await make('/moody', { eventTypes: ['eu.eosc.helpdesk.ticket.created.v1'] });
    await active(hook);
    far.answer('/moody', () => ({ status: 503, body: 'later' }));
    await told('Missed at first');
    const failing = await until(hook, ({ failures }) => failures > 0, 'a failure');
    expect(failing).toMatchObject({ status: 'active', waiting: 1 });
    const { body } = await a.call(token, 'GET', `webhooks/${hook.id}/deliveries`);
    const why = { status: 503, error: null, type: 'eu.eosc.helpdesk.ticket.created.v1' };
    expect(body.deliveries[0]).toMatchObject(why);
    far.answer('/moody', echo);
    await told('And this');
    // A minute is too long for a test: it asks for what it has missed itself.
    await a.call(token, 'POST', `webhooks/${hook.id}/replay`, { after: failing.cursor });
    await waitFor(() => subjects('/moody').includes('And this'), { what: 'all to be told' });
    expect(subjects('/moody')).toEqual(['Missed at first', 'Missed at first', 'And this']);
    const [tried, again] = events('/moody').map(({ headers }) => headers['webhook-id']);
    expect(tried).toBe(again);
    await end(hook);
  });

  it('is called no more when nobody wants it, until it is switched on', async () => {
    far.answer('/gone', echo);
    const hook = await make('/gone');
    await active(hook);
    far.answer('/gone', () => ({ status: 410, body: '' }));
    await told('For nobody');
    const off = await until(hook, ({ status }) => status === 'disabled', 'the end');
    expect(off.reason).toContain('410');
    expect(await a.ask(peers.webhooks, { params })).toMatchObject([{ status: 'disabled', reason: off.reason }]);
    expect((await a.call(token, 'POST', `webhooks/${hook.id}/ping`)).body.code).toBe('federation.webhook-disabled');
    far.answer('/gone', echo);
    const etag = (await a.call(token, 'GET', `webhooks/${hook.id}`)).headers.get('etag') as string;
    const on = { status: 'active' };
    const patch = (headers = {}) => a.call(token, 'PATCH', `webhooks/${hook.id}`, on, headers);
    expect((await patch()).body.code).toBe('federation.precondition-needed');
    expect((await patch({ 'if-match': '"v99"' })).body.code).toBe('federation.version-moved');
    expect((await patch({ 'if-match': etag })).body).toMatchObject({ status: 'active', reason: null });
    await until(hook, ({ waiting }) => waiting === 0, 'what it missed');
    expect(subjects('/gone')).toContain('For nobody');
    await end(hook);
  });

  it('is signed by both keys for a day after they were made anew', async () => {
    far.answer('/keys', echo);
    const hook = await make('/keys');
    await active(hook);
    const { body: keys } = await a.call(token, 'POST', `webhooks/${hook.id}/rotate`);
    const before = far.at('/keys').length;
    await a.call(token, 'POST', `webhooks/${hook.id}/ping`);
    const { headers, text } = await waitFor(() => far.at('/keys')[before], { what: 'a call' });
    for (const one of [hook, keys]) {
      expect(new Webhook(one.secret).verify(text, headers)).toBeTruthy();
      expect(isSignedBy(one.publicKey, headers, text)).toBe(true);
    }
    await end(hook);
  });

  it('is told of the end of sharing, and nothing of before that again', async () => {
    far.answer('/ended', echo);
    const hook = await make('/ended');
    await active(hook);
    const id = await told('Ends soon');
    await waitFor(() => subjects('/ended').includes('Ends soon'), { what: 'the ticket' });
    const uuid = events('/ended')[0]?.body.subject;
    const data = { ticket: a.told(id).ticket };
    a.tickets.rows.delete(id);
    await a.others.say(ticketDeleted, data, { aggregateId: id });
    const last = await waitFor(() => events('/ended').find(({ body }) => body.type.includes('unshared')), {
      what: 'the end',
    });
    expect(last.body).toMatchObject({ subject: uuid, data: { why: 'The ticket was deleted here.' } });
    await a.call(token, 'POST', `webhooks/${hook.id}/replay`, { after: 0 });
    await waitFor(() => events('/ended').filter(({ body }) => body.id === last.body.id).length === 2, {
      what: 'it again',
    });
    expect(subjects('/ended').filter((one) => one === 'Ends soon')).toHaveLength(1);
    await end(hook);
  });

  it('rests while nothing is sent at all, and while the helpdesk is paused', async () => {
    far.answer('/rest', echo);
    const hook = await make('/rest');
    await active(hook);
    for (const [rest, go] of [
      [
        () => a.ask(peers.turnSwitch, { body: { stopped: true } }),
        () => a.ask(peers.turnSwitch, { body: { stopped: false } }),
      ],
      [
        () => a.ask(peers.update, { params, body: { paused: true } }),
        () => a.ask(peers.update, { params, body: { paused: false } }),
      ],
    ] as const) {
      const before = far.at('/rest').length;
      await rest();
      await a.call(token, 'POST', `webhooks/${hook.id}/ping`);
      // Another one that is due at the same time would be called by now, were it not for the rest.
      await a.others.settled('federation');
      expect(far.at('/rest')).toHaveLength(before);
      await go();
      await waitFor(() => far.at('/rest').length > before, { what: 'a call' });
    }
    await end(hook);
  });

  it.each([
    ['TypeScript', process.execPath, 'receive.ts'],
    ['Python', 'python3', 'receive.py'],
  ])('is listened at with the example in %s', async (name, command, file) => {
    const program = path.resolve(import.meta.dirname, '../../../docs/examples/federation', file);
    const { port } = new URL(far.url('/'));
    // A free one: taken for a moment by a server of this test.
    const other = await receiver();
    const { port: free } = new URL(other.url('/'));
    other.close();
    expect(free).not.toBe(port);
    const more = { NODE_OPTIONS: '', FED_URL: `${a.node}/federation/v1`, FED_TOKEN: token, PORT: free };
    const env = { ...process.env, ...more, FED_HOOK: `http://127.0.0.1:${free}/hook` };
    const running = promisify(execFile)(command, [program], { env, timeout: 50_000 });
    await waitFor(
      async () => {
        const { webhooks } = (await a.call(token, 'GET', 'webhooks')).body as { webhooks: Hook[] };
        return webhooks.some(({ status }) => status === 'active');
      },
      { what: 'a yes', timeoutMs: 30_000 },
    );
    await told(`Heard by ${name}`);
    expect((await running).stdout).toBe('new\n');
  });

  it('is one of five at most, and of no other helpdesk, network or agreement', async () => {
    const hooks = [];
    far.answer('/many', echo);
    for (let i = 0; i < 5; i++) hooks.push(await make('/many'));
    const refused = async (body: object, by = token) => (await a.call(by, 'POST', 'webhooks', body)).body.code;
    expect(await refused({ url: far.url('/many') })).toBe('federation.too-many-webhooks');
    const [first] = hooks as [Hook];
    for (const hook of hooks.slice(1)) await end(hook);
    expect(await refused({ url: 'https://169.254.169.254/latest' })).toBe('net.address-refused');
    expect(await refused({ url: 'ftp://hooked.example.org' })).toBe('federation.unreadable');
    expect(await refused({ url: far.url('/many'), agreements: [1] })).toBe('federation.wrong-agreement');
    expect(await refused({ url: far.url('/many'), eventTypes: ['*'] })).toBe('federation.unreadable');
    const { token: stranger } = await a.ask(peers.makeToken, { params: { id: peerIds[0] } });
    for (const [method, path] of [
      ['GET', `webhooks/${first.id}`],
      ['DELETE', `webhooks/${first.id}`],
      ['POST', `webhooks/${first.id}/rotate`],
      ['GET', `webhooks/${first.id}/deliveries`],
    ] as const) {
      expect((await a.call(stranger, method, path)).body.code).toBe('federation.no-such-webhook');
    }
    expect((await a.call(stranger, 'GET', 'webhooks')).body).toEqual({ webhooks: [] });
    const { body: shown } = await a.call(token, 'GET', 'webhooks');
    expect(JSON.stringify(shown)).not.toMatch(/whsec_|challenge/);
    await a.ask(peers.removeWebhook, { params: { ...params, webhook_id: first.id } });
    expect(await a.ask(peers.webhooks, { params })).toEqual([]);
  });

  it('is made once with an Idempotency-Key, and its secret is told once', async () => {
    const ask = () =>
      a.call(token, 'POST', 'webhooks', { url: far.url('/many') }, { 'idempotency-key': `key-${uuidv7()}` });
    const key = { 'idempotency-key': `key-${uuidv7()}` };
    const first = await a.call(token, 'POST', 'webhooks', { url: far.url('/many') }, key);
    const again = await a.call(token, 'POST', 'webhooks', { url: far.url('/many') }, key);
    expect([first.status, again.body.code]).toEqual([201, 'idempotency.done-before']);
    expect((await a.call(token, 'GET', 'webhooks')).body.webhooks).toHaveLength(1);
    expect((await ask()).status).toBe(201);
  });
});

describe('this desk', () => {
  it('publishes its keys, and signs with the next one when the one before may be known', async () => {
    const published = async () => (await (await fetch(`${a.node}/federation/v1/jwks`)).json()) as { keys: object[] };
    const [first] = (await published()).keys;
    expect(first).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' });
    expect(first).not.toHaveProperty('d');
    expect((await a.ask(peers.rotateKeys, { body: {} })).keys).toHaveLength(2);
    // The next one waits for its hour: there is no third.
    expect((await a.ask(peers.rotateKeys, { body: {} })).keys).toHaveLength(2);
    const { keys } = await a.ask(peers.rotateKeys, { body: { at_once: true } });
    expect(keys).toHaveLength(1);
    expect((await published()).keys).toMatchObject([{ kid: keys[0]?.kid }]);
    expect(JSON.stringify(first)).not.toContain(keys[0]?.kid);
    await expect(a.ask(peers.rotateKeys, { body: {} }, [])).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it('shares tickets with another one by signatures alone', async () => {
    const [here, there] = [peerIds[0], peerIds[1]];
    // Without any token: B makes none for A, and A keeps none of B.
    const { tokens: made } = await b.ask(peers.get, { params: { id: there } });
    for (const { id } of made) await b.ask(peers.removeToken, { params: { id: there, token_id: id } });
    await a.ask(peers.update, { params: { id: here }, body: { by_key: true } });
    const ticket = await shared('By signature');
    await a.tickets.say(ticket.here, 'signed');
    await waitFor(() => bodies(b, ticket.there).length === 1, { what: 'the words' });
    // B withdraws its belief: nothing of A comes in any more, and A sees why.
    await b.ask(peers.trustKeys, { params: { id: there }, body: { from: 'none' } });
    await a.tickets.say(ticket.here, 'not believed');
    const peer = await waitFor(
      async () => {
        const found = await a.ask(peers.get, { params: { id: here } });
        return found.last_error === null ? undefined : found;
      },
      { what: 'the trouble to be seen' },
    );
    expect(peer.last_error).toMatch(/401|signature/);
    expect(bodies(b, ticket.there)).toEqual(['signed']);
  });
});
