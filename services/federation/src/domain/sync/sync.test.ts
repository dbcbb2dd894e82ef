import type { FederationFieldName, FederationFields } from '@helpmesh/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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

  constructor(
    readonly name: string,
    peers: string[],
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

  say(id: string): void {
    if (this.ticket) this.ticket = { ...this.ticket, commentIds: [...this.ticket.commentIds, id] };
  }

  tell(peer: string): boolean {
    const told = this.ticket && tell(this.links.get(peer) as LinkState, this.ticket, most);
    if (!told) return false;
    this.links.set(peer, told.link);
    this.out.get(peer)?.push(told.telling);
    this.sent++;
    return true;
  }

  /** @param ask  reads where the ticket stands there; null: the peer cannot be reached */
  hear(peer: string, message: Telling, ask: () => Telling | null, whole = false): void {
    const result = takeIn(this.links.get(peer) as LinkState, this.ticket, message, this.name, whole);
    if (result.do === 'skip') return;
    if (result.do === 'ask') {
      const stand = ask();
      if (stand) this.hear(peer, stand, () => null, true);
      return;
    }
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
  | { do: 'hand-over'; at: number; to: number }
  | { do: 'tell'; at: number; to: number }
  | Moving;

const values: Record<FederationFieldName, FederationFields[FederationFieldName][]> = {
  subject: ['Portal', 'Portal again', 'Something else'],
  requester: [{ pseudonym: 'p1' }, { pseudonym: 'p1', name: 'Zoë M.' }],
  assignedNode: [],
  state: ['in_progress', 'solved', 'closed', 'verified', 'reopened', 'on_hold'],
  priority: ['low', 'high', 'critical'],
  ownerName: ['Ada', 'Grace', null],
  tags: [['x'], ['y', 'x'], [], ['z']],
};
const editable = ['subject', 'requester', 'state', 'priority', 'ownerName', 'tags'] as const;

/** Names along a line: each desk knows its neighbours only. */
function line(names: string[]): Desk[] {
  return names.map(
    (name, i) =>
      new Desk(
        name,
        [names[i - 1], names[i + 1]].filter((one) => one !== undefined),
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
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hand-over' as const), at: fc.nat(9), to: fc.nat(9) }) },
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

  constructor(names: string[]) {
    this.desks = line(names);
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
    else if (desk.ticket) this.act(desk, desk.ticket, one);
  }

  private act(desk: Desk, ticket: HeldTicket, one: Exclude<Step, Moving | { do: 'tell' }>): void {
    const writes = ticket.fields.assignedNode === desk.name;
    if (one.do === 'hand-over' && !writes) return;
    this.actions++;
    if (one.do === 'edit') desk.change({ [one.field]: pick(values[one.field], one.value) });
    else if (one.do === 'comment') desk.say(`c${++this.said}`);
    else desk.change({ assignedNode: pick([...desk.links.keys()], one.to) });
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
  ['two helpdesks', ['a', 'b']],
  ['three helpdesks in a line', ['a', 'b', 'c']],
])('%s', (_what, names) => {
  const runs = { numRuns: 1_000 };
  const steps = fc.array(step, { maxLength: 60 });

  it('hold the same in the end, whatever was lost, doubled or overtaken on the way', () => {
    fc.assert(
      fc.property(steps, (done) => {
        const net = new Net(names).play(done).settle();
        const [first, ...others] = net.tickets as [HeldTicket, ...HeldTicket[]];
        for (const other of others) {
          expect(canonical(other.fields)).toEqual(canonical(first.fields));
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
        const net = new Net(names).play(done).settle();
        expect(net.sent).toBeLessThanOrEqual(net.actions * 2 * (names.length - 1));
      }),
      runs,
    );
  });

  it('take over what the writer of a field says, wherever that is by then', () => {
    fc.assert(
      fc.property(steps, fc.constantFrom('ownerName' as const, 'subject' as const), (done, field) => {
        const net = new Net(names).play(done).settle();
        const [{ fields, originNode }] = net.tickets as [HeldTicket];
        const writer = net.desks.find(({ name }) => name === writerOf(field, fields, originNode)) as Desk;
        const before = net.sent;
        writer.change({ [field]: 'the last word' });
        net.settle();
        for (const ticket of net.tickets) expect(ticket.fields[field]).toBe('the last word');
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

  it('goes with the ticket when that is handed over', () => {
    const { a, b, pass } = pair();
    b.change({ assignedNode: 'a', priority: 'high' });
    pass(b, a);
    a.change({ priority: 'low' });
    expect([pass(a, b), pass(b, a)]).toEqual([1, 0]);
    expect(b.ticket?.fields.priority).toBe('low');
  });
});
