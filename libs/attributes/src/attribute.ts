import type { AttributeDefinition, AttributeType } from '@helpmesh/contracts';
import { AppError, type EpochMs } from '@helpmesh/kernel';
import { RE2JS } from 're2js';
import { choicesOf } from './options.ts';
import { onScreen, type Permitted, type Screen, shownAnywhere } from './screens.ts';

/** A value as it is stored and answered; of what is not set, null. */
export type Value = string | number | boolean | string[] | null;

/** The values that an object has, by the names of the attributes; null when it has none. */
export type Values = Readonly<Record<string, Value>> | null;

const MIN_INTEGER = -2_147_483_647;
const MAX_INTEGER = 2_147_483_647;
/** Choices of one value. */
const MOST_CHOSEN = 500;

const textTypes: readonly AttributeType[] = ['input', 'textarea'];
const severalTypes: readonly AttributeType[] = ['multiselect', 'multi_tree_select'];
const treeTypes: readonly AttributeType[] = ['tree_select', 'multi_tree_select'];

/** When something is written. */
export interface Present {
  now: EpochMs;
  /** The day it is where the desk is, `YYYY-MM-DD`; absent: any day that it is somewhere is today. */
  today?: string | undefined;
}

/** One custom attribute: what it takes, what it is called, and who sees it. */
export class Attribute {
  readonly name: string;
  readonly type: AttributeType;
  /** What shows while nobody has set it. */
  readonly fallback: Value;
  private readonly labels: ReadonlyMap<string, string>;
  /** Choices there once were: values that were stored keep their label. */
  private readonly formerly: ReadonlyMap<string, string>;
  private readonly pattern: RE2JS | undefined;

  constructor(readonly definition: AttributeDefinition) {
    const { name, type, option } = definition;
    this.name = name;
    this.type = type;
    const entries = (options: unknown) => choicesOf(options).map(({ value, label }) => [value, label] as const);
    this.labels = new Map(entries(option.options));
    this.formerly = new Map(entries(option.historical_options));
    this.pattern = patternOf(option.regex);
    this.fallback = this.fallbackOf(option.default);
  }

  get isText(): boolean {
    return textTypes.includes(this.type);
  }

  /** People look for it by its words. */
  get hasWords(): boolean {
    return this.isText || this.isChoice;
  }

  get isSeveral(): boolean {
    return severalTypes.includes(this.type);
  }

  get isChoice(): boolean {
    return this.isSeveral || this.type === 'select' || this.type === 'tree_select';
  }

  /**
   * What somebody wrote, as it is stored: the same for every way to say it.
   * @param before  what is there: it may stay, also where it could not be chosen any more
   * @param present  divides the past from the future, where only one of them is allowed
   * @throws AppError invalid `attribute.value-invalid`
   */
  read(raw: unknown, before: Value = null, present?: Present): Value {
    if (raw === null || raw === undefined || raw === '') return null;
    switch (this.type) {
      case 'input':
      case 'textarea':
        return this.readText(raw);
      case 'integer':
        return this.readInteger(raw);
      case 'boolean':
        return this.readBoolean(raw);
      case 'date':
        return this.onTheRightSide(this.readDate(raw), before, present && todayOf(present));
      case 'datetime':
        return this.onTheRightSide(this.readInstant(raw), before, present && nowOf(present));
      case 'select':
      case 'tree_select':
        return this.readChoice(raw, before === null ? [] : [before]);
      case 'multiselect':
      case 'multi_tree_select':
        return this.readChoices(raw, before);
    }
  }

  /** As people read it in a history; null for nothing. */
  shown(value: Value): string | null {
    if (value === null) return null;
    if (Array.isArray(value)) return value.map((one) => this.labelOf(one)).join(', ');
    if (this.isChoice || this.type === 'boolean') return this.labelOf(String(value));
    return String(value);
  }

  /** The choice with this value or, as people type it, with this label. */
  choiceNamed(text: string): string | undefined {
    if (this.labels.has(text) || this.formerly.has(text)) return text;
    const wanted = text.toLowerCase();
    const found = [...this.labels, ...this.formerly].find(
      ([value, label]) => value.toLowerCase() === wanted || label.toLowerCase() === wanted,
    );
    return found?.[0];
  }

  on(screen: Screen, permitted: Permitted) {
    return onScreen(this.definition.screens, screen, permitted);
  }

  /** Whether it is on any screen of somebody with these permissions. */
  isFor(permitted: Permitted): boolean {
    return shownAnywhere(this.definition.screens, permitted);
  }

  /** @throws AppError invalid `attribute.required` */
  refuseMissing(): never {
    throw new AppError('invalid', 'attribute.required', `${this.definition.display} is required but missing.`);
  }

  private readText(raw: unknown): string | null {
    if (typeof raw !== 'string' && typeof raw !== 'number' && typeof raw !== 'boolean')
      throw this.refused('is no text');
    const text = this.type === 'input' ? String(raw).trim() : String(raw);
    if (text === '') return null;
    const longest = Number(this.definition.option.maxlength);
    if (text.length > longest) throw this.refused(`is longer than the allowed length ${longest}`);
    // PostgreSQL keeps no NUL in jsonb, and half a surrogate pair is no character.
    if (text.includes('\0') || !text.isWellFormed()) throw this.refused('has characters that cannot be stored');
    if (this.pattern && !this.pattern.matcher(text).find()) throw this.refused('has not the expected form');
    return text;
  }

