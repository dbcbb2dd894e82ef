/** One thing that a query says: a word, or what a field is to be. */
export interface SearchTerm {
  op: 'term';
  /** In small letters; undefined for a plain word. */
  name?: string | undefined;
  /** As it was typed, without quotes; of a range its first end. */
  value: string;
  quoted: boolean;
  compare?: '<' | '<=' | '>' | '>=' | undefined;
  /** The other end of `[value TO until]`. `*` is no end. */
  range?: { until: string; withFirst: boolean; withLast: boolean } | undefined;
}

/** A query taken apart, before anybody knows which fields there are. */
export type Said = SearchTerm | { op: 'all' | 'any'; of: Said[] } | { op: 'not'; of: Said };

const MAX_LENGTH = 2_000;
const MAX_TOKENS = 50;

const token = new RegExp(
  [
    // A sign, as far as it is none of a telephone number or of a smiley.
    String.raw`(-|!(?=[\p{L}\p{N}"(])|\+(?=[\p{L}"(]))?`,
    String.raw`(?:([a-z_][a-z0-9_]*(?:\.[a-z0-9_]+)*):)?`,
    '(?:',
    // How near words of a phrase are, and how much they count, means nothing here.
    String.raw`([<>]=?)?"([^"]*)"(?:[~^][\d.]*)?`,
    String.raw`|([[{])([^\]}"]*?)\sTO\s([^\]}"]*)([\]}])`,
    String.raw`|(\()`,
    String.raw`|(\S+)`,
    ')',
  ].join(''),
  'giu',
);

type Token = { sign: boolean } & ({ is: 'open'; name?: string } | { is: 'term'; term: SearchTerm; closes: number });

/**
 * Reads the language of queries: words and "phrases" that must all be there, `-` and NOT for what must not, OR and
 * parentheses, `field:value`, `field:(a OR b)`, `field:>value`, `field:[a TO b]`, beginnings of words (`print*`). Every
 * text means something: what opens and never closes, closes at the end.
 */
export function readSyntax(text: string): Said {
  const tokens = tokensOf(text);
  let at = 0;

  const group = (): Said => {
    const ways: Said[][] = [[]];
    let negative = false;
    let closed = 0;
    while (at < tokens.length && closed === 0) {
      const one = tokens[at++] as Token;
      const word = one.is === 'term' && one.term.name === undefined && !one.term.quoted ? one.term.value : '';
      let said: Said | undefined;
      if (one.is === 'open') said = named(group(), one.name);
      else {
        closed = one.closes;
        if (word === 'OR' || word === '||') {
          if (ways.at(-1)?.length) ways.push([]);
        } else if (word === 'NOT' || word === '!') negative = true;
        else if (word !== 'AND' && word !== '&&' && (word || one.term.name !== undefined || one.term.quoted))
          said = one.term;
      }
      if (!said) continue;
      ways.at(-1)?.push(one.sign || negative ? { op: 'not', of: said } : said);
      negative = false;
    }
    // What closes more than one group is met again by the one around it.
    if (closed > 1) {
      const rest: SearchTerm = { op: 'term', value: '', quoted: false };
      tokens.splice(at, 0, { sign: false, is: 'term', term: rest, closes: closed - 1 });
    }
    return joined(
      'any',
      ways.filter((way) => way.length > 0).map((way) => joined('all', way)),
    );
  };

  return group();
}

function tokensOf(text: string): Token[] {
  const found: Token[] = [];
  let depth = 0;
  for (const match of text.slice(0, MAX_LENGTH).matchAll(token)) {
    if (found.length >= MAX_TOKENS) break;
    const [, sign, key, compare, phrase, opening, from, to, closing, open, word] = match;
    const name = key?.toLowerCase();
    const signed = { sign: sign === '-' || sign === '!' };
    if (open) {
      depth++;
      found.push({ ...signed, is: 'open', ...(name !== undefined && { name }) });
    } else if (phrase !== undefined) {
      const term: SearchTerm = { op: 'term', name, value: phrase, quoted: true, compare: compare as '<' | undefined };
      found.push({ ...signed, is: 'term', term, closes: 0 });
    } else if (opening !== undefined) {
      const range = { until: to?.trim() ?? '', withFirst: opening === '[', withLast: closing === ']' };
      const term: SearchTerm = { op: 'term', name, value: from?.trim() ?? '', quoted: false, range };
      found.push({ ...signed, is: 'term', term, closes: 0 });
    } else {
      const { value, closes } = closedIn(word ?? '', depth);
      depth -= closes;
      const [, sense, rest = ''] = /^([<>]=?)?(.*)$/su.exec(value) ?? [];
      const compared = name !== undefined && sense !== undefined && rest !== '';
      const term: SearchTerm = { op: 'term', name, value: compared ? rest : value, quoted: false };
      if (compared) term.compare = sense as '<';
      found.push({ ...signed, is: 'term', term, closes });
    }
  }
  return found;
}

/** Parentheses at the end of a word that close a group, not those of the word itself. */
function closedIn(word: string, depth: number): { value: string; closes: number } {
  let value = word;
  let closes = 0;
  const count = (sign: string) => value.split(sign).length - 1;
  while (closes < depth && value.endsWith(')') && count(')') > count('(')) {
    value = value.slice(0, -1);
    closes++;
  }
  return { value, closes };
}

/** `state:(open OR new)`: what has no name of its own is of this field. */
function named(said: Said, name: string | undefined): Said {
  if (name === undefined) return said;
  if (said.op === 'term') return said.name === undefined ? { ...said, name } : said;
  if (said.op === 'not') return { op: 'not', of: named(said.of, name) };
  return { op: said.op, of: said.of.map((one) => named(one, name)) };
}

function joined(op: 'all' | 'any', of: Said[]): Said {
  const [only] = of;
  return of.length === 1 && only ? only : { op, of };
}
