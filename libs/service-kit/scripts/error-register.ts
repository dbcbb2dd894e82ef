import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** One place in the sources where an error of a code is made. */
export interface RegisteredError {
  code: string;
  kind: string;
  /** What the person outside reads; a value that is filled in shows as `…`. */
  detail: string;
  /** `libs/persistence`, `services/ticket`. */
  owner: string;
}

const KIND = "'(unreadable|invalid|unauthenticated|forbidden|not-found|conflict|stale|limited|unavailable|bug)'";
const CODE = "'([a-z][a-z0-9-]*(?:\\.[a-z0-9-]+)*)'";
const TEXT = '(\'(?:[^\'\\\\\\n]|\\\\.)*\'|"(?:[^"\\\\\\n]|\\\\.)*"|`(?:[^`\\\\]|\\\\.)*`)?';
/** `new AppError('kind', 'code', 'detail')`, and any helper that is called with kind and code as literals. */
const direct = new RegExp(`\\w\\(\\s*${KIND},\\s*${CODE},\\s*${TEXT}`, 'g');
/** The head of an AppError whose code is no literal. */
const indirect = new RegExp(`new AppError\\(\\s*${KIND},\\s*([^'\\s])`, 'g');

/**
 * Finds the errors a source file makes. A code has to stand as a literal somewhere, so that it can be searched for:
 * in the call itself, in the calls of a local helper `name(code, …)`, or in the function around it.
 *
 * @throws Error naming the place where a code cannot be told from the text
 */
export function errorsIn(text: string, file: string): Omit<RegisteredError, 'owner'>[] {
  const found = [...text.matchAll(direct)].map(([, kind = '', code = '', detail]) => ({
    kind,
    code,
    detail: words(detail),
  }));
  for (const match of text.matchAll(indirect)) {
    const around = functionAround(text, match.index);
    const kind = match[1] ?? '';
    const more = [...callsOf(around.name, text), ...literalCodes(around.body)].map((one) => ({ ...one, kind }));
    if (more.length === 0)
      throw new Error(`${file}: ${around.name} makes errors whose codes cannot be read in the text`);
    found.push(...more);
  }
  return found;
}

/** Every error of the workspace, by code. @throws Error when one code is used with two kinds */
export function errorRegister(workspace: string): RegisteredError[] {
  const byCode = new Map<string, RegisteredError>();
  for (const owner of ['libs', 'services'].flatMap((folder) => packages(workspace, folder))) {
    for (const file of sources(path.join(workspace, owner, 'src'))) {
      for (const error of errorsIn(readFileSync(file, 'utf8'), path.relative(workspace, file))) {
        const known = byCode.get(error.code);
        if (known && known.kind !== error.kind)
          throw new Error(`${error.code} is ${known.kind} in ${known.owner} and ${error.kind} in ${owner}`);
        if (!known || (known.detail === '…' && error.detail !== '…')) byCode.set(error.code, { ...error, owner });
      }
    }
  }
  return [...byCode.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
}

function words(literal: string | undefined): string {
  if (!literal) return '…';
  return literal
    .slice(1, -1)
    .replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '…')
    .replace(/\\(.)/g, '$1');
}

/** Name and text of the function a position lies in; top-level declarations start and end at the line's begin. */
function functionAround(text: string, at: number): { name: string; body: string } {
  const start = Math.max(text.lastIndexOf('\nfunction ', at), text.lastIndexOf('\nexport function ', at));
  const end = text.indexOf('\n}', at);
  const body = text.slice(Math.max(0, start), end < 0 ? undefined : end);
  return { name: /function (\w+)/.exec(body)?.[1] ?? 'module', body };
}

function callsOf(name: string, text: string): { code: string; detail: string }[] {
  const calls = text.matchAll(new RegExp(`\\b${name}\\(\\s*${CODE}(?:,\\s*${TEXT})?`, 'g'));
  return [...calls].map(([, code = '', detail]) => ({ code, detail: words(detail) }));
}

function literalCodes(body: string): { code: string; detail: string }[] {
  const dotted = [...body.matchAll(/'([a-z][a-z0-9-]*\.[a-z0-9-]+)'/g)];
  return dotted.map(([, code = '']) => ({ code, detail: '…' }));
}

function packages(workspace: string, folder: string): string[] {
  return readdirSync(path.join(workspace, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'web' && entry.name !== 'testing')
    .map((entry) => `${folder}/${entry.name}`)
    .sort();
}

function sources(folder: string): string[] {
  return (
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.endsWith('.d.ts'))
      .map((name) => path.join(folder, name))
      // The class itself builds errors from what came over the wire: any code, none of its own.
      .filter((file) => !file.endsWith(path.join('kernel', 'src', 'app-error.ts')))
      .sort()
  );
}
