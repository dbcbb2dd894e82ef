import { type EpochMs, epochMs } from '@helpmesh/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AlertMemory,
  heard,
  isOver,
  MOST_CHANGES,
  QUIET_MS,
  quietFrom,
  settled,
  storable,
  type TicketStanding,
} from './alert.ts';
import { alertOf } from './alertmanager.ts';
import { alertBody, alertTitle, noteWords } from './words.ts';

const noon = Date.UTC(2026, 4, 4, 12);
const minute = 60_000;
const hour = 60 * minute;

/** A thing and its ticket, as they go through what is said of it. */
class Thing {
  memory: AlertMemory | null = null;
  ticket: TicketStanding = 'none';
  opened = 0;
  notes = 0;

  constructor(private readonly solves = true) {}

  say(status: string, at: number, downtime = false): string {
    return this.done(heard(this.memory, { status, downtime }, this.ticket, this.solves, epochMs(at)));
  }

  settle(at: number): string {
    return this.done(settled(this.memory as AlertMemory, this.ticket, this.solves, epochMs(at)));
  }

  private done(deed: ReturnType<typeof heard>): string {
    if (deed.do === 'ignore') return 'ignore';
    this.memory = deed.memory;
    if (deed.do === 'open') {
      this.ticket = 'open';
      this.opened += 1;
    }
    if (deed.do !== 'note') return deed.do;
    this.notes += 1;
    if (deed.state) this.ticket = deed.state === 'close' ? 'closed' : 'open';
    return [deed.why, deed.state].filter((one) => one).join(' ');
  }
}

describe('a thing that a monitoring tells of', () => {
  it('has one ticket, which closes when all is well and is taken up again when the same trouble comes back', () => {
    const thing = new Thing();
    expect(thing.say('OK', noon)).toBe('ignore');
    expect(thing.say('CRITICAL', noon)).toBe('open');
    expect(thing.say('critical', noon + minute)).toBe('count');
    expect(thing.say('WARNING', noon + 2 * minute)).toBe('changed');
    expect(thing.say('OK', noon + 3 * minute)).toBe('changed close');
    expect(thing.say('up', noon + 4 * minute)).toBe('count');
    expect(thing.say('CRITICAL', noon + 50 * minute)).toBe('changed reopen');
    expect(thing.say('OK', noon + 51 * minute)).toBe('changed close');
    // An hour later it is something new.
    expect(thing.say('CRITICAL', noon + 51 * minute + hour)).toBe('open');
  });

  it('has a new ticket when a person has closed the one before, and none in a downtime', () => {
    const thing = new Thing();
    thing.say('DOWN', noon);
    thing.ticket = 'closed';
    expect(thing.say('DOWN', noon + minute, true)).toBe('ignore');
    expect(thing.say('DOWN', noon + minute)).toBe('open');
    thing.ticket = 'none';
    expect(thing.say('DOWN', noon + 2 * minute)).toBe('open');
    expect(new Thing().say('DOWN', noon, true)).toBe('ignore');
  });

  it('is only noted where nothing is closed by itself', () => {
    const thing = new Thing(false);
    thing.say('DOWN', noon);
    expect(thing.say('UP', noon + minute)).toBe('changed');
    expect(thing.say('DOWN', noon + 2 * minute)).toBe('changed');
    expect(thing.ticket).toBe('open');
  });

  it('that became part of another ticket is noted there, and neither closes nor opens it', () => {
    const thing = new Thing();
    thing.say('DOWN', noon);
    thing.ticket = 'joined';
    expect(thing.say('DOWN', noon + minute)).toBe('count');
    expect(thing.say('UP', noon + 2 * minute)).toBe('changed');
    expect(thing.say('DOWN', noon + 3 * minute)).toBe('changed');
    for (let n = 4; n < 20; n++) thing.say(n % 2 ? 'DOWN' : 'UP', noon + n * minute);
    expect(thing.say('UP', noon + 20 * minute)).toBe('count');
    expect(thing.settle(noon + hour)).toBe('quiet');
    expect([thing.ticket, thing.opened]).toEqual(['joined', 1]);
  });

  it('that says the same for hours is noted every six', () => {
    const thing = new Thing();
    thing.say('DOWN', noon);
    const said = Array.from({ length: 13 }, (_, n) => thing.say('DOWN', noon + (n + 1) * hour));
    expect(said.flatMap((one, n) => (one === 'count' ? [] : [[n + 1, one]]))).toEqual([
      [6, 'still'],
      [12, 'still'],
    ]);
  });

  it('that flaps is noted a few times, then counted, and what it comes to is said when it is quiet', () => {
    const thing = new Thing();
    const said = Array.from({ length: 40 }, (_, n) => thing.say(n % 2 ? 'OK' : 'DOWN', noon + n * minute));
    expect(said[0]).toBe('open');
    expect(said.filter((one) => one === 'flapping' || one === 'flapping reopen')).toHaveLength(1);
    expect(thing.opened).toBe(1);
    expect(thing.notes).toBe(MOST_CHANGES + 1);
    expect(thing.ticket).toBe('open');
    const last = noon + 39 * minute;
    expect(quietFrom(thing.memory as AlertMemory)).toBe(last + QUIET_MS);
    expect(thing.settle(last + QUIET_MS)).toBe('quiet close');
    expect(thing.memory).toMatchObject({ flapping: false, unsaid: 0, isOver: true });
    expect(thing.say('DOWN', last + QUIET_MS + minute)).toBe('flapping reopen');
  });

  it('makes few notes and few tickets, whatever is said of it and how often', () => {
    const word = fc.record({
      status: fc.constantFrom('OK', 'WARNING', 'CRITICAL', 'up', 'DOWN'),
      after: fc.integer({ min: 0, max: 10 * minute }),
    });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 200 }), fc.boolean(), (wordsOfIt, solves) => {
        const thing = new Thing(solves);
        let now: EpochMs = epochMs(noon);
        for (const { status, after } of wordsOfIt) {
          now = epochMs(now + after);
          if (thing.memory?.flapping && quietFrom(thing.memory) <= now) thing.settle(now);
          thing.say(status, now);
          // What it says and how the ticket stands are the same, unless it flaps.
          if (thing.memory && !thing.memory.flapping && solves && thing.ticket !== 'none') {
            expect(thing.ticket).toBe(isOver(status) ? 'closed' : 'open');
          }
        }
        const hours = Math.ceil((now - noon) / hour) + 1;
        expect(thing.notes + thing.opened).toBeLessThanOrEqual(hours * (MOST_CHANGES + 10));
      }),
      { numRuns: 500 },
    );
  });
});

