import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { forbidden, measure } from './check-budgets.ts';

const dist = path.resolve(import.meta.dirname, '../dist');

describe('what a browser fetches', () => {
  it('was built', () => {
    expect(existsSync(path.join(dist, '.vite/manifest.json')), 'services/web/dist: run `npm run build` first').toBe(
      true,
    );
  });

  it('keeps to its budgets: what an agent waits for, and each part that comes later', () => {
    const measured = measure(dist);
    expect(measured.map(({ name }) => name)).toContain('agent shell, scripts');
    expect(measured.filter(({ bytes, budget }) => bytes > budget)).toEqual([]);
  });

  it('holds nothing that a strict policy refuses', () => {
    expect(forbidden(dist)).toEqual([]);
  });
});
