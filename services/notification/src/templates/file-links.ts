import type { EpochMs } from '@helpmesh/kernel';
import mustache from 'mustache';
import { escapeHtml } from './escape.ts';
import { languageOf } from './render.ts';

export interface FileLink {
  filename: string;
  /** Bytes. */
  size: number;
  link: string;
}

/**
 * Where the files of a mail are to be had that are too large for it, as text and as a piece of HTML to stand below its
 * words. Names are text and only text.
 */
export function fileLinks(files: readonly FileLink[], until: EpochMs, locale: string): { text: string; html: string } {
  const language = languageOf(locale);
  const { heading, until: over } = language.files;
  const date = new Intl.DateTimeFormat(language.tag, { dateStyle: 'long', timeZone: 'UTC' }).format(until);
  const view = { heading, files: files.map((file) => ({ ...file, size: sizeOf(file.size, language.tag) })) };
  const said = mustache.render(over, { date }, undefined, { escape: String });
  return {
    text: mustache.render(TEXT, { ...view, said }, undefined, { escape: String }),
    html: mustache.render(HTML, { ...view, said }, undefined, {
      escape: (value: unknown) => escapeHtml(String(value)),
    }),
  };
}

const TEXT = `{{heading}}
{{#files}}
- {{filename}} ({{size}}):
  {{link}}
{{/files}}
{{said}}
`;

const HTML = `<hr><p>{{heading}}</p><ul>{{#files}}<li><a href="{{link}}">{{filename}}</a> ({{size}})</li>{{/files}}</ul><p>{{said}}</p>`;

/** `48.2 MB`; a million bytes each. */
function sizeOf(bytes: number, tag: string): string {
  const [value, unit] = bytes < 100_000 ? [bytes / 1_000, 'kilobyte'] : [bytes / 1_000_000, 'megabyte'];
  return new Intl.NumberFormat(tag, { style: 'unit', unit, maximumFractionDigits: 1 }).format(value);
}
