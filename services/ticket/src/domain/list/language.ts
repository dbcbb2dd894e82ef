/** Languages of which the server knows the stems of words (migration 1799461400001). */
export const languages = ['en', 'de', 'fr'] as const;
type Language = (typeof languages)[number];

/** Small words that hardly a sentence does without, as far as the other languages have none of them. */
const small: Record<Language, ReadonlySet<string>> = {
  en: new Set('the and is are of to for with you we this that have has not it be my can from but our your'.split(' ')),
  de: new Set(
    'der das und ist nicht ich wir sie ein eine einen zu mit auf für von dem den im bei hat habe haben kann wird'.split(
      ' ',
    ),
  ),
  fr: new Set(
    'le la les et est une pas nous vous je que qui dans pour sur avec ce cette au aux du mais votre'.split(' '),
  ),
};

/** Words that are looked at. */
const MOST = 2_000;
/** A text of fewer words may be of any language: it is a title, or a line. */
const FEW = 30;
/** Of so many words one is a small one, whatever is written about. */
const ONE_OF = 12;

/**
 * In which of these languages a text is written, by its small words; a text may be of several.
 * @returns undefined: too little was said to tell. None: of another language, or no sentences
 */
export function languagesOf(text: string): Language[] | undefined {
  const said = text.slice(0, MOST * 12).toLowerCase();
  const words = said.match(/\p{L}+/gu)?.slice(0, MOST) ?? [];
  const found = languages.map((language) => ({ language, n: count(words, small[language]) }));
  const most = Math.max(...found.map(({ n }) => n));
  if (most >= 2 && most * ONE_OF >= words.length) {
    return found.filter(({ n }) => n >= 2 && n * 3 >= most).map(({ language }) => language);
  }
  return words.length < FEW ? undefined : [];
}

function count(words: readonly string[], of: ReadonlySet<string>): number {
  return words.reduce((n, word) => n + (of.has(word) ? 1 : 0), 0);
}
