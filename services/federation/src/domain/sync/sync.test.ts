import type { FederationDetails, FederationFieldName, FederationFields } from '@helpmesh/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { giverOf, type HandoverStep, handOver, toldTo } from './handover.ts';
import { type HeldTicket, type LinkState, newLink } from './link.ts';
import { canonical, writerOf } from './replica.ts';
import { type Telling, tell, tellAgain } from './send.ts';
import { takeIn } from './take-in.ts';

const start: FederationFields = {
  ...{ subject: 'The portal is down', requester: { pseudonym: 'p1', name: 'Zoë' }, assignedNode: 'b' },
  ...{ state: 'new', priority: 'normal', ownerName: null, tags: [] },
};
const most = 2;

/** A helpdesk with one ticket, and its links to others. */
class Desk {
  ticket: HeldTicket | null = null;
  readonly links = new Map<string, LinkState>();
  readonly out = new Map<string, Telling[]>();
  suggestions = 0;
  sent = 0;
  /** Neighbours that the ticket came through. */
  via: string[] = [];

  constructor(
    readonly name: string,
    peers: string[],
    /** Those that know no details. */
    private readonly old: readonly string[] = [],
  ) {
    for (const peer of peers) {
      this.links.set(peer, newLink(peer));
      this.out.set(peer, []);
    }
  }

  open(fields: FederationFields): void {
    this.ticket = { originNode: this.name, fields, commentIds: [] };
  }

  change(change: Partial<FederationFields>): void {
    if (this.ticket) this.ticket = { ...this.ticket, fields: { ...this.ticket.fields, ...change } };
  }

  /** What a person says about who is to work on it; nothing, where that may not be said. */
  handOver(step: HandoverStep): boolean {
    if (!this.ticket) return false;
    try {
      this.change(handOver(this.ticket.fields, this.name, step, 'now'));
      return true;
    } catch {
      return false;
    }
  }

  get isOld(): boolean {
    return this.old.includes(this.name);
  }

  get works(): boolean {
    return this.ticket?.fields.assignedNode === this.name;
  }

  get giver(): string | undefined {
    return this.ticket ? giverOf(this.ticket.fields, this.name, this.via) : undefined;
  }

  say(id: string): void {
    if (this.ticket) this.ticket = { ...this.ticket, commentIds: [...this.ticket.commentIds, id] };
  }

  tell(peer: string): boolean {
    const told = this.ticket && tell(this.links.get(peer) as LinkState, this.ticket, most, !this.old.includes(peer));
    if (!told) return false;
    this.links.set(peer, told.link);
    this.out.get(peer)?.push(told.telling);
    this.sent++;
    return true;
  }

  /** @param ask  reads where the ticket stands there; null: the peer cannot be reached */
  hear(peer: string, message: Telling, ask: () => Telling | null, whole = false): void {
    const place = { self: this.name, direct: new Set(this.links.keys()) };
    const result = takeIn(this.links.get(peer) as LinkState, this.ticket, message, place, whole);
    if (result.do === 'skip') return;
    if (result.do === 'ask') {
      const stand = ask();
      if (stand) this.hear(peer, stand, () => null, true);
      return;
    }
    if (!this.ticket) this.via = [peer];
    const { fields, commentIds } = this.ticket ?? { fields: start, commentIds: [] };
    this.ticket = {
      originNode: this.ticket?.originNode ?? message.originNode,
      fields: { ...fields, ...result.patch },
      commentIds: [...commentIds, ...result.commentIds],
    };
    this.links.set(peer, result.link);
    this.suggestions += result.suggestions.length;
  }
}

interface Moving {
  do: 'deliver' | 'repeat' | 'lose';
  at: number;
  to: number;
  which: number;
  cut: boolean;
}

type Step =
  | { do: 'edit'; at: number; field: FederationFieldName; value: number }
  | { do: 'comment'; at: number }
  | { do: 'name'; at: number; to: number }
  | { do: 'hand-over'; at: number; to: number; what: HandoverStep['do']; kind: number }
  | { do: 'tell'; at: number; to: number }
  | Moving;

