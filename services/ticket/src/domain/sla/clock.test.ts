import { type EpochMs, epochMs } from '@helpmesh/kernel';
import { describe, expect, it } from 'vitest';
import { type BusinessHours, calendarOf, type PublicHolidays, weekdays } from './calendar.ts';
import { type Course, pausesOf, reckon, type StateSince, type Targets, type TicketFacts } from './clock.ts';
import { type ClockName, type Figure, noEscalation } from './escalation.ts';
import { noticeAt, takeNotices } from './notices.ts';
import { WorkingTime } from './working-time.ts';

const at = (text: string) => epochMs(Date.parse(`${text.replace(' ', 'T')}Z`));
const shown = (instant: EpochMs | null) => instant && new Date(instant).toISOString().slice(0, 16).replace('T', ' ');

const berlin = (days: readonly string[], from: string, to: string, holidays: PublicHolidays = {}) => {
  const hours: BusinessHours = Object.fromEntries(days.map((day) => [day, { active: true, timeframes: [[from, to]] }]));
  return new WorkingTime(calendarOf('Europe/Berlin', hours, holidays));
};
const workdays = weekdays.slice(0, 5);
const promise = (firstResponse: number, response: number | null, solution: number | null): Targets => ({
  firstResponse,
  response,
  update: null,
  solution,
});

type State = 'open' | 'pending' | 'closed';
const course = (
  created: string,
  facts: Partial<Record<Exclude<keyof TicketFacts, 'createdAt'>, string>> = {},
  states: [string, State][] = [[created, 'open']],
): Course => {
  const fact = (name: Exclude<keyof TicketFacts, 'createdAt'>) => (facts[name] ? at(facts[name]) : null);
  return {
    facts: {
      createdAt: at(created),
      firstResponseAt: fact('firstResponseAt'),
      closeAt: fact('closeAt'),
      lastContactAgentAt: fact('lastContactAgentAt'),
      lastContactCustomerAt: fact('lastContactCustomerAt'),
    },
    states: states.map(
      ([since, state]): StateSince => ({ at: at(since), paused: state !== 'open', closed: state === 'closed' }),
    ),
  };
};
/** `due in diff` of a figure, `-` for null; the due time without its date when it is the first day's. */
const line = ({ dueAt, inMin, diffInMin }: Figure) =>
  [shown(dueAt), inMin, diffInMin].map((one) => one ?? '-').join(' ');

interface Vector {
  name: string;
  time: WorkingTime;
  targets: Targets;
  /** One after the other, each going on from what the one before left. */
  steps: Course[];
  first?: string;
  update?: string;
  solution?: string;
}

// The table of behaviours that clients of the contract rely on. Calendars are in Europe/Berlin, instants UTC.
const A = { time: berlin(workdays, '08:00', '18:00'), targets: promise(60, 120, 180) };
const a = (facts: Parameters<typeof course>[1] = {}, states?: Parameters<typeof course>[2]) =>
  course('2013-03-21 09:30', { lastContactCustomerAt: '2013-03-21 09:30', ...facts }, states);
const late = { firstResponseAt: '2013-03-21 14:00' };
const answered = (time: string) => a({ ...late, lastContactAgentAt: `2013-03-21 ${time}` });
const again = a({ ...late, lastContactAgentAt: '2013-03-21 12:00', lastContactCustomerAt: '2013-03-21 12:05' });
const twice = { ...late, lastContactAgentAt: '2013-03-21 12:10', lastContactCustomerAt: '2013-03-21 12:05' };
// Without a change of the state: an import may set the time alone.
const closed = (time: string) => a({ ...twice, closeAt: `2013-03-21 ${time}` });
const B = { time: berlin(workdays, '09:00', '17:00'), targets: promise(60, 180, 240) };
const C = { time: berlin(weekdays, '09:00', '18:00'), targets: promise(120, 180, 250) };
const F = { ...C, targets: promise(120, 180, 240) };
const june = (time: string): string => `2013-06-04 ${time}`;
const c = (states: [string, State][], facts: Parameters<typeof course>[1] = {}) =>
  course(
    june('09:00'),
    facts,
    states.map(([time, state]) => [june(time), state]),
  );
