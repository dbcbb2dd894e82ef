interface Piece {
  text: string;
  hit: boolean;
}

/** Characters before what was found: one line of a list has room for few. */
const BEFORE = 24;

/** The passage from a few words before the first hit, so that a line which is cut at its end shows it. */
export function fromFirstHit<P extends Piece>(pieces: readonly P[]): P[] {
  const [first, ...rest] = pieces;
  if (!first || first.hit || first.text.length <= BEFORE) return [...pieces];
  const end = first.text.slice(-BEFORE);
  const words = end.slice(end.indexOf(' ') + 1);
  return [{ ...first, text: `… ${words}` }, ...rest];
}
