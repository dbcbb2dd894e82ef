import { agreements, peers } from '@helpmesh/contracts';
import { uuidv7 } from '@helpmesh/kernel';
import { waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Desk, type Told } from './desk.ts';

const desks = [new Desk(5), new Desk(5)] as const;
const [a, b] = desks;
/** Ids of the other desk, at each. */
const peerIds: number[] = [];
/** What each has made for the other. */
const tokens: string[] = [];

beforeAll(async () => {
  await Promise.all(desks.map((desk) => desk.start()));
  for (const [desk, other, name] of [[a, b, 'Desk B'] as const, [b, a, 'Desk A'] as const]) {
    const { id } = await desk.ask(peers.create, { body: { name, node: other.node, by_key: true } });
    peerIds.push(id);
    tokens.push((await desk.ask(peers.makeToken, { params: { id } })).token);
  }
});
afterAll(async () => {
  for (const desk of desks) await desk.stop();
});

const propose = (name: string, group_id = 1) =>
  a.ask(agreements.create, {
    body: { kind: 'full', name, group_id, peer_id: peerIds[0], disclosure: 'name+email', propose: true },
  });
const proposalOf = (name: string) =>
  waitFor(async () => (await b.ask(agreements.proposals, {})).find((one) => one.name === name), {
    what: `the proposal "${name}"`,
  });
const accept = (id: number, group_id: number) => b.ask(agreements.accept, { params: { id }, body: { group_id } });
const at = (desk: Desk, id: number) => desk.ask(agreements.get, { params: { id } });
const until = (desk: Desk, id: number, is: object) =>
  waitFor(
    async () => {
      const now = await at(desk, id);
      return Object.entries(is).every(([name, value]) => now[name as 'status'] === value) ? now : undefined;
    },
    { what: JSON.stringify(is), timeoutMs: 20_000 },
  );
const find = (desk: Desk, title: string) => [...desk.tickets.rows].find(([, row]) => row.title === title);
const copy = (desk: Desk, title: string) =>
  waitFor(() => find(desk, title), { what: `"${title}"`, timeoutMs: 20_000 }) as Promise<[number, Told]>;
/** Both sides want it. */
async function agreed(name: string, group: number) {
  const { id: here } = await propose(name, group);
  const { id: there } = await proposalOf(name);
  await accept(there, group);
  await until(a, here, { status: 'accepted', active: true });
  return { here, there };
}
/** As the other desk would say it. */
async function say(desk: Desk, id: number, body: object, token = tokens[desk === a ? 0 : 1] as string, etag?: string) {
  const seen = await desk.call(token, 'GET', `agreements/${id}`);
  const headers = { 'if-match': etag ?? seen.headers.get('etag') ?? '"v0"' };
  return desk.call(token, 'PATCH', `agreements/${id}`, body, headers);
}