const H = {
  time: berlin(workdays, '08:00', '20:00', { '2016-11-01': { active: true, summary: 'All Saints' } }),
  targets: promise(120, 1200, null),
};
const h = (facts: Parameters<typeof course>[1], states?: [string, State][]) =>
  course('2016-11-01 13:56:21', { lastContactCustomerAt: '2016-11-01 13:56:21', ...facts }, states);
const agentWrote = { firstResponseAt: '2016-11-01 15:25:40', lastContactAgentAt: '2016-11-01 15:25:40' };
const waits: [string, State][] = [
  ['2016-11-01 13:56:21', 'open'],
  ['2016-11-01 15:25:40', 'pending'],
];
const back: [string, State][] = [...waits, ['2016-11-01 15:59:14', 'open']];
const asked = { ...agentWrote, lastContactCustomerAt: '2016-11-01 15:59:14' };
const long: [string, State][] = [...back, ['2016-11-01 15:59:58', 'pending'], ['2016-11-07 13:26:36', 'open']];

const vectors: Vector[] = [
  {
    name: 'A',
    ...A,
    steps: [a()],
    first: '2013-03-21 10:30 - -',
    update: '2013-03-21 11:30 - -',
    solution: '2013-03-21 12:30 - -',
  },
  {
    name: 'A + first response in time',
    ...A,
    steps: [a(), a({ firstResponseAt: '2013-03-21 10:00' })],
    first: '- 30 30',
    update: '2013-03-21 11:30 - -',
  },
  {
    name: 'A + first response too late',
    ...A,
    steps: [a(), a(late)],
    first: '- 270 -210',
    update: '2013-03-21 11:30 - -',
  },
  {
    name: '… + agent in time',
    ...A,
    steps: [a(late), answered('11:00')],
    update: '- 90 30',
    solution: '2013-03-21 12:30 - -',
  },
  { name: '… + agent too late', ...A, steps: [a(late), answered('12:00')], update: '- 150 -30' },
  {
    name: '… + customer again',
    ...A,
    steps: [a(late), answered('12:00'), again],
    update: '2013-03-21 14:05 150 -30',
    solution: '2013-03-21 12:30 - -',
  },
  { name: '… + agent again', ...A, steps: [answered('12:00'), again, a(twice)], update: '- 150 -30' },
  {
    name: '… + closed in time',
    ...A,
    steps: [answered('12:00'), again, a(twice), closed('11:30')],
    first: '- 270 -210',
    update: '- 150 -30',
    solution: '- 120 60',
  },
  { name: '… + closed too late', ...A, steps: [answered('12:00'), closed('13:00')], solution: '- 210 -30' },
  {
    name: 'A + pending, then the agent',
    ...A,
    steps: [
      a({ firstResponseAt: '2013-03-21 09:45', lastContactAgentAt: '2013-03-21 09:45' }, [
        ['2013-03-21 09:30', 'open'],
        ['2013-03-21 09:45', 'pending'],
      ]),
    ],
    first: '- 15 45',
    solution: '- - -',
  },
  {
    name: 'B',
    ...B,
    steps: [course('2013-03-21 09:30')],
    first: '2013-03-21 10:30 - -',
    update: '- - -',
    solution: '2013-03-21 13:30 - -',
  },
  {
    name: 'C',
    ...C,
    steps: [
      c([
        ['09:00', 'open'],
        ['09:30', 'pending'],
        ['09:45', 'open'],
        ['10:00', 'closed'],
        ['10:30', 'open'],
      ]),
    ],
    first: '2013-06-04 11:45 - -',
  },
  {
    name: 'D',
    ...C,
    steps: [
      c([
        ['09:00', 'open'],
        ['10:00', 'pending'],
        ['15:00', 'open'],
      ]),
    ],
    first: '2013-06-05 07:00 - -',
  },
  {
    name: 'E',
    ...C,
    steps: [
      c(
        [
          ['09:00', 'open'],
          ['10:00', 'pending'],
          ['10:30', 'open'],
          ['12:00', 'closed'],
        ],
        { firstResponseAt: june('10:45'), lastContactAgentAt: june('10:15'), closeAt: june('12:00') },
      ),
    ],
    first: '- 75 45',
    update: '- - -',
    solution: '- 150 100',
  },
  {
    name: 'F',
    ...F,
    steps: [
      c(
        [
          ['09:00', 'pending'],
          ['12:00', 'closed'],
        ],
        { closeAt: june('12:00') },
      ),
    ],
    first: '- - -',
    solution: '- 0 240',
  },
  {
    name: 'G',
    ...F,
    steps: [
      c(
        [
          ['09:00', 'pending'],
          ['10:30', 'open'],
          ['11:00', 'pending'],
          ['12:00', 'closed'],
        ],
        { closeAt: june('12:00') },
      ),
    ],
    solution: '- 30 210',
  },
  {
    name: 'G + open again before the close',
    ...F,
    steps: [
      c(
        [
          ['09:00', 'pending'],
          ['10:30', 'open'],
          ['11:00', 'pending'],
          ['11:30', 'open'],
          ['12:00', 'closed'],
        ],
        { closeAt: june('12:00') },
      ),
    ],
    solution: '- 60 180',
  },
  { name: 'H', ...H, steps: [h({})], first: '2016-11-02 09:00 - -', update: '2016-11-03 15:00 - -', solution: '- - -' },
  {
    name: 'H + pending and answered',
    ...H,
    steps: [h({}), h(agentWrote, waits)],
    first: '- 0 120',
    update: '- 0 1200',
  },
  {
    name: 'H + open, the customer again',
    ...H,
    steps: [h({}), h(agentWrote, waits), h(asked, back)],
    first: '- 0 120',
    update: '2016-11-03 15:00 0 1200',
  },
  {
    name: 'H + pending for days',
    ...H,
    steps: [h(agentWrote, waits), h(asked, long)],
    update: '2016-11-09 09:26 0 1200',
  },
];

