import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { apiChanges } from './api-changes.ts';

let folder: string;
const git = (...args: string[]) => {
  const who = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'commit.gpgsign=false'];
  execFileSync('git', ['-C', folder, ...who, ...args], { stdio: 'pipe' });
};
const write = (version: string, ...paths: string[]) => {
  const routes = Object.fromEntries(paths.map((route) => [route, { get: {} }]));
  writeFileSync(path.join(folder, 'docs/api/openapi.json'), JSON.stringify({ info: { version }, paths: routes }));
};
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'api-changes-'));
  mkdirSync(path.join(folder, 'docs/api'), { recursive: true });
  git('init', '-q');
  write('1.0.0', '/a', '/b');
  git('add', '.');
  git('commit', '-qm', 'first');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('compares with the last tag of a release, where there is one; a version may say that something breaks', async () => {
  expect(await apiChanges(folder)).toEqual({ breaks: false, says: expect.stringContaining('no tag') });
  git('tag', 'v1.0.0');
  expect(await apiChanges(folder)).toEqual({ breaks: false, says: 'Clients of v1.0.0 can rely on all they knew.' });
  write('1.1.0', '/a', '/b', '/c');
  expect((await apiChanges(folder)).breaks).toBe(false);
  write('1.1.0', '/a');
  expect(await apiChanges(folder)).toEqual({ breaks: true, says: expect.stringContaining('  GET /b: is gone') });
  write('2.0.0', '/a');
  expect(await apiChanges(folder)).toEqual({ breaks: false, says: expect.stringContaining('  GET /b: is gone') });
});