const values: Record<FederationFieldName, FederationFields[FederationFieldName][]> = {
  subject: ['Portal', 'Portal again', 'Something else'],
  requester: [{ pseudonym: 'p1' }, { pseudonym: 'p1', name: 'Zoë M.' }],
  ...{ assignedNode: [], handover: [] },
  state: ['in_progress', 'solved', 'closed', 'verified', 'reopened', 'on_hold'],
  priority: ['low', 'high', 'critical'],
  ownerName: ['Ada', 'Grace', null],
  tags: [['x'], ['y', 'x'], [], ['z']],
  details: [detailsOf('Networks'), detailsOf('Storage'), detailsOf(null)],
};
const editable = ['subject', 'requester', 'state', 'priority', 'ownerName', 'tags', 'details'] as const;

function detailsOf(group: string | null): FederationDetails {
  const none = { service: null, impact: null, urgency: null, firstResponseDue: null, solutionDue: null };
  return { node: 'https://a.example', group, ...none };
}

/** Names along a line: each desk knows its neighbours only. */
function line(names: string[], old: readonly string[] = []): Desk[] {
  return names.map(
    (name, i) =>
      new Desk(
        name,
        [names[i - 1], names[i + 1]].filter((one) => one !== undefined),
        old,
      ),
  );
}

/** Steps are numbers until they meet a net: whatever the size, they mean something. */
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('edit' as const),
      at: fc.nat(9),
      field: fc.constantFrom(...editable),
      value: fc.nat(9),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('comment' as const), at: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('name' as const), at: fc.nat(9), to: fc.nat(9) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('hand-over' as const),
      ...{ at: fc.nat(9), to: fc.nat(9), kind: fc.nat(1) },
      what: fc.constantFrom(...(['offered', 'offered', 'accepted', 'rejected', 'returned', 'withdrawn'] as const)),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('tell' as const), at: fc.nat(9), to: fc.nat(9) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom('deliver' as const, 'deliver' as const, 'repeat' as const, 'lose' as const),
      ...{ at: fc.nat(9), to: fc.nat(9), which: fc.nat(9), cut: fc.boolean() },
    }),
  },
);

const pick = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;

/** Desks in a line, and what is under way between them. */
class Net {
  readonly desks: Desk[];
  actions = 1;
  said = 0;

  constructor(names: string[], old: readonly string[] = []) {
    this.desks = line(names, old);
    this.desks[0]?.open({ ...start, assignedNode: names[1] as string });
  }

  get sent(): number {
    return this.desks.reduce((sum, desk) => sum + desk.sent, 0);
  }

  get tickets(): HeldTicket[] {
    return this.desks.map(({ ticket }) => ticket as HeldTicket);
  }

  play(steps: readonly Step[]): this {
    for (const one of steps) this.step(one);
    return this;
  }

  /** What is on its way arrives, each asks the other where things stand, and all is told until all is known. */
  settle(): this {
    for (let round = 0; ; round++) {
      if (round > 50) throw new Error('the net does not come to rest');
      let moved = false;
      for (const desk of this.desks) {
        for (const peer of desk.links.keys()) {
          while (desk.tell(peer)) moved = true;
          for (const message of (desk.out.get(peer) as Telling[]).splice(0)) {
            this.deliver(desk, peer, message);
            moved = true;
          }
          const stand = this.standOf(desk, peer);
          const there = this.desk(peer).links.get(desk.name) as LinkState;
          if (!stand || stand.sequence <= there.sequenceIn) continue;
          this.desk(peer).hear(desk.name, stand, () => null, true);
          // What they heard may want an answer.
          moved = true;
        }
      }
      if (!moved) return this;
    }
  }

  private desk(name: string): Desk {
    return this.desks.find((desk) => desk.name === name) as Desk;
  }