  private readInteger(raw: unknown): number {
    const number = typeof raw === 'string' && /^\s*[+-]?\d{1,10}\s*$/.test(raw) ? Number(raw) : raw;
    if (typeof number !== 'number' || !Number.isInteger(number)) throw this.refused('is not an integer');
    const { min, max } = this.definition.option;
    const least = typeof min === 'number' ? min : MIN_INTEGER;
    const most = typeof max === 'number' ? max : MAX_INTEGER;
    if (number < least) throw this.refused(`is smaller than the allowed minimum value of ${least}`);
    if (number > most) throw this.refused(`is larger than the allowed maximum value of ${most}`);
    // -0 is 0 once it was stored.
    return number + 0;
  }

  private readBoolean(raw: unknown): boolean {
    if (raw === true || raw === 1 || raw === 'true' || raw === '1') return true;
    if (raw === false || raw === 0 || raw === 'false' || raw === '0') return false;
    throw this.refused('is neither true nor false');
  }

  private readDate(raw: unknown): string {
    const text = typeof raw === 'string' ? raw.trim() : '';
    const date = /^\d{4}-\d\d-\d\d$/.test(text) && !text.startsWith('0000') ? new Date(`${text}T00:00:00Z`) : null;
    if (!date || Number.isNaN(date.getTime()) || !date.toISOString().startsWith(text)) {
      throw this.refused('is not a date like 2026-12-31');
    }
    return text;
  }

  private readInstant(raw: unknown): string {
    const form = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?\s?(Z|UTC|[+-]\d\d:?\d\d)?$/i;
    const text = typeof raw === 'string' ? raw.trim() : '';
    const zoned = /(Z|UTC|[+-]\d\d:?\d\d)$/i.test(text) ? text.replace(/\s?UTC$/i, 'Z') : `${text}Z`;
    const date = form.test(text) && !text.startsWith('0000') ? new Date(zoned.replace(' ', 'T')) : null;
    if (!date || Number.isNaN(date.getTime())) throw this.refused('is not a time like 2026-12-31T14:30:00Z');
    return date.toISOString();
  }

  private onTheRightSide(value: string, before: Value, present: Span | undefined): string {
    if (present === undefined || value === before) return value;
    const { future, past } = this.definition.option;
    if (past === false && value < present.first) throw this.refused('does not allow past dates.');
    if (future === false && value > present.last) throw this.refused('does not allow future dates.');
    return value;
  }

  private readChoice(raw: unknown, before: readonly Value[]): string {
    const value =
      typeof raw === 'string' ? raw : typeof raw === 'number' || typeof raw === 'boolean' ? String(raw) : '';
    if (this.labels.has(value) || before.includes(value)) return value;
    throw this.refused(`has no option "${value.slice(0, 100)}"`);
  }

  private readChoices(raw: unknown, before: Value): string[] | null {
    const all = Array.isArray(raw) ? raw : [raw];
    if (all.length > MOST_CHOSEN) throw this.refused(`has more than ${MOST_CHOSEN} values`);
    const kept = Array.isArray(before) ? before : [];
    const chosen = [...new Set(all.filter((one) => one !== '').map((one) => this.readChoice(one, kept)))];
    return chosen.length === 0 ? null : chosen;
  }

  private labelOf(value: string): string {
    const label = this.labels.get(value) ?? this.formerly.get(value) ?? value;
    // A tree's label is a path with its own arrows; where the names say nothing else it is the value.
    return treeTypes.includes(this.type) && label === '' ? value : label;
  }

  /** What cannot be one of its values is no default; it was checked when it was defined. */
  private fallbackOf(raw: unknown): Value {
    try {
      return this.read(raw);
    } catch {
      return null;
    }
  }

  private refused(why: string): AppError {
    return new AppError('invalid', 'attribute.value-invalid', `${this.definition.display} ${why}`);
  }
}

/** What counts as neither past nor future, as text. */
interface Span {
  first: string;
  last: string;
}

const HOUR_MS = 3_600_000;
/** How far clocks are behind UTC, and ahead of it. */
const MOST_BEHIND_MS = 12 * HOUR_MS;
const MOST_AHEAD_MS = 14 * HOUR_MS;

function nowOf({ now }: Present): Span {
  const at = new Date(now).toISOString();
  return { first: at, last: at };
}

function todayOf({ now, today }: Present): Span {
  if (today !== undefined) return { first: today, last: today };
  const dayAt = (at: number) => new Date(at).toISOString().slice(0, 10);
  return { first: dayAt(now - MOST_BEHIND_MS), last: dayAt(now + MOST_AHEAD_MS) };
}

/** Expressions run in linear time, whoever wrote them. */
function patternOf(regex: unknown): RE2JS | undefined {
  return typeof regex === 'string' && regex !== '' ? RE2JS.compile(regex) : undefined;
}
