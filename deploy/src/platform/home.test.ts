import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lockHome } from './home.ts';
import { openSecrets } from './secrets.ts';
import { lastWords } from './service-process.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'helpmesh-home-'));
});
afterEach(() => rmSync(home, { recursive: true }));

it('locks a home once and gives it back', () => {
  const release = lockHome(home);
  expect(() => lockHome(home)).toThrow(`Another launcher (process ${process.pid}) already runs on ${home}`);
  release();
  lockHome(home)();
});

it.each([
  ['a process that is gone', '4194304 1\n'],
  ['a process whose number belongs to another one now', `${process.pid} 1\n`],
  ['a launcher that died while it wrote', ''],
])('takes over the lock of %s', (_name, content) => {
  writeFileSync(path.join(home, 'launcher.lock'), content);
  const release = lockHome(home);
  expect(readFileSync(path.join(home, 'launcher.lock'), 'utf8')).toMatch(new RegExp(`^${process.pid} \\d+`));
  release();
});

it('makes secrets once, readable by the owner only', () => {
  const folder = path.join(home, 'secrets');
  const first = openSecrets(folder);
  expect(openSecrets(folder, 'ignored later')).toEqual(first);
  expect(new Set(Object.values(first.signing).map((pair) => pair.privateKey)).size).toBe(7);
  expect(statSync(path.join(folder, 'threading')).mode & 0o777).toBe(0o600);
  expect(openSecrets(path.join(home, 'other'), 'chosen').adminPassword).toBe('chosen');
});

it.each([
  [
    '{"level":30,"msg":"hi"}\n{"level":60,"msg":"start failed","err":{"message":"SMTP_URL is missing"}}\n',
    'start failed: SMTP_URL is missing',
  ],
  [
    '{"level":30,"msg":"hi"}\nError: listen EADDRINUSE\n    at Server.listen\nNode.js v24\n',
    'Error: listen EADDRINUSE',
  ],
  ['', 'it said nothing'],
])('finds what a service said last in %j', (log, words) => {
  expect(lastWords(log)).toBe(words);
});
