/** Around what was found, in texts of the database: signs that no text has. */
export const HIT_BEGINS = '\u0002';
export const HIT_ENDS = '\u0003';

export interface Piece {
  text: string;
  hit: boolean;
}

/** A text in which what was found stands between the signs, as pieces. */
export function piecesOf(marked: string): Piece[] {
  return marked
    .split(HIT_BEGINS)
    .flatMap((part, i) => {
      if (i === 0) return [{ text: part, hit: false }];
      const [hit = '', ...rest] = part.split(HIT_ENDS);
      return [
        { text: hit, hit: true },
        { text: rest.join(''), hit: false },
      ];
    })
    .filter(({ text }) => text !== '');
}

/** A title in which a query found a piece of a word, which no index of words marks; as it is where something is marked. */
export function markedParts(text: string, parts: readonly string[]): string {
  const [part] = parts;
  if (parts.length !== 1 || !part || text.includes(HIT_BEGINS)) return text;
  const at = text.toLowerCase().indexOf(part.toLowerCase());
  // Lower case may be longer than what it is of; then nothing is marked.
  if (at < 0 || text.toLowerCase().length !== text.length) return text;
  const end = at + part.length;
  return `${text.slice(0, at)}${HIT_BEGINS}${text.slice(at, end)}${HIT_ENDS}${text.slice(end)}`;
}

/** The signs themselves taken out of a text that somebody wrote. */
export function withoutSigns(text: string): string {
  return text.replaceAll(HIT_BEGINS, '').replaceAll(HIT_ENDS, '');
}

/** The word that is still being typed, which finds what begins with it; undefined where there is none. */
export function beginning(query: string): string | undefined {
  return /([\p{L}\p{N}]{2,})$/u.exec(query.slice(-100))?.[1];
}
