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

/** The signs themselves taken out of a text that somebody wrote. */
export function withoutSigns(text: string): string {
  return text.replaceAll(HIT_BEGINS, '').replaceAll(HIT_ENDS, '');
}

/** The word that is still being typed, which finds what begins with it; undefined where there is none. */
export function beginning(query: string): string | undefined {
  return /([\p{L}\p{N}]{2,})$/u.exec(query.slice(-100))?.[1];
}