it.each(vectors)('$name', ({ time, targets, steps, first, update, solution }) => {
  let agentBefore: EpochMs | null = null;
  let figures: Record<ClockName, Figure> | undefined;
  for (const step of steps) {
    figures = reckon(step, targets, time, figures, agentBefore);
    agentBefore = step.facts.lastContactAgentAt;
  }
  const { first_response, update: updates, solution: solved } = figures as Record<ClockName, Figure>;
  if (first) expect(line(first_response)).toBe(first);
  if (update) expect(line(updates)).toBe(update);
  if (solution) expect(line(solved)).toBe(solution);
});

it('J: a pause is cut out of the minutes before, around and after it', () => {
  const always = berlin(weekdays, '00:00', '23:59');
  const start = at('2026-05-05 06:00');
  const plus = (minutes: number) => epochMs(start + minutes * 60_000);
  const states = [
    { at: plus(0), paused: false, closed: false },
    { at: plus(90), paused: true, closed: false },
    { at: plus(120), paused: true, closed: true },
  ];
  const pauses = pausesOf(states);
  expect(pauses).toEqual([{ from: plus(90), to: Number.POSITIVE_INFINITY }]);
  expect(always.between(plus(-600), plus(120), pauses)).toBe(690);
  expect(always.between(plus(0), plus(6_000), pauses)).toBe(90);
  expect(always.between(plus(30), plus(6_000), pauses)).toBe(60);
  expect(always.after(plus(75), 30, [{ from: plus(90), to: plus(120) }])).toBe(plus(135));
});

