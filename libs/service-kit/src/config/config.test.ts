import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineConfig } from './base-config.ts';
import { configLines, configTable, flag, loadConfig, secret } from './config.ts';

const schema = z.object({
  CLOSE_HOURS: z.coerce.number().int().min(0).default(96).meta({ description: 'Hours until a ticket closes' }),
  DATABASE_URL: z.url().meta({ description: 'The database' }),
  PROBE_KEY: secret('The key of the probe'),
  PROBE_ON: flag('Whether to probe', true),
  PROBE_NAME: z.string().optional().meta({ description: 'A name' }),
});
const good = { DATABASE_URL: 'postgres://desk:canary@127.0.0.1/ticket', PROBE_KEY: 'canary' };
const dir = mkdtempSync(join(tmpdir(), 'helpmesh-config-'));
afterAll(() => rmSync(dir, { recursive: true }));

describe('loadConfig', () => {
  it('fills defaults, turns text into values and freezes the result', () => {
    const config = loadConfig(schema, { ...good, CLOSE_HOURS: '4', PROBE_ON: 'false' });
    expect(config).toEqual({ ...good, CLOSE_HOURS: 4, PROBE_ON: false });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it.each([
    ['a missing variable', { PROBE_KEY: 'x' }, 'DATABASE_URL is not set. It is: The database.'],
    ['an empty variable, which counts as missing', { ...good, PROBE_KEY: '' }, 'PROBE_KEY is not set'],
    ['a value of the wrong kind', { ...good, CLOSE_HOURS: 'soon' }, 'CLOSE_HOURS has a value that does not fit'],
    ['a value out of range', { ...good, CLOSE_HOURS: '-1' }, 'CLOSE_HOURS has a value that does not fit'],
    ['a flag that is neither', { ...good, PROBE_ON: 'maybe' }, 'PROBE_ON has a value that does not fit'],
    [
      'a secret file that is not there',
      { ...good, PROBE_KEY: '', PROBE_KEY_FILE: '/nowhere/key' },
      'PROBE_KEY_FILE names',
    ],
  ])('names the variable for %s', (_what, env, message) => {
    expect(() => loadConfig(schema, env)).toThrow(message);
  });

  it('never quotes a value that it refuses', () => {
    const short = z.object({ PIN: secret('The pin').max(3) });
    expect(() => loadConfig(short, { PIN: 'canary' })).toThrow(/^(?!.*canary).*PIN/);
  });

  it('reads a secret from a file, without its line end', () => {
    writeFileSync(join(dir, 'key'), 'from file\n');
    const config = loadConfig(schema, { DATABASE_URL: good.DATABASE_URL, PROBE_KEY_FILE: join(dir, 'key') });
    expect(config.PROBE_KEY).toBe('from file');
  });

  it('leaves variables alone that belong to other services', () => {
    expect(loadConfig(schema, { ...good, HELPMESH_OF_SOMEBODY_ELSE: '1' })).not.toHaveProperty(
      'HELPMESH_OF_SOMEBODY_ELSE',
    );
  });
});

describe('what people read', () => {
  it('lists every variable once with default and meaning', () => {
    expect(configTable(schema).split('\n')).toEqual([
      '| variable | default | meaning |',
      '|---|---|---|',
      '| `CLOSE_HOURS` | `96` | Hours until a ticket closes |',
      '| `DATABASE_URL` | **required** | The database |',
      '| `PROBE_KEY` | **required** | The key of the probe (secret) |',
      '| `PROBE_ON` | `true` | Whether to probe |',
      '| `PROBE_NAME` | not set | A name |',
      '',
    ]);
  });

  it('gives every variable that all services share a meaning', () => {
    expect(configTable(defineConfig(z.object({})))).not.toMatch(/\|\s+\|\n/);
  });

  it('prints the settings in force without secrets and passwords', () => {
    const lines = configLines(schema, loadConfig(schema, good));
    expect(lines).toContain('CLOSE_HOURS=96\n');
    expect(lines).toContain('DATABASE_URL=postgres://desk:***@127.0.0.1/ticket\n');
    expect(lines).not.toContain('canary');
  });
});
