import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { workspace } from '../platform/home.ts';
import { long } from './longest-first.ts';

it('names files that are there, each once', () => {
  expect(long.filter((file) => !existsSync(path.join(workspace, file)))).toEqual([]);
  expect(new Set(long).size).toBe(long.length);
});
