import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const K = 1024;

/** Bytes after gzip -9. */
const budgets = {
  /** What an agent loads until the first list of tickets is there. */
  shellJs: 260 * K,
  shellCss: 40 * K,
  /** The editor: loaded when somebody starts to write. */
  editor: 160 * K,
  chunk: 60 * K,
};

interface Entry {
  file: string;
  css?: string[];
  imports?: string[];
}

export interface Measured {
  name: string;
  bytes: number;
  budget: number;
}

/** @param dist  the folder `vite build` wrote, with its manifest */
export function measure(dist: string): Measured[] {
  const manifest = JSON.parse(readFileSync(path.join(dist, '.vite/manifest.json'), 'utf8')) as Record<string, Entry>;
  const size = (file: string) => gzipSync(readFileSync(path.join(dist, file)), { level: 9 }).length;
  const shell = closure(manifest, ['index.html', 'src/locales/en/messages.po?part=first']);
  const sum = (files: Iterable<string>) => [...files].reduce((total, file) => total + size(file), 0);
  const chunks = readdirSync(path.join(dist, 'assets'))
    .filter((name) => name.endsWith('.js'))
    .map((name) => `assets/${name}`)
    .filter((file) => !shell.js.has(file));
  return [
    { name: 'agent shell, scripts', bytes: sum(shell.js), budget: budgets.shellJs },
    { name: 'agent shell, styles', bytes: sum(shell.css), budget: budgets.shellCss },
    ...chunks.map((file) => ({
      name: file,
      bytes: size(file),
      budget: file.includes('rich-editor') ? budgets.editor : budgets.chunk,
    })),
  ].sort((a, b) => b.bytes - a.bytes);
}

/** Everything the browser fetches before the given modules run. */
function closure(manifest: Record<string, Entry>, roots: string[]): { js: Set<string>; css: Set<string> } {
  const js = new Set<string>();
  const css = new Set<string>();
  const visit = (key: string) => {
    const entry = manifest[key];
    if (!entry) throw new Error(`the build has no ${key}; a module of the shell was moved`);
    if (js.has(entry.file)) return;
    js.add(entry.file);
    for (const file of entry.css ?? []) css.add(file);
    for (const imported of entry.imports ?? []) visit(imported);
  };
  for (const root of roots) visit(root);
  return { js, css };
}

/** What a strict policy would refuse: a script in the page, or code made from text. */
export function forbidden(dist: string): string[] {
  const html = readFileSync(path.join(dist, 'index.html'), 'utf8');
  const inline = /<script(?![^>]*\bsrc=)/.test(html) || /\son\w+=/.test(html);
  const scripts = readdirSync(path.join(dist, 'assets')).filter((name) => name.endsWith('.js'));
  const evaluated = scripts.filter((name) =>
    /\bnew Function\(|[^\w.$]eval\(/.test(readFileSync(path.join(dist, 'assets', name), 'utf8')),
  );
  const maps = readdirSync(path.join(dist, 'assets')).filter((name) => name.endsWith('.map'));
  return [
    ...(inline ? ['index.html has an inline script'] : []),
    ...evaluated.map((name) => `${name} evaluates text`),
    ...maps.map((name) => `${name} is a source map`),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const dist = path.resolve(process.argv[2] ?? fileURLToPath(new URL('../dist', import.meta.url)));
  if (!existsSync(path.join(dist, '.vite/manifest.json')))
    throw new Error(`${dist} holds no build; run vite build first`);
  const over = measure(dist).filter(({ name, bytes, budget }) => {
    const line = `${(bytes / K).toFixed(1).padStart(7)} K of ${String(budget / K).padStart(3)} K  ${name}\n`;
    if (bytes > 4 * K) process.stdout.write(line);
    if (bytes > budget) process.stderr.write(`over its budget: ${line}`);
    return bytes > budget;
  });
  const problems = forbidden(dist);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (over.length > 0 || problems.length > 0) process.exitCode = 1;
}
