import { AppError } from '@helpmesh/kernel';

/** Longest name in characters, and most tags of one ticket. */
export const MAX_NAME = 250;
export const MAX_TAGS = 100;

export interface TagName {
  /** As it is shown. */
  name: string;
  /** As it is compared: one tag, however it is spelled. */
  key: string;
}

/**
 * A name as somebody wrote it, made clean. Commas part the names of a list, so none can hold one.
 * @throws AppError invalid `tag.name-blank`, `tag.name-too-long`, `tag.name-comma`
 */
export function tagName(text: string): TagName {
  const name = clean(text);
  if (!name) throw new AppError('invalid', 'tag.name-blank', 'A tag needs a name.');
  if (name.includes(',')) throw new AppError('invalid', 'tag.name-comma', 'The name of a tag cannot hold a comma.');
  if (name.length > MAX_NAME) {
    throw new AppError('invalid', 'tag.name-too-long', `The name of a tag may have ${MAX_NAME} characters at most.`);
  }
  return { name, key: tagKey(name) };
}

/** The names of a list, `a, b` or one by one; each once, the first spelling counts. @throws AppError as `tagName` */
export function tagNames(list: string | readonly string[]): TagName[] {
  const texts = (typeof list === 'string' ? [list] : list).flatMap((text) => text.split(','));
  const names = texts.filter((text) => clean(text)).map(tagName);
  return names.filter(({ key }, i) => names.findIndex((one) => one.key === key) === i);
}

/** What a name is compared by; of any text, also one that cannot be a name. */
export function tagKey(text: string): string {
  return clean(text).normalize('NFKC').toLowerCase();
}

/** Half of a pair of surrogates is no character; a database would store another text than was asked for. */
function clean(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFC')
    .replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim();
}