  private standOf(desk: Desk, peer: string): Telling | null {
    return tellAgain(desk.links.get(peer) as LinkState, desk.ticket?.originNode ?? '');
  }

  private deliver(from: Desk, to: string, message: Telling, cut = false): void {
    this.desk(to).hear(from.name, message, () => (cut ? null : this.standOf(from, to)));
  }

  private step(one: Step): void {
    const desk = pick(this.desks, one.at);
    if (one.do === 'tell') desk.tell(pick([...desk.links.keys()], one.to));
    else if ('which' in one) this.move(desk, one);
    else if (desk.ticket) this.act(desk, one);
  }

  private act(desk: Desk, one: Exclude<Step, Moving | { do: 'tell' }>): void {
    if (one.do === 'hand-over' && !desk.handOver(this.wordOf(one, desk))) return;
    if (one.do === 'name' && !desk.works) return;
    // Only who works on it has something to say of that, and only if it knows how.
    if (one.do === 'edit' && one.field === 'details' && (!desk.works || desk.isOld)) return;
    this.actions++;
    // As a helpdesk does that does not ask.
    if (one.do === 'name') desk.change({ assignedNode: pick([...desk.links.keys()], one.to) });
    else if (one.do === 'edit') desk.change({ [one.field]: pick(values[one.field], one.value) });
    else if (one.do === 'comment') desk.say(`c${++this.said}`);
  }

  private wordOf({ what, to, kind }: Extract<Step, { do: 'hand-over' }>, desk: Desk): HandoverStep {
    const id = `offer ${this.actions}`;
    const kinds = [{}, { kind: 'binding' as const }];
    if (what === 'offered') {
      return { do: what, to: pick([...desk.links.keys()], to), id, reason: 'why', ...pick(kinds, kind) };
    }
    return what === 'returned' ? { do: what, to: desk.giver, id, reason: 'no' } : { do: what, reason: 'because' };
  }

  private move(desk: Desk, { do: what, to, which, cut }: Moving): void {
    const peer = pick([...desk.links.keys()], to);
    const waiting = desk.out.get(peer) as Telling[];
    if (waiting.length === 0) return;
    const at = which % waiting.length;
    const message = waiting[at] as Telling;
    if (what !== 'repeat') waiting.splice(at, 1);
    if (what !== 'lose') this.deliver(desk, peer, message, cut);
  }
}

describe.each([
  ['two helpdesks', ['a', 'b'], []],
  ['three helpdesks in a line', ['a', 'b', 'c'], []],
  ['two helpdesks, one of an earlier release', ['a', 'b'], ['b']],
  ['three helpdesks, the one in the middle of an earlier release', ['a', 'b', 'c'], ['b']],
])('%s', (_what, names, old) => {
  const runs = { numRuns: 1_000 };
  const steps = fc.array(step, { maxLength: 60 });
  const lastWords = [
    ['ownerName' as const, 'the last word'] as const,
    ['subject' as const, 'the last word'] as const,
    ...(old.length === 0 ? [['details' as const, detailsOf('The last word')] as const] : []),
  ];

  it('hold the same in the end, whatever was lost, doubled or overtaken on the way', () => {
    fc.assert(
      fc.property(steps, (done) => {
        const net = new Net(names, old).play(done).settle();
        const [first, ...others] = net.tickets as [HeldTicket, ...HeldTicket[]];
        // Whoever has offered it knows all; why is for the other one of the two alone.
        const { handover } = first.fields;
        const offerer = net.desks.find(({ name }) => name === handover?.from)?.ticket ?? first;
        for (const { name, ticket } of net.desks) {
          const fields = canonical((ticket as HeldTicket).fields);
          const wanted = toldTo(name, canonical(offerer.fields));
          if (old.length === 0) expect(fields).toEqual(wanted);
          else expect({ ...fields, details: undefined }).toEqual({ ...wanted, details: undefined });
          if (old.includes(name)) expect(fields).not.toHaveProperty('details');
        }
        for (const other of others) {
          expect([...other.commentIds].sort()).toEqual([...first.commentIds].sort());
        }
        expect(new Set(first.commentIds).size).toBe(first.commentIds.length);
        expect(first.commentIds.length).toBe(net.said);
      }),
      runs,
    );
  });

  it('never send more than two messages a link for what one person does', () => {
    fc.assert(
      fc.property(steps, (done) => {
        const net = new Net(names, old).play(done).settle();
        expect(net.sent).toBeLessThanOrEqual(net.actions * 2 * (names.length - 1));
      }),
      runs,
    );
  });

  it('take over what the writer of a field says, wherever that is by then', () => {
    fc.assert(
      fc.property(steps, fc.constantFrom(...lastWords), (done, [field, word]) => {
        const net = new Net(names, old).play(done).settle();
        const [{ fields, originNode }] = net.tickets as [HeldTicket];
        const writer = net.desks.find(({ name }) => name === writerOf(field, fields, originNode)) as Desk;
        const before = net.sent;
        writer.change({ [field]: word });
        net.settle();
        for (const ticket of net.tickets) expect(ticket.fields[field]).toEqual(word);
        expect(net.sent - before).toBe(names.length - 1);
      }),
      runs,
    );
  });
});

