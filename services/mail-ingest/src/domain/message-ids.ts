import { limits } from './limits.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: a header may hold anything
const blank = /[\s\u0000-\u001f\u007f]+/g;

/**
 * The Message-IDs in a raw In-Reply-To or References value, oldest first, with angle brackets, without repeats.
 * Senders put several into In-Reply-To, leave out the space or the brackets, fold inside an id, and add prose
 * ("Your message of ..."). A long list keeps its root and its newest ids.
 */
export function messageIdsIn(value: string | undefined): string[] {
  if (!value) return [];
  const bracketed = [...value.matchAll(/<([^<>]*)>/g)].map((match) => (match[1] ?? '').replace(blank, ''));
  const words = bracketed.length > 0 ? [] : value.split(/[\s,;<>]+/);
  const bare = words.filter((word) => /^[^@"()]+@[^@"()]+$/.test(word)).map((word) => word.replace(blank, ''));
  const ids = [...bracketed, ...bare]
    .filter((id) => id.length > 0 && id.length + 2 <= limits.messageIdLength)
    .map((id) => `<${id.toWellFormed()}>`);
  const distinct = [...new Set(ids)];
  if (distinct.length <= limits.references) return distinct;
  return [...distinct.slice(0, 1), ...distinct.slice(1 - limits.references)];
}

/** The mail's own id, or null when it has none that could be referred to. */
export function messageIdOf(value: string | undefined): string | null {
  return messageIdsIn(value)[0] ?? null;
}
