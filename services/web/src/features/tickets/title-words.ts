/** Words of a title that say what it is about; with fewer than two nothing is looked for. Numbers count at any length. */
export function titleWords(title: string): string[] {
  const words = title.toLocaleLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const telling = [...new Set(words.filter((word) => word.length >= 4 || /^\d+$/.test(word)))];
  return telling.length < 2 ? [] : telling.slice(0, 6);
}