function pair() {
  const [a, b] = line(['a', 'b']) as [Desk, Desk];
  a.open({ ...start, assignedNode: 'b' });
  const pass = (from: Desk, to: Desk): number => {
    let count = 0;
    while (from.tell(to.name)) count++;
    for (const message of (from.out.get(to.name) as Telling[]).splice(0)) to.hear(from.name, message, () => null);
    return count;
  };
  pass(a, b);
  return { a, b, pass };
}

describe('a change', () => {
  it('by the writer costs one message, and is not sent back', () => {
    const { a, b, pass } = pair();
    b.change({ state: 'in_progress', ownerName: 'Ada' });
    expect([pass(b, a), pass(a, b), pass(b, a)]).toEqual([1, 0, 0]);
    expect(a.ticket?.fields).toMatchObject({ state: 'in_progress', ownerName: 'Ada' });
  });

  it('by somebody else becomes a suggestion, and the writer says once how it stays', () => {
    const { a, b, pass } = pair();
    a.change({ priority: 'critical' });
    expect([pass(a, b), pass(b, a), pass(a, b)]).toEqual([1, 1, 0]);
    expect(b.suggestions).toBe(1);
    expect([a.ticket?.fields.priority, b.ticket?.fields.priority]).toEqual(['normal', 'normal']);
  });

  it('of the state takes a ticket up again from where it began, but only there', () => {
    const { a, b, pass } = pair();
    b.change({ state: 'solved' });
    pass(b, a);
    a.change({ state: 'reopened' });
    expect([pass(a, b), pass(b, a)]).toEqual([1, 0]);
    expect(b.ticket?.fields.state).toBe('reopened');
    expect(b.suggestions).toBe(0);
  });

  it('of tags adds them from either side, and only the writer takes them away', () => {
    const { a, b, pass } = pair();
    b.change({ tags: ['grid'] });
    a.change({ tags: ['vo'] });
    for (let i = 0; i < 3; i++) pass(a, b) + pass(b, a);
    expect([a.ticket?.fields.tags, b.ticket?.fields.tags]).toEqual([
      ['grid', 'vo'],
      ['grid', 'vo'],
    ]);
    a.change({ tags: [] });
    for (let i = 0; i < 3; i++) pass(a, b) + pass(b, a);
    expect(a.ticket?.fields.tags).toEqual(['grid', 'vo']);
    b.change({ tags: [] });
    pass(b, a);
    expect(a.ticket?.fields.tags).toEqual([]);
  });

  it('of spelling alone is none', () => {
    const { a, b, pass } = pair();
    b.change({ ownerName: 'Zoe\u0308', tags: ['b', 'a'] });
    pass(b, a);
    b.change({ ownerName: ' Zoë ', tags: ['a', 'b', 'a'] });
    expect(pass(b, a)).toBe(0);
  });

  it('of what whoever works on it says of its own is told, never wished, and unsaid by a helpdesk that does not know it', () => {
    const { a, b, pass } = pair();
    b.change({ details: detailsOf('Networks') });
    expect([pass(b, a), pass(a, b)]).toEqual([1, 0]);
    expect(a.ticket?.fields.details?.group).toBe('Networks');
    a.change({ details: detailsOf('Ours') });
    expect([pass(a, b), pass(b, a), pass(a, b)]).toEqual([1, 1, 0]);
    expect([a.ticket?.fields.details?.group, b.suggestions]).toEqual(['Networks', 0]);
    // A message without it says nothing of it.
    const told = b.tell('a') ? [] : [tellAgain(b.links.get('a') as LinkState, 'a') as Telling];
    const [{ fields, ...last }] = told as [Telling];
    const { details: _, ...others } = fields;
    const next = { ...last, sequence: last.sequence + 1, fields: { ...others, state: 'on_hold' as const } };
    a.hear('b', { ...next, changed: ['state'] }, () => null);
    expect(a.ticket?.fields).toMatchObject({ state: 'on_hold', details: { group: 'Networks' } });
  });

  it('goes with the ticket when that is handed over', () => {
    const { a, b, pass } = pair();
    b.handOver({ ...offerTo('a'), kind: 'done' });
    b.change({ priority: 'high' });
    pass(b, a);
    a.change({ priority: 'low' });
    expect([pass(a, b), pass(b, a)]).toEqual([1, 0]);
    expect(b.ticket?.fields.priority).toBe('low');
  });
});