describe('what is said of it', () => {
  const nothing = { service: null, site: null, probe: null, since: null, url: null, text: null, downtime: false };

  it.each([
    [{ probe: 'https', service: 'Portal', site: 'KIT' }, 'https of Portal at KIT is DOWN'],
    [{ service: 'Portal' }, 'Portal is DOWN'],
    [{}, 'key-1 is DOWN'],
    [{ probe: 'x'.repeat(300) }, 'x'.repeat(250)],
    [{ probe: `${'x'.repeat(249)}😀` }, `${'x'.repeat(249)}\ufffd`],
  ])('%j is called "%s"', (given, title) => {
    expect(alertTitle({ ...nothing, dedupKey: 'key-1', status: 'DOWN', ...given })).toBe(title);
  });

  it('is kept without what cannot be', () => {
    const odd = { ...nothing, dedupKey: 'a\0b', status: 'DOWN', text: 'torn \ud83d', downtime: true };
    expect(storable(odd)).toEqual({ ...odd, dedupKey: 'a\ufffdb', text: 'torn \ufffd' });
  });

  it('names what is known, and how much was not noted', () => {
    const alert = { ...nothing, dedupKey: 'key-1', status: 'DOWN', url: 'https://m.example/1', text: 'No answer' };
    expect(alertBody(alert)).toBe('Status: DOWN\nLink: https://m.example/1\nKey: key-1\n\nNo answer');
    const memory = { status: 'DOWN' } as AlertMemory;
    expect(noteWords('still', alert, memory, 1)).toContain('1 more word of it');
    expect(noteWords('quiet', alert, memory, 12)).toContain('the status is DOWN. 12 more words');
    expect(noteWords('flapping', alert, memory, 0)).toContain('counted and not noted');
  });

  it('by Alertmanager is read from the usual labels', () => {
    const labels = { alertname: 'PortalDown', severity: 'critical', job: 'portal', instance: 'web1:443' };
    const annotations = { summary: 'The portal is down.', description: 'For 5 minutes.' };
    const one = {
      status: 'firing' as const,
      labels,
      annotations,
      fingerprint: 'c0ffee',
      startsAt: '2026-05-04T12:00:00Z',
    };
    expect(alertOf(one)).toEqual({
      ...{ dedupKey: 'alertmanager c0ffee', service: 'portal', site: 'web1:443', probe: 'PortalDown' },
      ...{ status: 'CRITICAL', since: '2026-05-04T12:00:00Z', url: null, downtime: false },
      text: 'The portal is down.\nFor 5 minutes.',
    });
    const over = alertOf({ ...one, status: 'resolved', labels: { ...labels, service: 'Portal' } });
    expect(over).toMatchObject({ status: 'OK', service: 'Portal', dedupKey: 'alertmanager c0ffee' });
    expect(alertOf({ status: 'firing', labels: {}, fingerprint: '1' })).toMatchObject({ status: 'FIRING', text: null });
  });
});
