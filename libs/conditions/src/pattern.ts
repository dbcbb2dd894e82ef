import { fold } from './fold.ts';

/**
 * Regular expressions that anybody may write: a match takes time in proportion to the text, whatever the expression.
 * So there is nothing that needs backtracking (no back references, no lookaround), repetitions are bounded, and
 * only the beginning of a text is looked at. PostgreSQL gets an expression made anew from what was understood here
 * (`source`), so nothing of its own dialect can be reached and both sides mean the same.
 *
 * Literals, `.`, `[a-z]`, `[^…]`, `\d \w \s` and their opposites (of ASCII), `\b`, `^`, `$`, `( )`, `(?: )`, `|`,
 * `* + ? {m,n}`, and `(?i)` at the beginning.
 */
export interface Pattern {
  /** The same for PostgreSQL's `~`, over the text (folded when `ignoreCase`). */
  source: string;
  ignoreCase: boolean;
  matches(text: string): boolean;
}

/** Characters of a text that are looked at. */
export const SEEN = 10_000;
export const LONGEST_PATTERN = 500;
const MOST_STEPS = 500;
const MOST_TIMES = 100;
const DEEPEST = 20;

type Ranges = readonly (readonly [first: number, last: number])[];
type Anchor = 'start' | 'end' | 'word';
type Node =
  | { is: 'one'; of: Ranges }
  | { is: 'anchor'; anchor: Anchor }
  | { is: 'row'; nodes: readonly Node[] }
  | { is: 'either'; nodes: readonly Node[] }
  | { is: 'times'; node: Node; min: number; max: number };

/** @throws SyntaxError that says what cannot be used */
export function parsePattern(text: string): Pattern {
  if (text.length > LONGEST_PATTERN) throw new SyntaxError(`it is longer than ${LONGEST_PATTERN} characters`);
  const ignoreCase = text.startsWith('(?i)');
  const node = new Reader(ignoreCase ? text.slice(4) : text, ignoreCase).all();
  const program = compile(node);
  return {
    source: sourceOf(node),
    ignoreCase,
    matches: (whole) => run(program, ignoreCase ? fold(whole) : whole),
  };
}

const LAST = 0x10ffff;
const digits: Ranges = [[48, 57]];
const wordly: Ranges = [...digits, [65, 90], [95, 95], [97, 122]];
const spaces: Ranges = [
  [9, 13],
  [32, 32],
];
const classes: Record<string, Ranges> = {
  ...{ d: digits, w: wordly, s: spaces },
  ...{ D: others(digits), W: others(wordly), S: others(spaces) },
};
const controls: Record<string, number> = { n: 10, r: 13, t: 9 };

/** All but these; PostgreSQL's text has no NUL and no lone surrogates, so they need no care. */
function others(ranges: Ranges): Ranges {
  const rest: [number, number][] = [];
  let next = 1;
  for (const [first, last] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (first > next) rest.push([next, first - 1]);
    next = Math.max(next, last + 1);
  }
  if (next <= LAST) rest.push([next, LAST]);
  return rest;
}

class Reader {
  private readonly characters: string[];
  private at = 0;

  constructor(
    text: string,
    private readonly ignoreCase: boolean,
  ) {
    this.characters = [...text];
  }

  all(): Node {
    const node = this.either(0);
    if (this.at < this.characters.length) throw new SyntaxError('a ")" closes nothing');
    return node;
  }

  private either(depth: number): Node {
    if (depth > DEEPEST) throw new SyntaxError(`its groups are more than ${DEEPEST} levels deep`);
    const nodes = [this.row(depth)];
    while (this.takes('|')) nodes.push(this.row(depth));
    return nodes.length === 1 ? (nodes[0] as Node) : { is: 'either', nodes };
  }

  private row(depth: number): Node {
    const nodes: Node[] = [];
    while (this.at < this.characters.length && this.next !== '|' && this.next !== ')') nodes.push(this.times(depth));
    return { is: 'row', nodes };
  }

  private times(depth: number): Node {
    const node = this.atom(depth);
    const bounds = this.bounds();
    if (!bounds) return node;
    if (node.is === 'anchor') throw new SyntaxError('what stands for a place cannot be repeated');
    // As much as possible or as little makes no difference to whether there is a match.
    this.takes('?');
    if (this.bounds()) throw new SyntaxError('a repetition is repeated');
    return { is: 'times', node, ...bounds };
  }