describe('where this desk does better', () => {
  it('a ticket that is opened again gets a new time for its solution; the figures of the first one stay', () => {
    const reopened = c(
      [
        ['09:00', 'open'],
        ['10:00', 'closed'],
        ['12:00', 'open'],
      ],
      { closeAt: june('10:00') },
    );
    // 250 minutes from 12:00, of which the first 240 are worked that day.
    expect(line(reckon(reopened, C.targets, C.time).solution)).toBe('2013-06-05 07:10 60 190');
  });

  it('a wait that has not ended counts as one', () => {
    const answeredWhilePending = a({ firstResponseAt: '2013-03-21 09:45' }, [['2013-03-21 09:30', 'pending']]);
    expect(line(reckon(answeredWhilePending, A.targets, A.time).first_response)).toBe('- 0 60');
  });

  it('two waits that begin in one minute are one', () => {
    const states = [
      { at: at('2026-05-05 06:00:01'), paused: true, closed: false },
      { at: at('2026-05-05 06:00:20'), paused: false, closed: false },
      { at: at('2026-05-05 06:00:40'), paused: true, closed: false },
      { at: at('2026-05-05 07:00:40'), paused: false, closed: false },
    ];
    expect(pausesOf(states)).toEqual([{ from: at('2026-05-05 06:00'), to: at('2026-05-05 07:00') }]);
  });
});

it('a promise of updates counts from one word of the agent to the next', () => {
  const targets: Targets = { firstResponse: null, response: null, update: 60, solution: null };
  const opened = course(june('09:00'), { lastContactCustomerAt: june('09:00') });
  expect(line(reckon(opened, targets, C.time).update)).toBe('2013-06-04 10:00 - -');
  const once = course(june('09:00'), { lastContactAgentAt: june('09:40') });
  const figures = reckon(once, targets, C.time);
  expect(line(figures.update)).toBe('2013-06-04 10:40 40 20');
  const more = course(june('09:00'), { lastContactAgentAt: june('11:10'), lastContactCustomerAt: june('11:00') });
  const later = reckon(more, targets, C.time, figures, once.facts.lastContactAgentAt);
  expect(line(later.update)).toBe('2013-06-04 12:10 90 -30');
  expect(line(reckon(more, targets, C.time, later, more.facts.lastContactAgentAt).update)).toBe(
    '2013-06-04 12:10 90 -30',
  );
});

describe('notices', () => {
  const escalation = (over: Partial<typeof noEscalation> = {}) => ({
    ...noEscalation,
    figures: reckon(a(), A.targets, A.time),
    ...over,
  });

  it('come fifteen minutes of work before a due time and when it has passed, once each', () => {
    const fresh = escalation();
    expect(shown(noticeAt(fresh, A.time))).toBe('2013-03-21 10:15');
    const warned = takeNotices(fresh, A.time, at('2013-03-21 10:20'));
    expect(warned.notices).toEqual([{ clock: 'first_response', stage: 'warning', dueAt: at('2013-03-21 10:30') }]);
    expect(shown(warned.after.noticeAt)).toBe('2013-03-21 10:30');
    expect(takeNotices(warned.after, A.time, at('2013-03-21 10:29')).notices).toEqual([]);
    const broken = takeNotices(warned.after, A.time, at('2013-03-21 11:20'));
    expect(broken.notices.map(({ clock, stage }) => [clock, stage])).toEqual([
      ['first_response', 'escalated'],
      ['update', 'warning'],
    ]);
    expect(shown(broken.after.noticeAt)).toBe('2013-03-21 11:30');
    const all = takeNotices(broken.after, A.time, at('2013-03-22 11:20'));
    expect(all.notices.map(({ clock, stage }) => [clock, stage])).toEqual([
      ['update', 'escalated'],
      ['solution', 'escalated'],
    ]);
    expect(all.after.noticeAt).toBeNull();
  });

  it('begin anew with a new due time', () => {
    const { after } = takeNotices(escalation(), A.time, at('2013-03-22 11:20'));
    expect(after.noticeAt).toBeNull();
    const moved = {
      ...after,
      figures: { ...after.figures, solution: { ...after.figures.solution, dueAt: at('2013-03-22 08:00') } },
    };
    expect(shown(noticeAt(moved, A.time))).toBe('2013-03-22 07:45');
  });

  it('warn the evening before of what is due in the morning', () => {
    const morning = escalation({ figures: reckon(course('2013-03-21 16:05'), promise(60, null, null), A.time) });
    expect(shown(morning.figures.first_response.dueAt)).toBe('2013-03-22 07:05');
    expect(shown(noticeAt(morning, A.time))).toBe('2013-03-21 16:50');
  });
});
