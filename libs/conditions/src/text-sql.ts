import { type Pattern, SEEN } from './pattern.ts';

/** Takes a value and gives its place in the statement, with its type. */
export type Param = (value: unknown, type: string) => string;

/** Whether a text holds, or begins or ends with, one of these folded ones. */
export function foundSql(text: string, how: 'contains' | 'starts' | 'ends', parts: readonly string[], param: Param) {
  return `EXISTS (SELECT FROM unnest(${param(parts, 'text[]')}) AS sought (part)
        WHERE ${finds[how](`lower(${text} COLLATE pg_c_utf8)`)})`;
}

const finds = {
  contains: (text: string) => `strpos(${text}, part) > 0`,
  starts: (text: string) => `starts_with(${text}, part)`,
  ends: (text: string) => `right(${text}, length(part)) = part`,
};

export function patternSql(text: string, { ignoreCase, source }: Pattern, param: Param): string {
  const seen = ignoreCase ? `left(lower(${text} COLLATE pg_c_utf8), ${SEEN})` : `left(${text}, ${SEEN})`;
  return `${seen} COLLATE "C" ~ ${param(source, 'text')}`;
}
