import type { EpochMs } from '@helpmesh/kernel';
import type { ChangeFacts, Field, Reached, Value } from './field.ts';
import { fold } from './fold.ts';
import { dayOf, instantOf, type Moment } from './moment.ts';
import type { Pattern } from './pattern.ts';

/**
 * What objects are picked by, once the selector JSON of REST was read: the one form that all rules look at. Every
 * negative operator is the exact opposite of its positive one, so there is no third answer for what is not set.
 * @typeParam F  what is known of an object
 * @typeParam R  names of what has to be loaded besides the object itself
 */
export type Condition<F = unknown, R extends string = string> =
  | { op: 'all' | 'any' | 'none'; of: readonly Condition<F, R>[] }
  | { op: 'test'; field: Field<F, R>; test: Test };

/** What is known of any object: what has just been done to it, where that is asked for. */
interface Happening {
  change?: ChangeFacts | undefined;
}

/** The user who looks, or the organizations they belong to; whoever that is. */
export type Viewer = 'user' | 'organizations';

export type Test =
  /** Equal to one of these, null stands for "not set"; of a field that holds many: one of these is among them. */
  | { is: 'in'; values: readonly Value[]; viewer?: Viewer }
  /** Of a field that holds many: all of these are among them. */
  | { is: 'has-all'; values: readonly Value[] }
  | { is: 'set' }
  /** One of these texts, which are folded. */
  | { is: 'contains' | 'starts' | 'ends'; texts: readonly string[] }
  | { is: 'pattern'; pattern: Pattern }
  | { is: 'less' | 'more'; than: number }
  /** Not after, not before. */
  | { is: 'until' | 'since'; moment: Moment }
  | { is: 'between'; first: Moment; last: Moment }
  /** The field has just become another. */
  | { is: 'changed' }
  | { is: 'changed-by'; users: readonly number[]; viewer?: Viewer }
  | { is: 'reached'; what: Reached }
  /** The moment is within the open time of one of these calendars. */
  | { is: 'working-time'; calendarIds: readonly number[] };

/** What an answer depends on besides the facts. */
export interface Circumstances {
  now: EpochMs;
  /** By whose clock it is a day where a condition names no zone; that of UTC without one. */
  zone?: string | undefined;
  /** Who looks. Without one, nothing is theirs. */
  viewer?:
    | {
        userId: number;
        organizationIds: readonly number[];
        /** Those whose tickets are looked at as one's own, instead of one's own. */
        replaced?: readonly number[];
      }
    | undefined;
  /** Whether a calendar is open now. */
  isOpen?: ((calendarId: number) => boolean) | undefined;
}

/** Whether the condition picks the object. */
export function matches<F extends Happening>(condition: Condition<F>, facts: F, circumstances: Circumstances): boolean {
  switch (condition.op) {
    case 'all':
      return condition.of.every((one) => matches(one, facts, circumstances));
    case 'any':
      return condition.of.some((one) => matches(one, facts, circumstances));
    case 'none':
      return !condition.of.some((one) => matches(one, facts, circumstances));
    case 'test':
      return holds(condition.test, condition.field, facts, circumstances);
  }
}

/** What has to be known besides the object itself. */
export function readsOf<F, R extends string>(condition: Condition<F, R>): ReadonlySet<R | 'change'> {
  return new Set(
    testsOf(condition).flatMap(({ field, test }): (R | 'change')[] => [
      ...(field.reads ? [field.reads] : []),
      ...(isOfChange(test) ? ['change' as const] : []),
    ]),
  );
}

/** The fields that the condition looks at, by their REST names. */
export function fieldsOf(condition: Condition): ReadonlySet<string> {
  return new Set(testsOf(condition).map(({ field }) => field.name));
}

/** Whether the answer may become another one while nothing but the clock moves. */
export function dependsOnTime(condition: Condition): boolean {
  return testsOf(condition).some(
    ({ test }) => test.is === 'working-time' || momentsOf(test).some((moment) => !('at' in moment)),
  );
}

