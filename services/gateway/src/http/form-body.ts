type Value = string | Value[] | { [key: string]: Value };

/** Deeper than any form we know; a bracket bomb ends here. */
const MAX_DEPTH = 6;
const MAX_FIELDS = 1_000;
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * A form-encoded body as the object it stands for: `title=x&article[body]=y&ids[]=1` is
 * `{title, article: {body}, ids: [1]}`, the notation Rails clients send.
 */
export function readForm(text: string): { [key: string]: Value } {
  const root: { [key: string]: Value } = Object.create(null);
  let fields = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    if (++fields > MAX_FIELDS) break;
    const [first = '', ...rest] = name.split('[').map((part) => part.replace(/\]$/, ''));
    const path = [first, ...rest];
    if (path.length > MAX_DEPTH || path.some((key) => FORBIDDEN.has(key))) continue;
    put(root, path, value);
  }
  return { ...root };
}

function put(target: { [key: string]: Value }, [key = '', ...rest]: string[], value: string): void {
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const there = target[key];
  if (rest[0] === '') {
    const list = Array.isArray(there) ? there : [];
    list.push(value);
    target[key] = list;
    return;
  }
  const child = typeof there === 'object' && !Array.isArray(there) ? there : {};
  target[key] = child;
  put(child, rest, value);
}
