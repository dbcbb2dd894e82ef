/** Ways in which the words of a file are come by. */
export type FileKind = 'text' | 'html' | 'pdf' | 'office';

const byType: readonly [RegExp, FileKind][] = [
  [/^text\/html$|^application\/xhtml\+xml$/, 'html'],
  [/^text\//, 'text'],
  [/^application\/(?:json|xml|yaml|x-yaml|x-ndjson|sql|toml)$|\+(?:json|xml)$/, 'text'],
  [/^application\/pdf$/, 'pdf'],
  [/^application\/vnd\.openxmlformats-officedocument\.|^application\/vnd\.oasis\.opendocument\./, 'office'],
];
/** What programs send of which they do not know what it is. */
const byEnding: Readonly<Record<string, FileKind>> = {
  ...{ txt: 'text', log: 'text', md: 'text', csv: 'text', tsv: 'text', json: 'text', xml: 'text', yaml: 'text' },
  ...{ yml: 'text', ini: 'text', conf: 'text', sql: 'text', out: 'text', err: 'text', htm: 'html', html: 'html' },
  ...{ pdf: 'pdf', docx: 'office', xlsx: 'office', pptx: 'office', odt: 'office', ods: 'office', odp: 'office' },
};

/** @returns undefined for a file of which nobody expects words: pictures, sound, programs, archives */
export function kindOf(contentType: string, filename: string): FileKind | undefined {
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  const known = byType.find(([pattern]) => pattern.test(type))?.[1];
  if (known) return known;
  if (type !== '' && type !== 'application/octet-stream') return undefined;
  const ending = /\.([a-z0-9]{1,5})$/i.exec(filename)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(byEnding, ending) ? byEnding[ending] : undefined;
}
