import type { HopResults } from './proof.ts';

/** Longest header that is read; a server writes a few hundred characters. */
const LENGTH = 2_000;

/** The name of the server that wrote an Authentication-Results header, in lower case; null: it is none. */
export function serverOf(value: string): string | null {
  const [first = ''] = parts(value);
  return /^"?([a-z0-9._-]{1,255})"?(?: \d+)?$/i.exec(first)?.[1]?.toLowerCase() ?? null;
}

/** What the header says (RFC 8601 2.2), as far as it concerns the sender. */
export function resultsIn(value: string): HopResults {
  const found: HopResults = { dmarc: null, dkim: [], spf: null };
  for (const part of parts(value).slice(1)) {
    const words = part.split(' ');
    const [, method = '', result = ''] = /^([a-z-]+)(?:\/\d+)?=([a-z]+)$/i.exec(words[0] ?? '') ?? [];
    const said = result.toLowerCase();
    const property = (name: string) =>
      words.find((word) => word.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
    switch (method.toLowerCase()) {
      case 'dmarc':
        found.dmarc ??= { result: said, from: domainIn(property('header.from')) };
        break;
      case 'dkim': {
        const domain = domainIn(property('header.d') ?? property('header.i'));
        if (said === 'pass' && domain !== '') found.dkim.push(domain);
        break;
      }
      case 'spf':
        if (said === 'pass') found.spf = domainIn(property('smtp.mailfrom')) || null;
    }
  }
  return found;
}

/** Split at semicolons, without comments, each on one line with single spaces. */
function parts(value: string): string[] {
  const found = [''];
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < Math.min(value.length, LENGTH); at++) {
    const sign = value[at] as string;
    if (sign === '\\' && (quoted || depth > 0)) {
      at++;
      continue;
    }
    if (depth === 0 && sign === '"') quoted = !quoted;
    if (!quoted && sign === '(') depth++;
    else if (!quoted && sign === ')' && depth > 0) depth--;
    else if (depth > 0) continue;
    else if (sign === ';' && !quoted) found.push('');
    // A space in a quoted local part ends no word.
    else if (!quoted || !/\s/.test(sign)) found[found.length - 1] += sign;
  }
  return found.map((part) =>
    part
      .replace(/\s*=\s*/g, '=')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  );
}

/** `"user@x.example"`, `@x.example` and `x.example` are all `x.example`. */
function domainIn(value: string | undefined): string {
  const bare = (value ?? '').replaceAll('"', '');
  return bare
    .slice(bare.lastIndexOf('@') + 1)
    .toLowerCase()
    .replace(/\.$/, '');
}