describe('an agreement that one helpdesk proposes', () => {
  it('shares nothing before the other one has said yes, for a group of its own; then tickets go both ways', async () => {
    const made = await propose('Together');
    expect(made).toMatchObject({ status: 'proposed', active: false, suspended_by: null });
    await a.open('Too early');
    const proposal = await proposalOf('Together');
    expect(proposal).toMatchObject({ peer_id: peerIds[1], disclosure: 'name+email', internal_notes: false });
    // It is about no group of theirs, and none of their agreements.
    expect(await b.ask(agreements.list, {})).toEqual([]);
    await expect(b.ask(agreements.proposals, {}, ['ticket.agent'])).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(a.ask(agreements.update, { params: { id: made.id }, body: { active: true } })).rejects.toMatchObject({
      code: 'agreement.not-accepted',
    });

    expect(await accept(proposal.id, 2)).toMatchObject({
      ...{ status: 'accepted', active: true, group_id: 2, disclosure: 'none', peer_id: peerIds[1] },
    });
    await until(a, made.id, { status: 'accepted', active: true, untold: null });
    await expect(accept(proposal.id, 3)).rejects.toMatchObject({ code: 'agreement.not-found' });
    await a.open('After the yes');
    expect((await copy(b, 'After the yes'))[1]).toMatchObject({ groupId: 2, customer: { name: 'Zoë Müller' } });
    await b.open('From the other side', { groupId: 2 });
    expect((await copy(a, 'From the other side'))[1]).toMatchObject({ groupId: 1 });
    expect(find(b, 'Too early')).toBeUndefined();
    const [told] = (await a.call(tokens[0] as string, 'GET', 'agreements')).body.agreements;
    expect(told).toMatchObject({
      id: made.id,
      status: 'accepted',
      group: 1,
      proposedBy: null,
      nodes: [a.node, b.node],
    });
  });

  it('rests on both sides when one suspends it, and goes on when that one says so', async () => {
    const { here, there } = await agreed('Rests', 3);
    const id = await a.open('Before the rest', { groupId: 3 });
    const [thereId, its] = await copy(b, 'Before the rest');
    // There are several between the two: it is under the one that its group here is under.
    expect(its.groupId).toBe(3);
    await b.ask(agreements.update, { params: { id: there }, body: { suspended: true } });
    await until(a, here, { suspended_by: 'them' });
    expect((await say(b, there, { status: 'accepted' })).body.code).toBe('federation.agreement-step');
    await a.tickets.say(id, 'while it rests');
    await a.open('While it rests', { groupId: 3 });
    await b.tickets.say(thereId, 'here as well');
    const waiting = async (desk: Desk) => (await desk.ask(peers.list, {}))[0]?.waiting;
    await waitFor(async () => (await waiting(a)) === 2 && (await waiting(b)) === 1, { what: 'all to wait' });
    await a.ask(agreements.update, { params: { id: here }, body: { suspended: true } });
    await until(b, there, { suspended_by: 'both' });
    await b.ask(agreements.update, { params: { id: there }, body: { suspended: false } });
    await until(a, here, { suspended_by: 'us' });
    expect([find(b, 'While it rests'), b.tickets.rows.get(thereId)?.articles.length]).toEqual([undefined, 1]);
    expect(await waiting(a)).toBe(2);
    await a.ask(agreements.update, { params: { id: here }, body: { suspended: false } });
    await copy(b, 'While it rests');
    const bodies = (desk: Desk, one: number) =>
      desk.tickets.rows
        .get(one)
        ?.articles.map(({ body }) => body)
        .sort();
    await waitFor(() => bodies(a, id)?.length === 2 && bodies(b, thereId)?.length === 2, { what: 'all words' });
    expect(await until(b, there, { suspended_by: null })).toMatchObject({ status: 'accepted', active: true });
  });

  it('does not end because a proxy there finds nobody behind it', async () => {
    const { here, there } = await agreed('Survives', 5);
    b.away = true;
    const asked = b.calls.length;
    await a.ask(agreements.update, { params: { id: here }, body: { suspended: true } });
    await waitFor(() => b.calls.slice(asked).includes(`GET agreements/${there}`), { what: 'the call' });
    b.away = false;
    await until(b, there, { suspended_by: 'them' });
    await until(a, here, { suspended_by: 'us', status: 'accepted', untold: null });
  });

  it('is declined with a reason, for good', async () => {
    const { id: here } = await propose('Not wanted', 4);
    const { id: there } = await proposalOf('Not wanted');
    await b.ask(agreements.decline, { params: { id: there }, body: { reason: 'Too many already' } });
    expect(await until(a, here, { status: 'declined' })).toMatchObject({ active: false, reason: 'Too many already' });
    expect((await b.ask(agreements.proposals, {})).map(({ id }) => id)).not.toContain(there);
    const again = {
      number: here,
      name: 'Not wanted',
      mode: 'full',
      requesterDisclosure: 'none',
      internalNotes: 'never',
    };
    const over = 'federation.agreement-over';
    expect((await b.call(tokens[1] as string, 'POST', 'agreements', again)).body.code).toBe(over);
    expect((await say(b, there, { status: 'accepted' })).body.code).toBe(over);
    expect((await say(a, here, { status: 'accepted' })).body.code).toBe(over);
    await a.ask(agreements.delete, { params: { id: here } });
  });

  it('ends on both sides when one ends it: tickets are told of no more, and nobody brings it back', async () => {
    const { here, there } = await agreed('Ends', 4);
    const id = await a.open('Before the end', { groupId: 4 });
    const [thereId] = await copy(b, 'Before the end');
    await b.ask(agreements.delete, { params: { id: there } });
    const ended = await until(a, here, { status: 'ended' });
    expect(ended.active).toBe(false);
    expect((await say(a, here, { status: 'accepted' })).body.code).toBe('federation.agreement-over');
    await expect(a.ask(agreements.update, { params: { id: here }, body: { active: true } })).rejects.toMatchObject({
      code: 'agreement.not-accepted',
    });
    await a.tickets.say(id, 'nobody hears');
    await a.others.settled('federation');
    expect((await a.ask(peers.list, {}))[0]?.waiting).toBe(0);
    expect(b.tickets.rows.get(thereId)?.articles).toEqual([]);
    await a.ask(agreements.delete, { params: { id: here } });
    await expect(at(a, here)).rejects.toMatchObject({ code: 'agreement.not-found' });
  });

  it('is one agreement, although answers are lost and calls repeated', async () => {
    try {
      // It is there, and who has proposed it never hears so.
      b.trouble = { drop: 0, lose: 1, repeat: 1 };
      const { id: here } = await propose('In bad weather', 4);
      const { id: there } = await proposalOf('In bad weather');
      await waitFor(async () => (await at(a, here)).untold !== null, { what: 'an answer to be missed' });
      b.trouble = { drop: 0, lose: 0, repeat: 1 };
      a.trouble = { drop: 0, lose: 0, repeat: 1 };
      await until(a, here, { untold: null });
      await accept(there, 4);
      await until(a, here, { status: 'accepted', active: true });
      for (const [desk, id] of [[a, here] as const, [b, there] as const]) {
        const named = (await desk.ask(agreements.list, {})).filter(({ name }) => name === 'In bad weather');
        expect(named.map((one) => one.id)).toEqual([id]);
      }
      expect(await b.ask(agreements.proposals, {})).toEqual([]);
    } finally {
      for (const desk of desks) desk.trouble = { drop: 0, lose: 0, repeat: 0 };
    }
  });
});

