import { readFileSync } from 'node:fs';
import mjml2html from 'mjml';

/** Stands in the source where MJML wants a colour: the accent of the brand. */
const ACCENT = /#abcdef/g;

/** The layout of all mails, cut into its parts: `src/templates/layout.gen.ts`, by path from the root of the repository. */
export async function generateMailLayout(): Promise<Map<string, string>> {
  const source = readFileSync(new URL('layout.mjml', import.meta.url), 'utf8');
  // No fonts: MJML would have them fetched from a stranger by every reader.
  const options = { validationLevel: 'strict', keepComments: true, fonts: {} } as const;
  const { html } = await mjml2html(source, options);
  const parts = html
    .trim()
    .replaceAll(/\s*\n\s*/g, '\n')
    .replaceAll(ACCENT, '%LIGHT%')
    .split(/<!-- cut (\w+) -->/);
  const named = parts.slice(1).flatMap((name, i) => (i % 2 === 0 ? [[name, parts[i + 2] ?? ''] as const] : []));
  const pieces = Object.fromEntries(
    [['begin', parts[0] ?? ''], ...named].map(([name, part = '']) => [name, part.trim()]),
  );
  const text = [
    '// Made from scripts/layout.mjml by `helpmesh generate`; not to be edited by hand.',
    '',
    '/** Parts of a mail in HTML; words between percent signs are filled in. */',
    `export const pieces = ${JSON.stringify(pieces, null, 2)};`,
    '',
  ].join('\n');
  return new Map([['services/notification/src/templates/layout.gen.ts', text]]);
}
