import { parentPort } from 'node:worker_threads';
import { Liquid, type LiquidError, type Template } from 'liquidjs';
import type { Filled, LiquidParts, LiquidTrouble } from '../application/template/ports.ts';

export type LiquidTask =
  | { do: 'check'; parts: LiquidParts; names: readonly string[] }
  | { do: 'fill'; parts: LiquidParts; views: readonly Readonly<Record<string, string>>[] };
export type LiquidAnswer = { troubles: LiquidTrouble[] } | { filled: Filled[] };

/** Nothing that repeats, reads a file or keeps state between mails. */
const TAGS = new Set(['if', 'unless', 'case', 'assign', 'capture', 'comment', 'raw', '#']);
const FILTERS = new Set([
  ...['append', 'prepend', 'capitalize', 'downcase', 'upcase', 'default', 'replace', 'replace_first', 'remove'],
  ...['slice', 'size', 'strip', 'lstrip', 'rstrip', 'truncate', 'truncatewords', 'strip_newlines'],
]);
/** Longest mail that a text may become, characters. */
const MOST_OUTPUT = 200_000;
const MOST_KEPT = 500;

const engine = new Liquid({
  ...{ jsTruthy: true, ownPropertyOnly: true, strictFilters: true },
  ...{ relativeReference: false, templates: {}, dynamicPartials: false },
  ...{ parseLimit: 100_000, renderLimit: 1_000, memoryLimit: 5_000_000 },
});
for (const name of Object.keys(engine.tags)) if (!TAGS.has(name)) delete engine.tags[name];
for (const name of Object.keys(engine.filters)) if (!FILTERS.has(name)) delete engine.filters[name];

/** Texts that were read already, the ones used last at the end. */
const read = new Map<string, Template[]>();

function parsed(source: string): Template[] {
  const known = read.get(source);
  const templates = known ?? engine.parse(source);
  read.delete(source);
  read.set(source, templates);
  if (read.size > MOST_KEPT) read.delete(read.keys().next().value as string);
  return templates;
}

function check(parts: LiquidParts, names: readonly string[]): LiquidTrouble[] {
  return parts.flatMap((source, part) => {
    try {
      const { globals } = engine.analyzeSync(engine.parse(source), { partials: false });
      return Object.entries(globals)
        .filter(([name]) => !names.includes(name))
        .map(([name, [use]]) => ({ part, line: use?.location.row ?? 1, message: `There is no value "${name}".` }));
    } catch (error) {
      return [{ part, ...told(error) }];
    }
  });
}

function fill(parts: LiquidParts, view: Readonly<Record<string, string>>): Filled {
  try {
    const own = Object.assign(Object.create(null) as object, view);
    let room = MOST_OUTPUT;
    const filled = parts.map((source) => {
      const text = String(engine.renderSync(parsed(source), own));
      room -= text.length;
      if (room < 0) throw new Error(`It becomes longer than ${MOST_OUTPUT} characters`);
      return text;
    });
    return { parts: filled };
  } catch (error) {
    return { failed: told(error).message, killed: false };
  }
}

/** Without the place, which is told apart. */
function told(error: unknown): { line: number; message: string } {
  const { message, token } = error as LiquidError & { token?: { getPosition?(): [number, number] } };
  const [line = 1] = token?.getPosition?.() ?? [];
  const words = message.replace(/,? (?:file:\S+ )?line:\d+(?:, col:\d+)?/, '').trim();
  return { line, message: `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? '' : '.'}` };
}

parentPort?.on('message', (task: LiquidTask) => {
  const answer: LiquidAnswer =
    task.do === 'check'
      ? { troubles: check(task.parts, task.names) }
      : { filled: task.views.map((view) => fill(task.parts, view)) };
  parentPort?.postMessage(answer);
});
parentPort?.postMessage('ready');