  private bounds(): { min: number; max: number } | undefined {
    if (this.takes('*')) return { min: 0, max: Number.POSITIVE_INFINITY };
    if (this.takes('+')) return { min: 1, max: Number.POSITIVE_INFINITY };
    if (this.takes('?')) return { min: 0, max: 1 };
    if (this.next !== '{') return undefined;
    const rest = this.characters.slice(this.at, this.at + 12).join('');
    const found = /^\{(\d{1,3})(?:(,)(\d{1,3})?)?\}/.exec(rest);
    if (!found) throw new SyntaxError('a "{" begins no repetition; write \\{ for the character');
    const min = Number(found[1]);
    const max = found[3] === undefined ? (found[2] ? Number.POSITIVE_INFINITY : min) : Number(found[3]);
    if (min > max || min > MOST_TIMES || (max > MOST_TIMES && max !== Number.POSITIVE_INFINITY)) {
      throw new SyntaxError(`${found[0]} cannot be: at most ${MOST_TIMES} times, the smaller number first`);
    }
    this.at += found[0].length;
    return { min, max };
  }

  private atom(depth: number): Node {
    const character = this.take();
    switch (character) {
      case '(':
        return this.group(depth);
      case '[':
        return { is: 'one', of: this.set() };
      case '.':
        return { is: 'one', of: others([[10, 10]]) };
      case '^':
        return { is: 'anchor', anchor: 'start' };
      case '$':
        return { is: 'anchor', anchor: 'end' };
      case '\\':
        return this.next === 'b' ? this.boundary() : { is: 'one', of: this.cased(this.escape()) };
      case '*':
      case '+':
      case '?':
      case '{':
      case ']':
      case '}':
        throw new SyntaxError(`there is nothing before "${character}" that it could belong to`);
      default:
        return { is: 'one', of: this.cased(just(character)) };
    }
  }

  private group(depth: number): Node {
    if (this.takes('?') && !this.takes(':')) throw new SyntaxError('groups are written ( ) or (?: )');
    const node = this.either(depth + 1);
    if (!this.takes(')')) throw new SyntaxError('a ")" is missing');
    return node;
  }

  private boundary(): Node {
    this.at += 1;
    return { is: 'anchor', anchor: 'word' };
  }

  private set(): Ranges {
    const not = this.takes('^');
    const ranges: Ranges[number][] = [];
    while (!this.takes(']')) {
      const from = this.member();
      const first = from.length === 1 && from[0]?.[0] === from[0]?.[1] ? from[0]?.[0] : undefined;
      if (first === undefined || this.next !== '-' || this.characters[this.at + 1] === ']') {
        ranges.push(...from);
        continue;
      }
      this.at += 1;
      const [to] = this.member();
      if (!to || to[0] !== to[1] || to[0] < first)
        throw new SyntaxError('a range of [ ] has its ends the wrong way round');
      ranges.push([first, to[0]]);
    }
    if (ranges.length === 0) throw new SyntaxError('[ ] is empty');
    const of = this.cased(ranges);
    return not ? others(of) : of;
  }

  private member(): Ranges {
    const character = this.take('a "]" is missing');
    if (character === '[') throw new SyntaxError('write \\[ for the character inside [ ]');
    return character === '\\' ? this.escape() : just(character);
  }

  private escape(): Ranges {
    const character = this.take('a "\\" ends it');
    const known = classes[character];
    if (known) return known;
    const control = controls[character];
    if (control !== undefined) return [[control, control]];
    if (/[\p{L}\p{N}]/u.test(character)) throw new SyntaxError(`\\${character} cannot be used`);
    return just(character);
  }

  /** A folded text has no capitals, so what names one names the small letter as well. */
  private cased(ranges: Ranges): Ranges {
    if (!this.ignoreCase) return ranges;
    const small = ranges.flatMap(([first, last]): Ranges => {
      if (first === last) return just(fold(String.fromCodePoint(first)));
      const from = Math.max(first, 65);
      const to = Math.min(last, 90);
      return from <= to ? [[from + 32, to + 32]] : [];
    });
    return [...ranges, ...small];
  }

  private get next(): string | undefined {
    return this.characters[this.at];
  }

  private takes(character: string): boolean {
    if (this.next !== character) return false;
    this.at += 1;
    return true;
  }

  private take(otherwise = 'it ends too early'): string {
    const character = this.next;
    if (character === undefined) throw new SyntaxError(otherwise);
    this.at += 1;
    return character;
  }
}

function just(character: string): Ranges {
  const code = character.codePointAt(0) as number;
  return [[code, code]];
}