describe('a helpdesk that wants more than it was given', () => {
  const node = 'https://mallory.example.org';
  let token = '';
  let peerId = 0;
  beforeAll(async () => {
    peerId = (await a.ask(peers.create, { body: { name: 'Mallory', node } })).id;
    token = (await a.ask(peers.makeToken, { params: { id: peerId } })).token;
  });
  const draft = (number: number, over: object = {}) => ({
    ...{ number, name: `Number ${number}`, mode: 'full', requesterDisclosure: 'name', internalNotes: 'never', ...over },
  });
  const post = (body: object, headers = {}) => a.call(token, 'POST', 'agreements', body, headers);
  const mine = async () => (await a.ask(agreements.proposals, {})).filter(({ peer_id }) => peer_id === peerId);

  it('says nothing of our group, nor of what we tell; accepts nothing itself, and shares nothing meanwhile', async () => {
    for (const more of [{ group: 1 }, { disclosure: 'name+email' }, { mode: 'direct' }])
      expect((await post(draft(1, more))).body.code).toBe('federation.unreadable');
    const first = await post(draft(1));
    expect(first).toMatchObject({ status: 201, body: { status: 'pending', group: null, proposedBy: node } });
    expect(first.headers.get('location')).toBe(`/federation/v1/agreements/${first.body.id}`);
    expect((await say(a, first.body.id, { status: 'accepted' }, token)).body.code).toBe('federation.agreement-step');
    expect((await say(a, first.body.id, { status: 'suspended' }, token)).body.code).toBe('federation.agreement-step');
    const uuid = uuidv7();
    const fields = {
      ...{ subject: 'Let in', requester: { pseudonym: 'p' }, assignedNode: a.node, state: 'new', priority: 'low' },
      ...{ ownerName: null, tags: [] },
    };
    const ticket = {
      ...{ uuid, number: '1', url: `${node}/1`, originNode: node, createdAt: new Date().toISOString(), fields },
    };
    const opened = await a.call(token, 'PUT', `tickets/${uuid}`, ticket, { 'if-none-match': '*' });
    expect(opened.body.code).toBe('federation.no-agreement');
    const patch = (headers: Record<string, string>) =>
      a.call(token, 'PATCH', `agreements/${first.body.id}`, { status: 'ended' }, headers);
    expect((await patch({})).body.code).toBe('federation.precondition-needed');
    expect((await patch({ 'if-match': '"v99"' })).body.code).toBe('federation.version-moved');
    // It takes it back: nobody is asked any more, and it is over.
    expect((await say(a, first.body.id, { status: 'ended' }, token)).body).toMatchObject({ status: 'ended' });
    expect(await mine()).toEqual([]);
    await expect(
      a.ask(agreements.accept, { params: { id: first.body.id }, body: { group_id: 2 } }),
    ).rejects.toMatchObject({
      code: 'agreement.not-found',
    });
    expect((await post(draft(1))).body.code).toBe('federation.agreement-over');
  });

  it('has five questions open at most, each once, and sees and changes nothing of others', async () => {
    const key = { 'idempotency-key': `key-${uuidv7()}` };
    const [one, again] = [await post(draft(2), key), await post(draft(2), key)];
    expect([again.status, again.body]).toEqual([201, one.body]);
    expect((await post(draft(2))).body.id).toBe(one.body.id);
    for (let number = 3; number <= 6; number++) expect((await post(draft(number))).status).toBe(201);
    expect((await post(draft(7))).body.code).toBe('federation.too-many-proposals');
    expect(await mine()).toHaveLength(5);
    const body = { kind: 'full', name: 'Of others', group_id: 2, peer_id: peerIds[0], active: false };
    const { id: others } = await a.ask(agreements.create, { body });
    for (const [method, word] of [['GET'], ['PATCH', { status: 'ended' }]] as const) {
      const said = await a.call(token, method, `agreements/${others}`, word, { 'if-match': '"v1"' });
      expect([said.status, said.body.code]).toEqual([404, 'federation.no-such-agreement']);
    }
    const listed = (await a.call(token, 'GET', 'agreements')).body.agreements as { id: number }[];
    expect(listed.map(({ id }) => id)).not.toContain(others);
    await a.ask(agreements.decline, { params: { id: one.body.id }, body: { reason: 'Not now' } });
    const { events } = (await a.call(token, 'GET', 'events')).body as { events: { type: string; data: object }[] };
    expect(events.at(-1)).toMatchObject({
      ...{
        type: 'eu.eosc.helpdesk.agreement.changed.v1',
        data: { id: one.body.id, status: 'declined', reason: 'Not now' },
      },
    });
    // Neither can be asked by us: nobody is called there.
    const ours = { kind: 'full', name: 'X', group_id: 2, peer_id: peerId, propose: true };
    await expect(a.ask(agreements.create, { body: ours })).rejects.toMatchObject({ code: 'agreement.cannot-propose' });
    // What was never agreed keeps nobody from being deleted.
    await a.ask(peers.delete, { params: { id: peerId } });
    expect(await mine()).toEqual([]);
  });

  it('suspends and ends what administrators here have made, with what it says itself', async () => {
    const { id } = await a.ask(peers.create, { body: { name: 'By hand', node: 'https://hand.example.org' } });
    const { token: theirs } = await a.ask(peers.makeToken, { params: { id } });
    const { id: made } = await a.ask(agreements.create, {
      body: { kind: 'full', name: 'By hand', group_id: 2, peer_id: id },
    });
    const patch = (body: object) => say(a, made, body, theirs);
    expect((await patch({ status: 'suspended' })).body).toMatchObject({
      ...{ status: 'suspended', suspendedBy: ['https://hand.example.org'] },
    });
    expect(await at(a, made)).toMatchObject({ suspended_by: 'them', active: true });
    expect((await patch({ status: 'accepted' })).body).toMatchObject({ status: 'accepted', suspendedBy: [] });
    expect((await patch({ status: 'ended', reason: 'We close' })).body).toMatchObject({ status: 'ended' });
    expect(await at(a, made)).toMatchObject({ status: 'ended', active: false, reason: 'We close' });
    const { events } = (await a.call(theirs, 'GET', 'events')).body as { events: { type: string }[] };
    expect(events.map(({ type }) => type)).toEqual(['eu.eosc.helpdesk.agreement.changed.v1']);
  });
});