const offerTo = (to: string) => ({ do: 'offered' as const, to, id: 'offer', reason: 'their network' });

describe('a ticket that is offered', () => {
  const nodes = ({ a, b }: Record<'a' | 'b', Desk>) => [a, b].map(({ ticket }) => ticket?.fields.assignedNode);
  const words = ({ a, b }: Record<'a' | 'b', Desk>) => [a, b].map(({ ticket }) => ticket?.fields.handover);

  it('is worked on where it was until the other side accepts, and there from then on; each word is one message', () => {
    const { a, b, pass } = pair();
    expect(b.handOver(offerTo('a'))).toBe(true);
    expect([pass(b, a), pass(a, b), ...nodes({ a, b })]).toEqual([1, 0, 'b', 'b']);
    expect(a.handOver({ do: 'accepted', reason: '' })).toBe(true);
    // Not before the other side knows: else both would work on it, or none.
    expect(nodes({ a, b })).toEqual(['b', 'b']);
    expect([pass(a, b), pass(b, a), pass(a, b)]).toEqual([1, 1, 0]);
    expect(nodes({ a, b })).toEqual(['a', 'a']);
    expect([a.suggestions, b.suggestions]).toEqual([0, 0]);
  });

  it('stays with the reason when it is rejected, and does not go there again by itself', () => {
    const { a, b, pass } = pair();
    b.handOver(offerTo('a'));
    pass(b, a);
    a.handOver({ do: 'rejected', reason: 'not our network' });
    expect([pass(a, b), pass(b, a), pass(a, b)]).toEqual([1, 0, 0]);
    const word = { status: 'rejected', reason: 'their network', answer: 'not our network' };
    expect(words({ a, b })).toMatchObject([word, word]);
    expect(nodes({ a, b })).toEqual(['b', 'b']);
    expect([a.handOver({ do: 'accepted', reason: '' }), pass(b, a), pass(a, b)]).toEqual([false, 0, 0]);
  });

  it('comes back to who gave it, at once and with the reason, from where it was accepted or sent at first', () => {
    const { a, b, pass } = pair();
    expect([a.giver, b.giver]).toEqual([undefined, 'a']);
    b.handOver({ do: 'returned', to: b.giver, id: 'first', reason: 'not ours' });
    expect([pass(b, a), pass(a, b), ...nodes({ a, b })]).toEqual([1, 0, 'a', 'a']);
    a.handOver(offerTo('b'));
    pass(a, b);
    b.handOver({ do: 'accepted', reason: '' });
    pass(b, a) + pass(a, b);
    expect([b.giver, ...nodes({ a, b })]).toEqual(['a', 'b', 'b']);
    b.handOver({ do: 'returned', to: b.giver, id: 'other', reason: 'after all not' });
    expect([pass(b, a), pass(a, b), ...nodes({ a, b })]).toEqual([1, 0, 'a', 'a']);
    expect(words({ a, b })[0]).toMatchObject({ id: 'offer', status: 'returned', answer: 'after all not' });
  });

  it('stays when it was withdrawn before the answer came: the answer is for nothing', () => {
    const { a, b, pass } = pair();
    b.handOver(offerTo('a'));
    pass(b, a);
    b.handOver({ do: 'withdrawn', reason: '' });
    a.handOver({ do: 'accepted', reason: '' });
    for (let i = 0; i < 3; i++) pass(a, b) + pass(b, a);
    expect(nodes({ a, b })).toEqual(['b', 'b']);
    expect(words({ a, b }).filter(Boolean)).toEqual([]);
    expect([a.suggestions, b.suggestions]).toEqual([0, 0]);
  });

  it('is answered although the one who offers it speaks of something else before the answer is told', () => {
    const { a, b, pass } = pair();
    b.handOver(offerTo('a'));
    pass(b, a);
    a.handOver({ do: 'accepted', reason: '' });
    b.change({ priority: 'high' });
    pass(b, a);
    for (let i = 0; i < 2; i++) pass(a, b) + pass(b, a);
    expect(nodes({ a, b })).toEqual(['a', 'a']);
  });

  it('is worked on by whoever accepts it, without another word, when the offer was binding', () => {
    const { a, b, pass } = pair();
    b.handOver({ ...offerTo('a'), kind: 'binding' });
    pass(b, a);
    expect([b.handOver({ do: 'withdrawn', reason: '' }), a.handOver({ do: 'accepted', reason: '' })]).toEqual([
      ...[false, true],
    ]);
    a.change({ priority: 'high' });
    expect([pass(a, b), pass(b, a), ...nodes({ a, b })]).toEqual([1, 0, 'a', 'a']);
    expect([b.ticket?.fields.priority, b.suggestions]).toEqual(['high', 0]);
  });

  it('is accepted by nobody in the name of another one, who has a link of its own', () => {
    const us = new Desk('us', ['c']);
    const hear = (peer: string, told: Partial<FederationFields>) => {
      const { sequenceIn, sequenceOut } = us.links.get(peer) as LinkState;
      const message: Telling = {
        ...{ sequence: sequenceIn + 1, acknowledged: sequenceOut, originNode: 'c', commentIds: [] },
        ...{ fields: { ...start, ...us.ticket?.fields, ...told }, changed: Object.keys(told) as FederationFieldName[] },
      };
      us.hear(peer, message, () => null);
    };
    hear('c', { assignedNode: 'b' });
    // As long as they alone know it, it is so: they speak for the other one, and offer the ticket to us.
    hear('c', { assignedNode: 'c' });
    const first = { id: 'first', from: 'c', to: 'us', status: 'offered', reason: '', answer: '', at: 'now' };
    hear('c', { handover: { ...first, binding: true } as never });
    us.handOver({ do: 'accepted', reason: '' });
    us.links.set('b', newLink('b'));
    us.out.set('b', []);
    expect([us.handOver(offerTo('b')), us.tell('b'), us.tell('c')]).toEqual([true, true, true]);
    const offer = us.ticket?.fields.handover as never as object;
    const yes = { ...offer, status: 'accepted', answer: 'of course' } as never;
    hear('c', { handover: yes });
    hear('c', { handover: yes, assignedNode: 'b', ownerName: 'Eve' });
    expect(us.ticket?.fields).toMatchObject({ assignedNode: 'us', ownerName: null, handover: { status: 'offered' } });

    hear('b', { handover: yes });
    expect(us.ticket?.fields).toMatchObject({ assignedNode: 'b', handover: { status: 'accepted' } });
    us.tell('c');
    const before = us.suggestions;
    hear('c', { assignedNode: 'c', state: 'closed', priority: 'low' });
    expect(us.ticket?.fields).toMatchObject({ assignedNode: 'b', state: 'new', priority: 'normal' });
    expect(us.suggestions - before).toBe(3);
    hear('b', { state: 'in_progress', ownerName: 'Ada' });
    expect(us.ticket?.fields).toMatchObject({ state: 'in_progress', ownerName: 'Ada' });
  });

  it('is worked on by nobody who was not asked, and has not said yes', () => {
    const { a, b, pass } = pair();
    // What it has of a, it may give back.
    b.handOver({ do: 'returned', to: b.giver, id: 'back', reason: 'not ours' });
    pass(b, a);
    expect(nodes({ a, b })).toEqual(['a', 'a']);

    a.change({ assignedNode: 'b' });
    expect([pass(a, b), pass(b, a), pass(a, b), ...nodes({ a, b })]).toEqual([1, 1, 0, 'a', 'a']);
    expect(b.suggestions).toBe(1);
    // Nor by way of a yes that it has not said, or of an offer that it has not made.
    const word = { id: 'made up', status: 'accepted', reason: '', answer: 'yes', at: 'now' };
    for (const [from, to] of ['ab', 'ba'] as const) {
      a.change({ handover: { ...word, from, to } as never });
      expect([pass(a, b), b.ticket?.fields.handover?.id]).toEqual([1, 'back']);
      a.change({ assignedNode: 'b' });
      expect([pass(a, b), pass(b, a), ...nodes({ a, b })]).toEqual([1, 1, 'a', 'a']);
    }
    a.handOver(offerTo('b'));
    pass(a, b);
    b.handOver({ do: 'accepted', reason: '' });
    pass(b, a) + pass(a, b);
    expect(nodes({ a, b })).toEqual(['b', 'b']);
  });

  it('is worked on by nobody else whom the one who works on it names and we are linked with ourselves', () => {
    const [a, b, c] = line(['a', 'b', 'c']) as [Desk, Desk, Desk];
    a.open({ ...start, assignedNode: 'b' });
    const net = () => {
      for (const [from, to] of [
        [a, b],
        [b, c],
        [c, b],
        [b, a],
      ] as const) {
        while (from.tell(to.name))
          for (const one of (from.out.get(to.name) as Telling[]).splice(0)) to.hear(from.name, one, () => null);
      }
    };
    const working = () => [a, b, c].map(({ ticket }) => ticket?.fields.assignedNode);
    net();
    b.handOver(offerTo('c'));
    net();
    c.handOver({ do: 'accepted', reason: '' });
    net();
    net();
    expect([...working(), [...(a.links.get('b') as LinkState).behind]]).toEqual(['c', 'c', 'c', ['c']]);
    c.change({ assignedNode: 'a' });
    net();
    net();
    expect([working(), b.suggestions]).toEqual([['c', 'c', 'c'], 1]);
    // Whoever does not work on it any more is not looked for behind the other one any longer.
    c.handOver({ do: 'returned', to: c.giver, id: 'back', reason: 'done' });
    net();
    net();
    expect([...working(), [...(a.links.get('b') as LinkState).behind]]).toEqual(['b', 'b', 'b', []]);
    expect([...(c.links.get('b') as LinkState).behind]).toEqual(['a']);
  });

  it('tells why to the other one of the two alone, and a reason that somebody else names goes nowhere', () => {
    const [a, b, c] = line(['a', 'b', 'c']) as [Desk, Desk, Desk];
    b.open({ ...start, assignedNode: 'b' });
    const told: Telling[] = [];
    const pass = (from: Desk, to: Desk) => {
      let count = 0;
      for (; from.tell(to.name); count++) {
        const sent = (from.out.get(to.name) as Telling[]).splice(0);
        if (to === c) told.push(...sent);
        for (const one of sent) to.hear(from.name, one, () => null);
      }
      return count;
    };
    const words = (desk: Desk) => desk.ticket?.fields.handover;
    const known = (desk: Desk) => [words(desk)?.reason, words(desk)?.answer];
    b.handOver(offerTo('a'));
    expect([pass(b, a), pass(b, c), pass(a, b), pass(c, b)]).toEqual([1, 1, 0, 0]);
    expect([a, b, c].map(known)).toEqual([
      ['their network', ''],
      ['their network', ''],
      ['', ''],
    ]);
    a.handOver({ do: 'accepted', reason: 'gladly' });
    pass(a, b);
    expect([pass(b, a), pass(b, c), pass(a, b), pass(c, b)]).toEqual([1, 1, 0, 0]);
    a.handOver({ do: 'returned', to: a.giver, id: 'other', reason: 'after all not' });
    expect([pass(a, b), pass(b, c), pass(b, a), pass(c, b)]).toEqual([1, 1, 0, 0]);
    expect([a, b].map(known)).toEqual([...Array(2).fill(['their network', 'after all not'])]);
    expect(words(c)).toMatchObject({ status: 'returned', from: 'b', to: 'a', reason: '', answer: '' });
    for (const word of ['their network', 'gladly', 'after all not']) expect(JSON.stringify(told)).not.toContain(word);

    // They are not forgotten when somebody works on it who was never told.
    b.change({ assignedNode: 'c' });
    pass(b, c);
    c.change({ priority: 'high' });
    expect([pass(c, b), pass(b, c), b.ticket?.fields.priority]).toEqual([1, 0, 'high']);
    expect(known(b)).toEqual(['their network', 'after all not']);
    // One who knows of it all the same is neither believed nor put right.
    const fields = { ...start, ...c.ticket?.fields, handover: { ...words(b), reason: 'made up' } as never };
    const { sequenceIn, sequenceOut } = b.links.get('c') as LinkState;
    const made = { sequence: sequenceIn + 1, acknowledged: sequenceOut, originNode: 'b', commentIds: [] };
    b.hear('c', { ...made, fields, changed: ['handover'] }, () => null);
    expect([pass(b, c), known(b)]).toEqual([0, ['their network', 'after all not']]);
  });

  it('is answered by nobody else, and twice by none', () => {
    const [a, b, c] = line(['a', 'b', 'c']) as [Desk, Desk, Desk];
    b.open({ ...start, assignedNode: 'b' });
    b.handOver(offerTo('a'));
    const net = (from: Desk, to: Desk) => {
      while (from.tell(to.name))
        for (const one of (from.out.get(to.name) as Telling[]).splice(0)) to.hear(from.name, one, () => null);
    };
    net(b, a);
    net(b, c);
    expect([c.handOver({ do: 'accepted', reason: '' }), b.handOver(offerTo('c'))]).toEqual([false, false]);
    c.change({ handover: { ...(b.ticket?.fields.handover as never as object), status: 'accepted' } as never });
    net(c, b);
    expect(b.ticket?.fields).toMatchObject({ assignedNode: 'b', handover: { status: 'offered' } });
    expect([a.handOver({ do: 'rejected', reason: 'no' }), a.handOver({ do: 'rejected', reason: 'no' })]).toEqual([
      ...[true, true],
    ]);
    net(a, b);
    expect(b.ticket?.fields).toMatchObject({ assignedNode: 'b', handover: { status: 'rejected' } });
  });
});