/** Whether the answer is another one where clocks show another day: `zone` has to be known. */
export function dependsOnZone(condition: Condition): boolean {
  return testsOf(condition).some(({ field, test }) =>
    momentsOf(test).some((moment) =>
      'day' in moment ? moment.zone === undefined : field.type === 'day' && 'shift' in moment,
    ),
  );
}

function momentsOf(test: Test): Moment[] {
  if (test.is === 'between') return [test.first, test.last];
  return test.is === 'until' || test.is === 'since' ? [test.moment] : [];
}

/** The values that stand for the viewer here. */
export function viewerIds(viewer: Viewer | undefined, { viewer: who }: Circumstances): readonly number[] {
  if (!viewer || !who) return [];
  return viewer === 'user' ? (who.replaced ?? [who.userId]) : who.organizationIds;
}

export function testsOf<F, R extends string>(condition: Condition<F, R>): Extract<Condition<F, R>, { op: 'test' }>[] {
  return condition.op === 'test' ? [condition] : condition.of.flatMap(testsOf);
}

const isOfChange = ({ is }: Test) => is === 'changed' || is === 'changed-by' || is === 'reached';

function holds<F extends Happening>(test: Test, field: Field<F>, facts: F, circumstances: Circumstances): boolean {
  const { change } = facts;
  switch (test.is) {
    case 'changed':
      return change?.changed.has(attributeOf(field)) ?? false;
    case 'changed-by': {
      if (!change?.changed.has(attributeOf(field)) || change.by === null) return false;
      return [...test.users, ...viewerIds(test.viewer, circumstances)].includes(change.by);
    }
    case 'reached':
      return change?.reached?.includes(test.what) ?? false;
    case 'working-time':
      return test.calendarIds.some((id) => circumstances.isOpen?.(id) ?? false);
    default:
      return holdsOf(test, field.value(facts), circumstances);
  }
}

/** What can be answered by a value alone. */
export type TestOfValue = Exclude<Test, { is: 'changed' | 'changed-by' | 'reached' | 'working-time' }>;

/** Whether a field that has this value passes. */
export function holdsOf(test: TestOfValue, value: Value | readonly Value[], circumstances: Circumstances): boolean {
  switch (test.is) {
    case 'in': {
      const values = [...test.values, ...viewerIds(test.viewer, circumstances)];
      return isMany(value)
        ? values.some((one) => (one === null ? value.length === 0 : value.includes(one)))
        : values.includes(value);
    }
    case 'has-all':
      return isMany(value) && test.values.every((one) => value.includes(one));
    case 'set':
      return isMany(value) ? value.length > 0 : value !== null;
    case 'contains':
    case 'starts':
    case 'ends':
      return typeof value === 'string' && test.texts.some((text) => finds[test.is](fold(value), text));
    case 'pattern':
      return typeof value === 'string' && test.pattern.matches(value);
    case 'less':
      return typeof value === 'number' && value < test.than;
    case 'more':
      return typeof value === 'number' && value > test.than;
    case 'until':
      return compared(value, test.moment, circumstances) <= 0;
    case 'since':
      return compared(value, test.moment, circumstances) >= 0;
    case 'between':
      return compared(value, test.first, circumstances) >= 0 && compared(value, test.last, circumstances) <= 0;
  }
}

/** Below zero for a time or a day before the moment, above for one after; NaN for what is neither. */
function compared(value: Value | readonly Value[], moment: Moment, circumstances: Circumstances): number {
  if (typeof value === 'number') return value - instantOf(moment, circumstances);
  if (typeof value !== 'string') return Number.NaN;
  const day = dayOf(moment, circumstances);
  return value < day ? -1 : value > day ? 1 : 0;
}

const finds = {
  contains: (text: string, part: string) => text.includes(part),
  starts: (text: string, part: string) => text.startsWith(part),
  ends: (text: string, part: string) => text.endsWith(part),
};

const attributeOf = ({ name }: Field) => name.slice(name.indexOf('.') + 1);

function isMany(value: Value | readonly Value[]): value is readonly Value[] {
  return Array.isArray(value);
}