/** One step of the machine: a character, a place, a fork, or the end. Numbers are those of the steps that follow. */
type Step =
  | { is: 'one'; of: Ranges; then: number }
  | { is: 'anchor'; anchor: Anchor; then: number }
  | { is: 'fork'; to: number[] }
  | { is: 'found' };

/** Thompson's construction, from the end to the beginning: every piece is told where to go on. */
function compile(node: Node): { steps: Step[]; start: number } {
  const steps: Step[] = [{ is: 'found' }];
  const add = (step: Step) => {
    if (steps.length >= MOST_STEPS) throw tooLarge();
    return steps.push(step) - 1;
  };
  // Copies of nothing add no steps, and still take their time to write out.
  let copies = 0;
  const place = (piece: Node, then: number): number => {
    if (++copies > 10 * MOST_STEPS) throw tooLarge();
    switch (piece.is) {
      case 'one':
        return add({ is: 'one', of: piece.of, then });
      case 'anchor':
        return add({ is: 'anchor', anchor: piece.anchor, then });
      case 'row':
        return piece.nodes.reduceRight((next, one) => place(one, next), then);
      case 'either':
        return add({ is: 'fork', to: piece.nodes.map((one) => place(one, then)) });
      case 'times': {
        let next = then;
        if (piece.max === Number.POSITIVE_INFINITY) {
          const to = [then];
          next = add({ is: 'fork', to });
          to.push(place(piece.node, next));
        } else {
          for (let i = piece.min; i < piece.max; i++) next = add({ is: 'fork', to: [then, place(piece.node, next)] });
        }
        for (let i = 0; i < piece.min; i++) next = place(piece.node, next);
        return next;
      }
    }
  };
  const start = place(node, 0);
  return { steps, start };
}

function tooLarge(): SyntaxError {
  return new SyntaxError('it is too large once its repetitions are written out');
}

/** Walks all ways at once, so no character is looked at twice. */
function run({ steps, start }: { steps: Step[]; start: number }, text: string): boolean {
  const characters: number[] = [];
  for (const character of text) {
    if (characters.push(character.codePointAt(0) as number) >= SEEN) break;
  }
  const isWord = (at: number) => holds(wordly, characters[at] ?? 0);
  const stands = (anchor: Anchor, at: number) =>
    anchor === 'start' ? at === 0 : anchor === 'end' ? at === characters.length : isWord(at - 1) !== isWord(at);

  const seenAt = new Int32Array(steps.length).fill(-1);
  let here: number[] = [];
  const enter = (first: number, at: number, into: number[]): boolean => {
    const open = [first];
    for (let i = open.pop(); i !== undefined; i = open.pop()) {
      if (seenAt[i] === at) continue;
      seenAt[i] = at;
      const step = steps[i] as Step;
      if (step.is === 'found') return true;
      if (step.is === 'one') into.push(i);
      else if (step.is === 'fork') open.push(...step.to);
      else if (stands(step.anchor, at)) open.push(step.then);
    }
    return false;
  };
  for (let at = 0; at <= characters.length; at++) {
    // A match may begin anywhere.
    if (enter(start, at, here)) return true;
    if (at === characters.length) return false;
    const ahead: number[] = [];
    for (const i of here) {
      const step = steps[i] as Step & { is: 'one' };
      if (holds(step.of, characters[at] as number) && enter(step.then, at + 1, ahead)) return true;
    }
    here = ahead;
  }
  return false;
}

function holds(ranges: Ranges, code: number): boolean {
  return ranges.some(([first, last]) => code >= first && code <= last);
}

const WORD = '[0-9A-Za-z_]';
const places: Record<Anchor, string> = {
  start: '\\A',
  end: '\\Z',
  word: `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`,
};

function sourceOf(node: Node): string {
  switch (node.is) {
    case 'one':
      return `[${node.of.map(([first, last]) => (first === last ? escaped(first) : `${escaped(first)}-${escaped(last)}`)).join('')}]`;
    case 'anchor':
      return places[node.anchor];
    case 'row':
      return `(?:${node.nodes.map(sourceOf).join('')})`;
    case 'either':
      return `(?:${node.nodes.map(sourceOf).join('|')})`;
    case 'times': {
      const { min, max } = node;
      const bounds = max === Number.POSITIVE_INFINITY ? `{${min},}` : `{${min},${max}}`;
      return `(?:${sourceOf(node.node)})${bounds}`;
    }
  }
}

function escaped(code: number): string {
  return `\\U${code.toString(16).padStart(8, '0')}`;
}
